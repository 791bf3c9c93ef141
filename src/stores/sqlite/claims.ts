/** Claims as rows, and what they merge to. */
import type { Entity, EntityClaim, Relationship, RelationshipClaim } from '../../model/entity.ts';
import { entityFactFrom } from '../../model/fact-text.ts';
import type { RelationshipKind } from '../../model/kinds.ts';
import { mergeEntity, mergeRelationship } from '../../model/merge.ts';
import { kindName, leanFact, timeOf, wholeFact } from './codec.ts';
import { type Connection, marks, pieces } from './connection.ts';
import { type Origin, origins } from './origins.ts';

export type EntityClaimRow = [
  entity: number,
  origin: number,
  stub: number,
  generation: number,
  since: number,
  lastSeen: number,
  fact: string,
];
export const ENTITY_CLAIM = 'c.entity, c.origin, c.stub, c.generation, c.since, c.last_seen, c.fact';

export type RelationshipClaimRow = [
  source: number,
  kind: number,
  target: number,
  origin: number,
  generation: number,
  since: number,
  lastSeen: number,
  changed: number,
  shape: number,
  hot: string | null,
  rest: string | null,
];
export const RELATIONSHIP_CLAIM =
  'c.source, c.kind, c.target, c.origin, c.generation, c.since, c.last_seen, c.changed, c.shape, c.hot, c.rest';

/** A relationship in numbers. */
export type Ends = readonly [source: number, kind: number, target: number];

/** Ends as the key of a map. */
export const endsText = ([source, kind, target]: Ends): string => `${source} ${kind} ${target}`;

const place = (known: ReadonlyMap<number, Origin>, id: number): { origin: string; scope: string } => {
  const { name, scope } = known.get(id) as Origin;
  return { origin: name, scope };
};

export function entityClaim(key: string, row: EntityClaimRow, known: ReadonlyMap<number, Origin>): EntityClaim {
  const [, origin, , generation, since, lastSeen, fact] = row;
  return {
    ...place(known, origin),
    generation,
    since: timeOf(since),
    lastSeen: timeOf(lastSeen),
    fact: entityFactFrom(key, fact),
  };
}

function relationshipClaim(
  source: string,
  target: string,
  row: RelationshipClaimRow,
  known: ReadonlyMap<number, Origin>,
): RelationshipClaim {
  const [, kind, , origin, generation, since, lastSeen, , shape, hot, rest] = row;
  const fact = wholeFact(leanFact(source, kindName(kind), target, shape, hot), rest);
  return { ...place(known, origin), generation, since: timeOf(since), lastSeen: timeOf(lastSeen), fact };
}

export interface HeldEntity {
  readonly id: number;
  readonly entity: Entity;
  /** The generation since which it is as it is. */
  readonly changed: number;
}

export function heldEntities(db: Connection, ids: readonly number[]): HeldEntity[] {
  const known = origins(db);
  const held: HeldEntity[] = [];
  for (const some of pieces(ids)) {
    const keys = new Map<number, [key: string, changed: number]>();
    const sql = `SELECT id, key, changed FROM entity WHERE id IN ${marks(some.length)}`;
    for (const [id, key, changed] of db.iterate<[number, string, number]>(sql, some)) keys.set(id, [key, changed]);
    const claims = new Map<number, EntityClaim[]>();
    const rows = db.iterate<EntityClaimRow>(
      `SELECT ${ENTITY_CLAIM} FROM entity_claim c WHERE c.entity IN ${marks(some.length)} ORDER BY c.entity, c.origin, c.stub`,
      some,
    );
    for (const row of rows) {
      const key = keys.get(row[0])?.[0] as string;
      const list = claims.get(row[0]);
      if (list) list.push(entityClaim(key, row, known));
      else claims.set(row[0], [entityClaim(key, row, known)]);
    }
    for (const [id, list] of claims) {
      const [key, changed] = keys.get(id) as [string, number];
      held.push({ id, entity: mergeEntity(key, list), changed });
    }
  }
  return held;
}

export interface HeldRelationship {
  readonly ends: Ends;
  readonly relationship: Relationship;
  readonly changed: number;
}

/** `rows`: all claims of some relationships, those of one adjacent. */
export function heldRelationships(
  rows: Iterable<RelationshipClaimRow>,
  keyOf: (id: number) => string,
  known: ReadonlyMap<number, Origin>,
): HeldRelationship[] {
  const held: HeldRelationship[] = [];
  for (const claims of adjacent(rows)) {
    const [source, kind, target] = claims[0] as RelationshipClaimRow;
    const [from, to] = [keyOf(source), keyOf(target)];
    const relationship = mergeRelationship(claims.map((row) => relationshipClaim(from, to, row, known)));
    held.push({ ends: [source, kind, target], relationship, changed: Math.max(...claims.map((row) => row[7])) });
  }
  return held;
}

/** Groups of rows that are claims of one relationship. */
function* adjacent(rows: Iterable<RelationshipClaimRow>): Generator<RelationshipClaimRow[]> {
  let group: RelationshipClaimRow[] = [];
  for (const row of rows) {
    const first = group[0];
    if (first && (first[0] !== row[0] || first[1] !== row[1] || first[2] !== row[2])) {
      yield group;
      group = [];
    }
    group.push(row);
  }
  if (group.length > 0) yield group;
}

/** All claims of the named relationships, ordered by them. */
export function claimsOf(db: Connection, names: readonly Ends[]): RelationshipClaimRow[] {
  const rows: RelationshipClaimRow[] = [];
  for (const some of pieces(names, 100)) {
    const sql = `WITH v (source, kind, target) AS (VALUES ${Array(some.length).fill('(?,?,?)').join(',')})
      SELECT ${RELATIONSHIP_CLAIM} FROM v CROSS JOIN relationship_claim c ON c.source = v.source AND c.kind = v.kind AND c.target = v.target`;
    rows.push(...db.all<RelationshipClaimRow>(sql, some.flat()));
  }
  return rows.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3]);
}

/** Keys of entity ids. */
export function keysOf(db: Connection, ids: Iterable<number>): Map<number, string> {
  const keys = new Map<number, string>();
  for (const some of pieces([...new Set(ids)])) {
    const rows = db.iterate<[number, string]>(`SELECT id, key FROM entity WHERE id IN ${marks(some.length)}`, some);
    for (const [id, key] of rows) keys.set(id, key);
  }
  return keys;
}

export function loadRelationships(db: Connection, names: readonly Ends[]): HeldRelationship[] {
  const rows = claimsOf(db, names);
  const keys = keysOf(
    db,
    rows.flatMap((row) => [row[0], row[2]]),
  );
  return heldRelationships(rows, (id) => keys.get(id) as string, origins(db));
}

export const nameOf = (
  ends: Ends,
  keys: ReadonlyMap<number, string>,
): { source: string; kind: RelationshipKind; target: string } => ({
  source: keys.get(ends[0]) as string,
  kind: kindName(ends[1]),
  target: keys.get(ends[2]) as string,
});
