// A hold.
//
// @param id text
// @return body text
MATCH (h:Hold {id: $id})
RETURN h.body AS body
