// Jobs, the newest first.
//
// @param states list of text?
// @param name text?
// @param exceptNames list of text
// @param createdAt text?
// @param id text?
// @param limit integer
// @return body text
MATCH (j:Job)
WHERE ($states IS NULL OR j.state IN $states) AND ($name IS NULL OR j.name = $name)
  AND NOT j.name IN $exceptNames
  AND ($createdAt IS NULL OR j.createdAt < $createdAt OR (j.createdAt = $createdAt AND j.id < $id))
RETURN j.body AS body
ORDER BY j.createdAt DESC, j.id DESC LIMIT $limit
