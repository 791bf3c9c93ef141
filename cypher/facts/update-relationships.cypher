// Writes relationships anew: whatever their claims merge to now.
//
// @param rows list of map
UNWIND $rows AS row
MATCH ()-[r]->()
WHERE elementId(r) = row.element
SET r = row.fields
