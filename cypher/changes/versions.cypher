// Closed versions of one thing, oldest first.
//
// @param id text
// @return from integer
// @return to integer
// @return body text
MATCH (v:Version {id: $id})
RETURN v.from AS from, v.to AS to, v.body AS body
ORDER BY from, to
