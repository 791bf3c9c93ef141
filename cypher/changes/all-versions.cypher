// Every closed version, by id and age.
//
// @return id text
// @return from integer
// @return to integer
// @return body text
MATCH (v:Version)
RETURN v.id AS id, v.from AS from, v.to AS to, v.body AS body
ORDER BY id, from, to
