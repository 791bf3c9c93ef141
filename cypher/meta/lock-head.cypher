// Locks the one head node until the transaction ends, so that writers come one after the other, and reads it.
//
// @return generation integer
// @return seq integer
// @return floor integer
// @return runs integer
// @return soleRun integer?
// @return ledgerSeq integer
// @return ledgerHash text
// @return paused flag
// @return fingerprintCheck text?
MATCH (h:Head {name: 'interlock'})
SET h.writes = h.writes + 1
RETURN
  h.generation AS generation, h.seq AS seq, h.floor AS floor, h.runs AS runs, h.soleRun AS soleRun,
  h.ledgerSeq AS ledgerSeq, h.ledgerHash AS ledgerHash, h.paused AS paused, h.fingerprintCheck AS fingerprintCheck
