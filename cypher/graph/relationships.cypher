// Every relationship with its claims, by source, kind and target; of some kinds only when they are named.
//
// @param kinds list of text?
// @return source text
// @return kind text
// @return target text
// @return origins list of text
// @return runs list of integer
// @return firsts list of integer
// @return claims list of text
// @return changedIn integer
MATCH (s:Entity) USING INDEX s:Entity(key)
WHERE s.key > ''
MATCH (s)-[r]->(t:Entity)
WHERE $kinds IS NULL OR type(r) IN $kinds
RETURN
  s.key AS source, type(r) AS kind, t.key AS target, r.origins AS origins, r.runs AS runs, r.firsts AS firsts, r.claims AS claims,
  r.changedIn AS changedIn
ORDER BY source, kind, target
