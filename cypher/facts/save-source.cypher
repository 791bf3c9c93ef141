// Remembers an origin.
//
// @param name text
// @param fields map
MERGE (s:Source {name: $name})
SET s += $fields
