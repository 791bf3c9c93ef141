// Writes documents under their place and name.
//
// @param rows list of map
UNWIND $rows AS row
MERGE (d:Document {id: row.id})
SET d = row
