// Runs by number.
//
// @param numbers list of integer
// @return number integer
// @return at text
// @return generation integer
UNWIND $numbers AS number
MATCH (r:Run {number: number})
RETURN r.number AS number, r.at AS at, r.generation AS generation
