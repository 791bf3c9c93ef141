// Writes a token: its hash, never itself.
//
// @param id text
// @param fields map
MERGE (t:Token {id: $id})
SET t += $fields
