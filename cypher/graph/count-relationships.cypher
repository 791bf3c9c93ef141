// Relationships by kind.
//
// @return kind text
// @return total integer
MATCH (:Entity)-[r]->(:Entity)
RETURN type(r) AS kind, count(r) AS total
ORDER BY kind
