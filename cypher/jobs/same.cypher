// Jobs of a name and key, in one state or in any, the oldest first.
//
// @param name text
// @param key text
// @param state text?
// @return body text
MATCH (j:Job {name: $name, key: $key})
WHERE $state IS NULL OR j.state = $state
RETURN j.body AS body
ORDER BY j.createdAt, j.id
