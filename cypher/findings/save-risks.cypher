// Writes risks.
//
// @param rows list of map
UNWIND $rows AS row
MERGE (r:Risk {key: row.key})
SET r = row
