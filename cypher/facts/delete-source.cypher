// Forgets an origin.
//
// @param name text
MATCH (s:Source {name: $name})
DELETE s
