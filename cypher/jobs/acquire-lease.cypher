// Takes a lease that nobody else holds; a row means that it is taken.
//
// @param name text
// @param holder text
// @param now text
// @param until text
// @return name text
MERGE (l:Lease {name: $name})
SET l.touched = $now
WITH l
WHERE l.holder IS NULL OR l.holder = $holder OR l.until <= $now
SET l.holder = $holder, l.until = $until
RETURN l.name AS name
