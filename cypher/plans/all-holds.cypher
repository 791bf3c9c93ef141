// Every hold, by id.
//
// @return body text
MATCH (h:Hold)
RETURN h.body AS body
ORDER BY h.id
