// The entity of this key; case-folded where the provider ignores case.
//
// @param key text
// @param folded text
// @param limit integer
// @return key text
CALL () {
  MATCH (e:Entity {key: $key})
  RETURN e.key AS key
  UNION
  MATCH (e:Entity {folded: $folded})
  RETURN e.key AS key
}
RETURN key AS key ORDER BY key LIMIT $limit
