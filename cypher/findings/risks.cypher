// Risks, the highest score first, then by key.
//
// @param kind text?
// @param keys list of text?
// @param limit integer
// @return body text
MATCH (r:Risk)
WHERE ($kind IS NULL OR r.kind = $kind) AND ($keys IS NULL OR r.key IN $keys)
RETURN r.body AS body
ORDER BY r.score DESC, r.key LIMIT $limit
