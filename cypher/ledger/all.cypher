// The whole chain.
//
// @return body text
MATCH (l:LedgerRecord)
WHERE l.seq > 0
RETURN l.body AS body
ORDER BY l.seq
