// Of which generation and time the analysis is.
//
// @return generation integer
// @return at text
// @return subjects integer
MATCH (a:Analysis {name: 'latest'})
RETURN a.generation AS generation, a.at AS at, a.subjects AS subjects
