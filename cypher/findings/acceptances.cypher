// Acceptances by finding.
//
// @return body text
MATCH (a:Acceptance)
RETURN a.body AS body
ORDER BY a.finding
