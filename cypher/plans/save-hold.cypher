// Writes a hold.
//
// @param id text
// @param fields map
MERGE (h:Hold {id: $id})
SET h += $fields
