// A page of entities whose key or name holds a text (in small letters), through the text index.
//
// @param text text
// @param kinds list of text?
// @param provider text?
// @param tier integer?
// @param environment text?
// @param owner text?
// @param state text?
// @param orderBy text
// @param afterValue text?
// @param afterKey text?
// @param limit integer
// @return key text
// @return origins list of text
// @return runs list of integer
// @return firsts list of integer
// @return claims list of text
// @return changedIn integer
MATCH (e:Entity) USING TEXT INDEX e:Entity(search)
WHERE e.search CONTAINS $text
  AND ($kinds IS NULL OR e.kind IN $kinds)
  AND ($provider IS NULL OR e.provider = $provider)
  AND ($tier IS NULL OR e.tier = $tier)
  AND ($environment IS NULL OR e.environment = $environment)
  AND ($owner IS NULL OR e.owner = $owner)
  AND ($state IS NULL OR e.state = $state)
  AND ($afterKey IS NULL OR e[$orderBy] > $afterValue OR (e[$orderBy] = $afterValue AND e.key > $afterKey))
WITH e ORDER BY e[$orderBy], e.key LIMIT $limit
RETURN
  e.key AS key, e.origins AS origins, e.runs AS runs, e.firsts AS firsts, e.claims AS claims, e.changedIn AS changedIn
ORDER BY e[$orderBy], key
