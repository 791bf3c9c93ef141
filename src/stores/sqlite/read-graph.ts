/** Streams of the whole graph in the order of keys, each from one snapshot. */
import type { Entity, EntityClaim, Relationship } from '../../model/entity.ts';
import type { EntityKind, RelationshipKind, State, Tier } from '../../model/kinds.ts';
import { mergeEntity, mergeRelationship } from '../../model/merge.ts';
import type { GraphEntity, GraphRelationship, GraphRows } from '../../ports/store.ts';
import {
  ENTITY_CLAIM,
  type EntityClaimRow,
  entityClaim,
  heldRelationships,
  RELATIONSHIP_CLAIM,
  type RelationshipClaimRow,
} from './claims.ts';
import { kindCode, kindName, leanFact } from './codec.ts';
import { type Connection, marks } from './connection.ts';
import { type Origin, origins } from './origins.ts';

const ROWS_AT_ONCE = 5000;

/** Ids to keys, and to their places in the order of keys. */
interface KeyOrder {
  readonly keys: string[];
  readonly ranks: number[];
}

const newOrder = (): KeyOrder => ({ keys: [], ranks: [] });

export function* readGraph(db: Connection): Generator<GraphRows> {
  const order = newOrder();
  for (const entities of batched(graphEntities(db, order))) yield { entities };
  for (const relationships of batched(graphRelationships(db, order))) yield { relationships };
}

function* graphEntities(db: Connection, order: KeyOrder): Generator<GraphEntity> {
  const rows = db.iterate<[number, string, EntityKind, Tier | null, State, string | null]>(
    'SELECT id, key, kind, tier, state, expires_at FROM entity ORDER BY key',
  );
  let rank = 0;
  for (const [id, key, kind, tier, state, expiresAt] of rows) {
    order.keys[id] = key;
    order.ranks[id] = rank++;
    const entity: { -readonly [K in keyof GraphEntity]: GraphEntity[K] } = { key, kind, state };
    if (tier !== null) entity.tier = tier;
    if (expiresAt !== null) entity.expiresAt = expiresAt;
    yield entity;
  }
}

type LeanRow = [source: number, kind: number, target: number, origin: number, shape: number, hot: string | null];

function* graphRelationships(db: Connection, order: KeyOrder): Generator<GraphRelationship> {
  const known = origins(db);
  const rows = db.iterate<LeanRow>(
    `SELECT r.source, r.kind, r.target, r.origin, r.shape, r.hot
      FROM entity e CROSS JOIN relationship_claim r ON r.source = e.id ORDER BY e.key`,
  );
  for (const group of bySource(rows)) {
    if (group.length > 1) group.sort(inKeyOrder(order));
    for (let at = 0; at < group.length; ) {
      const first = group[at] as LeanRow;
      let end = at + 1;
      while (group[end]?.[2] === first[2] && group[end]?.[1] === first[1]) end++;
      yield end === at + 1 ? leanOf(first, order) : mergedLean(group.slice(at, end), order, known);
      at = end;
    }
  }
}

const leanOf = ([source, kind, target, , shape, hot]: LeanRow, { keys }: KeyOrder): GraphRelationship =>
  leanFact(keys[source] as string, kindName(kind), keys[target] as string, shape, hot);

function mergedLean(rows: readonly LeanRow[], order: KeyOrder, known: ReadonlyMap<number, Origin>): GraphRelationship {
  const merged = mergeRelationship(
    rows.map((row) => {
      const { name: origin, scope } = known.get(row[3]) as Origin;
      return { origin, scope, generation: 0, since: '', lastSeen: '', fact: leanOf(row, order) };
    }),
  );
  const { firstSeen: _f, lastSeen: _l, generation: _g, claims, ...lean } = merged;
  const seen = claims.flatMap(({ fact }) => fact.firstSeen ?? []).sort();
  return seen[0] === undefined ? lean : { ...lean, firstSeen: seen[0] };
}

/** Names are compared, not codes: the order is a promise. */
const inKeyOrder =
  ({ ranks }: KeyOrder) =>
  (a: readonly [number, number, number, ...unknown[]], b: readonly [number, number, number, ...unknown[]]): number => {
    if (a[1] === b[1]) return (ranks[a[2]] as number) - (ranks[b[2]] as number);
    return kindName(a[1]) < kindName(b[1]) ? -1 : 1;
  };

function* bySource<T extends readonly [number, ...unknown[]]>(rows: Iterable<T>): Generator<T[]> {
  let group: T[] = [];
  for (const row of rows) {
    if (group.length > 0 && group[0]?.[0] !== row[0]) {
      yield group;
      group = [];
    }
    group.push(row);
  }
  if (group.length > 0) yield group;
}

export function* batched<T>(items: Iterable<T>, size = ROWS_AT_ONCE): Generator<T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

export interface EntityWithStart {
  readonly entity: Entity;
  readonly changed: number;
}

/**
 * Whole entities by key; claims of one by (origin, scope, stub). Always along the index of keys: by that of kinds, all rows would be
 * sorted before the first is seen, and be in memory for it.
 */
export function* wholeEntities(db: Connection, kinds?: readonly EntityKind[]): Generator<EntityWithStart> {
  const known = origins(db);
  const only = kinds ? `WHERE +e.kind IN ${marks(kinds.length)}` : '';
  const rows = db.iterate<[...EntityClaimRow, string, number]>(
    `SELECT ${ENTITY_CLAIM}, e.key, e.changed FROM entity e CROSS JOIN entity_claim c ON c.entity = e.id ${only}
      ORDER BY e.key, c.origin, c.stub`,
    kinds ?? [],
  );
  for (const group of bySource(rows)) {
    const [key, changed] = (group[0] as [...EntityClaimRow, string, number]).slice(7) as [string, number];
    const claims = group.map((row): EntityClaim => entityClaim(key, row.slice(0, 7) as EntityClaimRow, known));
    yield { entity: mergeEntity(key, claims), changed };
  }
}

export interface RelationshipWithStart {
  readonly relationship: Relationship;
  readonly changed: number;
}

export function* wholeRelationships(db: Connection, kinds?: readonly RelationshipKind[]): Generator<RelationshipWithStart> {
  const known = origins(db);
  // Where there is none of these kinds, the keys are not asked for.
  let order: KeyOrder | undefined;
  const only = kinds ? `WHERE c.kind IN ${marks(kinds.length)}` : '';
  const rows = db.iterate<RelationshipClaimRow>(
    `SELECT ${RELATIONSHIP_CLAIM} FROM entity e CROSS JOIN relationship_claim c ON c.source = e.id ${only} ORDER BY e.key`,
    (kinds ?? []).map(kindCode),
  );
  for (const group of bySource(rows)) {
    order ??= keyOrder(db);
    const { keys } = order;
    const inOrder = inKeyOrder(order);
    group.sort((a, b) => inOrder(a, b) || a[3] - b[3]);
    yield* heldRelationships(group, (id) => keys[id] as string, known);
  }
}

function keyOrder(db: Connection): KeyOrder {
  const order = newOrder();
  let rank = 0;
  for (const [id, key] of db.iterate<[number, string]>('SELECT id, key FROM entity ORDER BY key')) {
    order.keys[id] = key;
    order.ranks[id] = rank++;
  }
  return order;
}
