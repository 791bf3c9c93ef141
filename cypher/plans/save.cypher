// Writes a plan.
//
// @param id text
// @param fields map
MERGE (p:Plan {id: $id})
SET p += $fields
