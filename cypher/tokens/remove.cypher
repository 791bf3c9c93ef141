// Removes a token.
//
// @param id text
// @return gone integer
MATCH (t:Token {id: $id})
DELETE t
RETURN count(*) AS gone
