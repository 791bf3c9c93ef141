// Says that the same was seen again.
//
// @param rows list of map
UNWIND $rows AS row
MATCH ()-[r]->()
WHERE elementId(r) = row.element
SET r.runs = row.runs
