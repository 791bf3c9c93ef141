// Entities by kind.
//
// @return kind text
// @return total integer
MATCH (e:Entity)
RETURN e.kind AS kind, count(e) AS total
ORDER BY kind
