// The records that drafts became.
//
// @param ids list of text
// @return id text
// @return body text
MATCH (l:LedgerRecord)
WHERE l.id IN $ids
RETURN l.id AS id, l.body AS body
