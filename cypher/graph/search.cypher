// Entities whose key or name holds a text (in small letters), by key.
//
// @param text text
// @param kinds list of text
// @param limit integer
// @return key text
// @return origins list of text
// @return runs list of integer
// @return firsts list of integer
// @return claims list of text
// @return changedIn integer
MATCH (e:Entity) USING TEXT INDEX e:Entity(search)
WHERE e.search CONTAINS $text AND (size($kinds) = 0 OR e.kind IN $kinds)
WITH e ORDER BY e.key LIMIT $limit
RETURN
  e.key AS key, e.origins AS origins, e.runs AS runs, e.firsts AS firsts, e.claims AS claims, e.changedIn AS changedIn
ORDER BY key
