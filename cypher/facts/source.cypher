// What is remembered of an origin and its running or last collection.
//
// @param name text
// @return run text?
// @return number integer?
// @return at text?
// @return generation integer?
// @return isFirst flag
// @return wrote flag
// @return committed text?
// @return record text?
MATCH (s:Source {name: $name})
RETURN
  s.run AS run, s.number AS number, s.at AS at, s.generation AS generation, coalesce(s.isFirst, true) AS isFirst,
  coalesce(s.wrote, false) AS wrote, s.committed AS committed, s.record AS record
