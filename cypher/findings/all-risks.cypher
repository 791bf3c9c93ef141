// Every risk, by key.
//
// @return body text
MATCH (r:Risk)
RETURN r.body AS body
ORDER BY r.key
