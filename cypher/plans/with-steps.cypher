// Plans of which some step is in one of these states, by id.
//
// @param states list of text
// @return id text
MATCH (s:Step)
WHERE s.state IN $states
WITH DISTINCT s.plan AS id
RETURN id AS id
ORDER BY id
