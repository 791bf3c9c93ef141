// Jobs, the newest first.
//
// @param states list of text?
// @param name text?
// @param limit integer
// @return body text
MATCH (j:Job)
WHERE ($states IS NULL OR j.state IN $states) AND ($name IS NULL OR j.name = $name)
RETURN j.body AS body
ORDER BY j.createdAt DESC, j.id DESC LIMIT $limit
