// Takes a person's approval of a plan away.
//
// @param id text
// @return gone flag
MATCH (a:Approval {id: $id})
DELETE a
RETURN true AS gone
