// Writes records of the chain, verbatim.
//
// @param rows list of map
UNWIND $rows AS row
CREATE (l:LedgerRecord)
SET l = row
