// Writes relationships of a first load between nodes that the same load wrote, found by number instead of by key, one claim each.
// Rows are lists, in this order, since maps would repeat every name: source, target, kind, id, basis, certainty, reason, condition,
// conditionClass, levels, alternativeGroup, alternativeOption, version, lastUsed, uses, properties, claim, firstSeen. `made` is less than the
// rows where an end is missing.
//
// @param rows list of list
// @param origins list of text
// @param runs list of integer
// @param changedIn integer
// @return made integer
UNWIND $rows AS row
MATCH (s) WHERE id(s) = row[0] AND s:Entity
MATCH (t) WHERE id(t) = row[1] AND t:Entity
CREATE (s)-[:$(row[2]) {
  id: row[3], basis: row[4], certainty: row[5], reason: row[6], condition: row[7], conditionClass: row[8], levels: row[9],
  alternativeGroup: row[10], alternativeOption: row[11], version: row[12], lastUsed: row[13], uses: row[14],
  properties: row[15], origins: $origins, runs: $runs, firsts: $runs, claims: [row[16]], changedIn: $changedIn,
  firstSeen: row[17]
}]->(t)
RETURN count(*) AS made
