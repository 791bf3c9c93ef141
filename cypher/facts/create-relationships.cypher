// Writes relationships that the same transaction found missing, under the lock of the head.
//
// @param rows list of map
UNWIND $rows AS row
MATCH (s:Entity {key: row.source}) USING INDEX s:Entity(key)
MATCH (t:Entity {key: row.target}) USING INDEX t:Entity(key)
CREATE (s)-[r:$(row.kind)]->(t)
SET r = row.fields
