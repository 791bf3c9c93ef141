// The last change that belongs to an older generation.
//
// @param before integer
// @return seq integer?
MATCH (c:Change)
WHERE c.generation < $before
RETURN max(c.seq) AS seq
