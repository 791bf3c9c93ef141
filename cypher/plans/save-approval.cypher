// Keeps the last approval of a person.
//
// @param id text
// @param fields map
MERGE (a:Approval {id: $id})
SET a += $fields
