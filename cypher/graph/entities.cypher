// Every entity with its claims, by key; of some kinds only when they are named.
//
// @param kinds list of text?
// @return key text
// @return origins list of text
// @return runs list of integer
// @return firsts list of integer
// @return claims list of text
// @return changedIn integer
MATCH (e:Entity) USING INDEX e:Entity(key)
WHERE e.key > '' AND ($kinds IS NULL OR e.kind IN $kinds)
RETURN
  e.key AS key, e.origins AS origins, e.runs AS runs, e.firsts AS firsts, e.claims AS claims, e.changedIn AS changedIn
ORDER BY key
