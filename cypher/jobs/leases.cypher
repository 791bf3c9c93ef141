// Every lease, by name.
//
// @return name text
// @return holder text
// @return until text
MATCH (l:Lease)
RETURN l.name AS name, l.holder AS holder, l.until AS until
ORDER BY name
