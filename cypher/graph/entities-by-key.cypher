// Entities by their keys.
//
// @param keys list of text
// @return key text
// @return origins list of text
// @return runs list of integer
// @return firsts list of integer
// @return claims list of text
// @return changedIn integer
UNWIND $keys AS key
MATCH (e:Entity {key: key}) USING INDEX e:Entity(key)
RETURN
  e.key AS key, e.origins AS origins, e.runs AS runs, e.firsts AS firsts, e.claims AS claims, e.changedIn AS changedIn
