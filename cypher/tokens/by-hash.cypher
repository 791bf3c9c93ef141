// The token of a hash.
//
// @param hash text
// @return body text
MATCH (t:Token {hash: $hash})
RETURN t.body AS body
