// What the in-memory graph is built from: entities by key.
//
// @return key text
// @return kind text
// @return tier integer?
// @return state text
// @return expiresAt text?
MATCH (e:Entity) USING INDEX e:Entity(key)
WHERE e.key > ''
RETURN e.key AS key, e.kind AS kind, e.tier AS tier, e.state AS state, e.expiresAt AS expiresAt
ORDER BY key
