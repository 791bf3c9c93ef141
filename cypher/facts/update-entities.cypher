// Writes entities anew: whatever their claims merge to now.
//
// @param rows list of map
UNWIND $rows AS row
MATCH (e:Entity {key: row.key}) USING INDEX e:Entity(key)
REMOVE e:$(row.oldKind)
WITH e, row, e.firstSeen AS firstSeen
SET e:$(row.kind), e = row.fields
SET e.firstSeen = firstSeen
