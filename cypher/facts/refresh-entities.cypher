// Says that the same was seen again.
//
// @param rows list of map
// @param at text
// @param generation integer
UNWIND $rows AS row
MATCH (e:Entity {key: row.key}) USING INDEX e:Entity(key)
SET e.runs = row.runs, e.lastSeen = $at, e.generation = $generation
