// Drops versions that ended before a generation.
//
// @param before integer
// @return gone integer
MATCH (v:Version)
WHERE v.to < $before
DELETE v
RETURN count(v) AS gone
