// The record of a step.
//
// @param id text
// @return body text
MATCH (s:Step {id: $id})
RETURN s.body AS body
