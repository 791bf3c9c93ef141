// How large the graph is: two counts that the server keeps.
//
// @return entities integer
// @return relationships integer
CALL () {
  MATCH (e:Entity)
  RETURN count(e) AS entities
}
CALL () {
  MATCH ()-[r]->()
  RETURN count(r) AS relationships
}
RETURN entities AS entities, relationships AS relationships
