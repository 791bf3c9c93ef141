// The head as the last committed write left it. `writes` counts writers: equal before and after means nothing was written between.
//
// @return generation integer
// @return seq integer
// @return floor integer
// @return paused flag
// @return fingerprintCheck text?
// @return writes integer
MATCH (h:Head {name: 'interlock'})
RETURN
  h.generation AS generation, h.seq AS seq, h.floor AS floor, h.paused AS paused, h.fingerprintCheck AS fingerprintCheck,
  h.writes AS writes
