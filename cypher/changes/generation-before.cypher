// The newest generation whose collection began before a time.
//
// @param at text
// @return generation integer?
MATCH (r:Run)
WHERE r.at < $at
RETURN max(r.generation) AS generation
