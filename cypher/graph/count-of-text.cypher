// How many entities of a filter hold a text (in small letters) in key or name.
//
// @param text text
// @param kinds list of text?
// @param provider text?
// @param tier integer?
// @param environment text?
// @param owner text?
// @param state text?
// @return total integer
MATCH (e:Entity) USING TEXT INDEX e:Entity(search)
WHERE e.search CONTAINS $text
  AND ($kinds IS NULL OR e.kind IN $kinds)
  AND ($provider IS NULL OR e.provider = $provider)
  AND ($tier IS NULL OR e.tier = $tier)
  AND ($environment IS NULL OR e.environment = $environment)
  AND ($owner IS NULL OR e.owner = $owner)
  AND ($state IS NULL OR e.state = $state)
RETURN count(e) AS total
