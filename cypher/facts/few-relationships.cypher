// Every relationship of a small graph, at most so many.
//
// @param limit integer
// @return source text
// @return kind text
// @return target text
// @return element text
// @return origins list of text
// @return runs list of integer
// @return firsts list of integer
// @return claims list of text
// @return changedIn integer
MATCH (s:Entity)-[r]->(t:Entity)
RETURN
  s.key AS source, type(r) AS kind, t.key AS target, elementId(r) AS element, r.origins AS origins, r.runs AS runs,
  r.firsts AS firsts, r.claims AS claims, r.changedIn AS changedIn
LIMIT $limit
