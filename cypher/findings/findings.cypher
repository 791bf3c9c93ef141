// Findings by id.
//
// @param nhi text?
// @param subject text?
// @param limit integer
// @return body text
MATCH (f:Finding)
WHERE ($nhi IS NULL OR f.nhi = $nhi) AND ($subject IS NULL OR f.subject = $subject)
RETURN f.body AS body
ORDER BY f.id LIMIT $limit
