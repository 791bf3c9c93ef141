// Makes the head of a new store, or raises the schema version of one that is there.
//
// @param version integer
// @param genesis text
MERGE (h:Head {name: 'interlock'})
ON CREATE SET
  h.generation = 0, h.seq = 0, h.floor = 0, h.runs = 0, h.writes = 0, h.ledgerSeq = 0, h.ledgerHash = $genesis, h.paused = false
SET h.schema = $version
