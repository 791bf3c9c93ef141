// Writes relationships that the same transaction found missing, under the lock of the head. Every property is named, so that each
// is written with its relationship: setting them from a map afterwards took twice as long. `made` is less than the rows where an
// end is missing.
//
// @param rows list of map
// @return made integer
UNWIND $rows AS row
MATCH (s:Entity {key: row.source}) USING INDEX s:Entity(key)
MATCH (t:Entity {key: row.target}) USING INDEX t:Entity(key)
CREATE (s)-[:$(row.kind) {
  id: row.fields.id, basis: row.fields.basis, certainty: row.fields.certainty, reason: row.fields.reason,
  condition: row.fields.condition, conditionClass: row.fields.conditionClass, levels: row.fields.levels,
  alternativeGroup: row.fields.alternativeGroup, alternativeOption: row.fields.alternativeOption,
  version: row.fields.version, firstSeen: row.fields.firstSeen, lastUsed: row.fields.lastUsed, uses: row.fields.uses,
  properties: row.fields.properties, origins: row.fields.origins, runs: row.fields.runs, firsts: row.fields.firsts,
  claims: row.fields.claims, changedIn: row.fields.changedIn
}]->(t)
RETURN count(*) AS made
