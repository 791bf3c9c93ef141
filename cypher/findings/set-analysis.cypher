// Remembers of which generation and time the analysis is.
//
// @param generation integer
// @param at text
// @param subjects integer
MERGE (a:Analysis {name: 'latest'})
SET a.generation = $generation, a.at = $at, a.subjects = $subjects
