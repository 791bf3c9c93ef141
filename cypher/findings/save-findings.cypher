// Writes findings.
//
// @param rows list of map
UNWIND $rows AS row
MERGE (f:Finding {id: row.id})
SET f = row
