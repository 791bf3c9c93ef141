// Of which generation, newest change and time the analysis is.
//
// @return generation integer
// @return head integer?
// @return at text
// @return subjects integer
MATCH (a:Analysis {name: 'latest'})
RETURN a.generation AS generation, a.head AS head, a.at AS at, a.subjects AS subjects
