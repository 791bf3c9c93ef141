// Says that the same was seen again.
//
// @param rows list of map
// @param at text
// @param generation integer
UNWIND $rows AS row
MATCH ()-[r]->()
WHERE elementId(r) = row.element
SET r.runs = row.runs, r.lastSeen = $at, r.generation = $generation
