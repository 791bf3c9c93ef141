// The records of steps.
//
// @param ids list of text
// @return id text
// @return body text
MATCH (s:Step)
WHERE s.id IN $ids
RETURN s.id AS id, s.body AS body
