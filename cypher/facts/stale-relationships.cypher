// Relationships with a claim of one of these places that another run said last. Reads every relationship.
//
// @param places list of text
// @param run integer
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
WHERE any(i IN range(0, size(r.runs) - 1) WHERE r.runs[i] <> $run AND r.origins[i] IN $places)
RETURN
  s.key AS source, type(r) AS kind, t.key AS target, elementId(r) AS element, r.origins AS origins, r.runs AS runs,
  r.firsts AS firsts, r.claims AS claims, r.changedIn AS changedIn
