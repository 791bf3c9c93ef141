// Remembers runs: the claims say by number which run said them first and last.
//
// @param rows list of map
UNWIND $rows AS row
MERGE (r:Run {number: row.number})
SET r.at = row.at, r.generation = row.generation
