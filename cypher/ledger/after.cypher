// Records after a place in the chain.
//
// @param after integer
// @param limit integer
// @return body text
MATCH (l:LedgerRecord)
WHERE l.seq > $after
RETURN l.body AS body
ORDER BY l.seq LIMIT $limit
