// Relationships by their names.
//
// @param rows list of map
// @return source text
// @return kind text
// @return target text
// @return origins list of text
// @return runs list of integer
// @return firsts list of integer
// @return claims list of text
// @return changedIn integer
UNWIND $rows AS row
MATCH (s:Entity {key: row.source}) USING INDEX s:Entity(key)
MATCH (t:Entity {key: row.target}) USING INDEX t:Entity(key)
MATCH (s)-[r]->(t)
WHERE type(r) = row.kind
RETURN
  s.key AS source, type(r) AS kind, t.key AS target, r.origins AS origins, r.runs AS runs, r.firsts AS firsts, r.claims AS claims,
  r.changedIn AS changedIn
