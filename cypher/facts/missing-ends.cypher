// Rows of relationships with an end that does not exist. `place` is a row's place in the list.
//
// @param rows list of map
// @return place integer
// @return noSource flag
UNWIND $rows AS row
OPTIONAL MATCH (s:Entity {key: row.source}) USING INDEX s:Entity(key)
OPTIONAL MATCH (t:Entity {key: row.target}) USING INDEX t:Entity(key)
WITH row, s, t
WHERE s IS NULL OR t IS NULL
RETURN row.place AS place, s IS NULL AS noSource
