// The head of an empty store again.
//
// @param genesis text
MATCH (h:Head {name: 'interlock'})
SET
  h.generation = 0, h.seq = 0, h.floor = 0, h.runs = 0, h.ledgerSeq = 0, h.ledgerHash = $genesis, h.paused = false,
  h.fingerprintCheck = null, h.soleRun = null, h.importing = false
