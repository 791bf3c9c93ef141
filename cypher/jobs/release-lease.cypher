// Gives a lease back.
//
// @param name text
// @param holder text
MATCH (l:Lease {name: $name, holder: $holder})
DELETE l
