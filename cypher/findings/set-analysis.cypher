// Remembers of which generation, newest change and time the analysis is.
//
// @param generation integer
// @param head integer?
// @param at text
// @param subjects integer
MERGE (a:Analysis {name: 'latest'})
SET a.generation = $generation, a.head = $head, a.at = $at, a.subjects = $subjects
