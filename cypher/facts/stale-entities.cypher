// Entities with a claim of one of these places that another run said last. Reads every entity.
//
// @param places list of text
// @param run integer
// @return key text
// @return kind text
// @return origins list of text
// @return runs list of integer
// @return firsts list of integer
// @return claims list of text
// @return changedIn integer
MATCH (e:Entity)
WHERE any(i IN range(0, size(e.runs) - 1) WHERE e.runs[i] <> $run AND e.origins[i] IN $places)
RETURN
  e.key AS key, e.kind AS kind, e.origins AS origins, e.runs AS runs, e.firsts AS firsts, e.claims AS claims,
  e.changedIn AS changedIn
