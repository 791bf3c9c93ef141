/** How claims go: what they carried is kept as a version, what nobody claims any more goes with all that hangs from it. */
import type { Entity } from '../../model/entity.ts';
import { relationshipId } from '../../model/relationship-id.ts';
import { claimsOf, type Ends, endsText, type HeldEntity, heldEntities, keysOf, loadRelationships, nameOf } from './claims.ts';
import { type Connection, marks, pieces } from './connection.ts';
import { type ChangeDraft, closingOf, recordChanges, recordVersions } from './history.ts';
import { refreshShown } from './shown-columns.ts';
import { removeFromTextIndex } from './text-index.ts';

export type RelationshipClaimName = readonly [source: number, kind: number, target: number, origin: number];
export type EntityClaimName = readonly [entity: number, origin: number, stub: number];

const TOGETHER = 1000;

export function removeRelationshipClaims(db: Connection, generation: number, claims: readonly RelationshipClaimName[]): number {
  for (const some of pieces(claims, TOGETHER)) removeSome(db, generation, some);
  return claims.length;
}

function removeSome(db: Connection, generation: number, claims: readonly RelationshipClaimName[]): void {
  const names = new Map(
    claims.map(([source, kind, target]): [string, Ends] => [endsText([source, kind, target]), [source, kind, target]]),
  );
  const ends = [...names.values()];
  const shown = loadRelationships(db, ends);
  recordVersions(
    db,
    generation,
    shown.map(({ relationship, changed }) => closingOf(relationship, changed)),
  );
  for (const claim of claims) {
    db.run('DELETE FROM relationship_claim WHERE source = ? AND kind = ? AND target = ? AND origin = ?', claim);
  }
  const left = new Set(claimsOf(db, ends).map(([source, kind, target]) => endsText([source, kind, target])));
  const keys = keysOf(
    db,
    ends.flatMap(([source, , target]) => [source, target]),
  );
  const changes = [...names].map(([name, end]): ChangeDraft => {
    if (left.has(name)) {
      db.run('UPDATE relationship_claim SET changed = ? WHERE source = ? AND kind = ? AND target = ?', [generation, ...end]);
    }
    return [left.has(name) ? 'upsert' : 'delete', 'relationship', relationshipId(nameOf(end, keys))];
  });
  recordChanges(db, generation, changes);
}

/** Returns the number of claims that went: also those of relationships whose end nobody claims any more. */
export function removeEntityClaims(db: Connection, generation: number, claims: readonly EntityClaimName[]): number {
  let removed = 0;
  for (const some of pieces(claims, TOGETHER)) removed += some.length + removeSomeOfEntities(db, generation, some);
  return removed;
}

function removeSomeOfEntities(db: Connection, generation: number, claims: readonly EntityClaimName[]): number {
  const before = heldEntities(db, [...new Set(claims.map(([entity]) => entity))]);
  recordVersions(
    db,
    generation,
    before.map(({ entity, changed }) => closingOf(entity, changed)),
  );
  for (const claim of claims) db.run('DELETE FROM entity_claim WHERE entity = ? AND origin = ? AND stub = ?', claim);
  const living = livingOf(db, before);
  const dead = before.filter(({ id }) => !living.has(id));
  const hanging = removeRelationshipClaims(
    db,
    generation,
    claimsAt(
      db,
      dead.map(({ id }) => id),
    ),
  );
  refreshShown(db, { generation }, [...living]);
  deleteEntities(db, dead);
  recordChanges(
    db,
    generation,
    before.map(({ id, entity }): ChangeDraft => [living.has(id) ? 'upsert' : 'delete', 'entity', entity.key]),
  );
  return hanging;
}

function livingOf(db: Connection, held: readonly HeldEntity[]): Set<number> {
  const living = new Set<number>();
  for (const some of pieces(held.map(({ id }) => id))) {
    const rows = db.all<[number]>(`SELECT DISTINCT entity FROM entity_claim WHERE entity IN ${marks(some.length)}`, some);
    for (const [id] of rows) living.add(id);
  }
  return living;
}

function claimsAt(db: Connection, ids: readonly number[]): RelationshipClaimName[] {
  const claims = new Map<string, RelationshipClaimName>();
  for (const some of pieces(ids)) {
    for (const end of ['source', 'target']) {
      const sql = `SELECT source, kind, target, origin FROM relationship_claim WHERE ${end} IN ${marks(some.length)}`;
      for (const claim of db.all<[number, number, number, number]>(sql, some)) claims.set(claim.join(' '), claim);
    }
  }
  return [...claims.values()];
}

function deleteEntities(db: Connection, dead: readonly { readonly id: number; readonly entity: Entity }[]): void {
  const indexed = dead.map(({ id, entity }) => [id, entity.key, entity.name.replaceAll('\0', '\uFFFD')] as const);
  removeFromTextIndex(db, indexed);
  for (const some of pieces(dead)) {
    db.run(
      `DELETE FROM entity WHERE id IN ${marks(some.length)}`,
      some.map(({ id }) => id),
    );
  }
}
