// Every relationship that starts or ends at one of these entities.
//
// @param keys list of text
// @return source text
// @return kind text
// @return target text
// @return element text
// @return origins list of text
// @return runs list of integer
// @return firsts list of integer
// @return claims list of text
// @return changedIn integer
UNWIND $keys AS key
MATCH (e:Entity {key: key})-[r]-() USING INDEX e:Entity(key)
WITH DISTINCT r
RETURN
  startNode(r).key AS source, type(r) AS kind, endNode(r).key AS target, elementId(r) AS element, r.origins AS origins,
  r.runs AS runs, r.firsts AS firsts, r.claims AS claims, r.changedIn AS changedIn
