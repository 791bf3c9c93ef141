// How much an origin claims now, each thing once.
//
// @param prefix text
// @return entities integer
// @return relationships integer
CALL () {
  MATCH (e:Entity)
  WHERE any(place IN e.origins WHERE place STARTS WITH $prefix)
  RETURN count(e) AS entities
}
CALL () {
  MATCH (:Entity)-[r]->()
  WHERE any(place IN r.origins WHERE place STARTS WITH $prefix)
  RETURN count(r) AS relationships
}
RETURN entities AS entities, relationships AS relationships
