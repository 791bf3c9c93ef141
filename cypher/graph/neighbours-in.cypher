// Relationships that end at each of these entities, at most so many of each.
//
// @param keys list of text
// @param kinds list of text?
// @param limit integer
// @return source text
// @return kind text
// @return target text
// @return origins list of text
// @return runs list of integer
// @return firsts list of integer
// @return claims list of text
// @return changedIn integer
UNWIND $keys AS key
MATCH (t:Entity {key: key}) USING INDEX t:Entity(key)
CALL (t) {
  MATCH (s:Entity)-[r]->(t)
  WHERE $kinds IS NULL OR type(r) IN $kinds
  RETURN r, s ORDER BY type(r), s.key LIMIT $limit
}
RETURN
  s.key AS source, type(r) AS kind, t.key AS target, r.origins AS origins, r.runs AS runs, r.firsts AS firsts, r.claims AS claims,
  r.changedIn AS changedIn
