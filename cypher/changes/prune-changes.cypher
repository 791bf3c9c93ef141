// Drops changes up to a place in the feed.
//
// @param seq integer
// @return gone integer
MATCH (c:Change)
WHERE c.seq <= $seq
DELETE c
RETURN count(c) AS gone
