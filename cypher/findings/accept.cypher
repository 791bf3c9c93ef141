// Keeps the last acceptance of a finding.
//
// @param finding text
// @param body text
MERGE (a:Acceptance {finding: $finding})
SET a.body = $body
