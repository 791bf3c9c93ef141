// Changes after a place in the feed, in commit order.
//
// @param after integer
// @param limit integer
// @return seq integer
// @return op text
// @return type text
// @return id text
// @return generation integer
MATCH (c:Change)
WHERE c.seq > $after
RETURN c.seq AS seq, c.op AS op, c.type AS type, c.id AS id, c.generation AS generation
ORDER BY seq LIMIT $limit
