// Plans, the newest first.
//
// @param limit integer
// @return id text
// @return body text
// @return state text
// @return requestedBy text
// @return approvals list of text
// @return steps list of text
MATCH (p:Plan)
WITH p ORDER BY p.createdAt DESC, p.id LIMIT $limit
RETURN
  p.id AS id, p.body AS body, p.state AS state, p.requestedBy AS requestedBy,
  COLLECT { MATCH (a:Approval {plan: p.id}) RETURN a.body ORDER BY a.at, a.by } AS approvals,
  COLLECT { MATCH (s:Step {plan: p.id}) RETURN s.body ORDER BY s.step } AS steps
ORDER BY p.createdAt DESC, p.id
