// Keeps what was, until the generation that changed it.
//
// @param rows list of map
UNWIND $rows AS row
CREATE (v:Version)
SET v = row
