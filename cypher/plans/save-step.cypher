// Writes the record of a step.
//
// @param id text
// @param fields map
MERGE (s:Step {id: $id})
SET s += $fields
