// Writes entities that the same transaction found missing, under the lock of the head.
//
// @param rows list of map
UNWIND $rows AS row
CREATE (e:Entity:$(row.kind))
SET e = row
