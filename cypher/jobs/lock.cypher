// Locks the jobs until the transaction ends.
//
// @param name text
MERGE (l:Lock {name: $name})
SET l.taken = true
