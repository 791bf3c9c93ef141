// Every token, by id.
//
// @return body text
MATCH (t:Token)
RETURN t.body AS body
ORDER BY t.id
