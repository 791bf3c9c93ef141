// Appends to the change feed.
//
// @param rows list of map
UNWIND $rows AS row
CREATE (c:Change)
SET c = row
