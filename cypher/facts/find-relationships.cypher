// The claims of those relationships that exist, and the rows whose ends do not. `place` is a row's place in the list.
//
// @param rows list of map
// @return place integer
// @return noSource flag
// @return noTarget flag
// @return element text?
// @return origins list of text?
// @return runs list of integer?
// @return firsts list of integer?
// @return claims list of text?
// @return changedIn integer?
UNWIND $rows AS row
OPTIONAL MATCH (s:Entity {key: row.source}) USING INDEX s:Entity(key)
OPTIONAL MATCH (t:Entity {key: row.target}) USING INDEX t:Entity(key)
OPTIONAL MATCH (s)-[r]->(t) WHERE type(r) = row.kind
WITH row, s, t, r
WHERE r IS NOT NULL OR s IS NULL OR t IS NULL
RETURN
  row.place AS place, s IS NULL AS noSource, t IS NULL AS noTarget, elementId(r) AS element, r.origins AS origins, r.runs AS runs,
  r.firsts AS firsts, r.claims AS claims, r.changedIn AS changedIn
