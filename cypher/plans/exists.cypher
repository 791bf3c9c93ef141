// Whether there is a plan of this id.
//
// @param id text
// @return id text
MATCH (p:Plan {id: $id})
RETURN p.id AS id
