// Writes the records of steps.
//
// @param rows list of map
UNWIND $rows AS row
MERGE (s:Step {id: row.id})
SET s += row
