// Writes holds.
//
// @param rows list of map
UNWIND $rows AS row
MERGE (h:Hold {id: row.id})
SET h += row
