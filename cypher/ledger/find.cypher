// The record that a draft became.
//
// @param id text
// @return body text
MATCH (l:LedgerRecord {id: $id})
RETURN l.body AS body
