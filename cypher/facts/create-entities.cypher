// Writes entities that the same transaction found missing, under the lock of the head. Every property is named, so that each is
// written with its node. Gives the number of each node.
//
// @param rows list of map
// @return key text
// @return node integer
UNWIND $rows AS row
CREATE (e:Entity:$(row.kind) {
  key: row.key, kind: row.kind, name: row.name, provider: row.provider, tier: row.tier, state: row.state,
  expiresAt: row.expiresAt, environment: row.environment, owner: row.owner, intendedUse: row.intendedUse,
  trustTier: row.trustTier, properties: row.properties, stub: row.stub, conflicts: row.conflicts, search: row.search,
  folded: row.folded, origins: row.origins, runs: row.runs, firsts: row.firsts, claims: row.claims,
  changedIn: row.changedIn, firstSeen: row.firstSeen, lastSeen: row.lastSeen, generation: row.generation
})
RETURN row.key AS key, id(e) AS node
