// What the in-memory graph is built from: relationships by source, kind and target.
//
// @return source text
// @return kind text
// @return target text
// @return basis text
// @return certainty text
// @return condition text?
// @return levels list of text?
// @return group text?
// @return option text?
// @return version text?
// @return firstSeen text?
// @return lastUsed text?
// @return uses integer?
MATCH (s:Entity) USING INDEX s:Entity(key)
WHERE s.key > ''
MATCH (s)-[r]->(t:Entity)
RETURN
  s.key AS source, type(r) AS kind, t.key AS target, r.basis AS basis, r.certainty AS certainty, r.condition AS condition,
  r.levels AS levels, r.alternativeGroup AS group, r.alternativeOption AS option, r.version AS version,
  r.firstSeen AS firstSeen, r.lastUsed AS lastUsed, r.uses AS uses
ORDER BY source, kind, target
