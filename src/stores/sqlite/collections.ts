/** The life of a collection, from `begin` to the sweep. */
import type { ScopeCoverage, SourceRecord } from '../../model/collection.ts';
import { coverageAfter, sweepableScopes } from '../../model/coverage.ts';
import type { EntityFact, RelationshipFact, Time } from '../../model/entity.ts';
import { RefusedError } from '../../model/errors.ts';
import type { CollectionOutcome, CollectionRun, CommittedCollection, FactBatch, FactStore } from '../../ports/store.ts';
import type { Access } from './access.ts';
import { endsText } from './claims.ts';
import { BASIS_BITS, kindCode, millisecondsOf, OBSERVED_BITS } from './codec.ts';
import { type Connection, marks } from './connection.ts';
import { removeDocuments, writeDocuments } from './documents.ts';
import { rememberedIds } from './entity-ids.ts';
import { recordChanges } from './history.ts';
import { metaNumber, setMeta } from './meta.ts';
import { originId, originIds } from './origins.ts';
import {
  type EntityClaimName,
  type RelationshipClaimName,
  removeEntityClaims,
  removeRelationshipClaims,
} from './remove-claims.ts';
import { readSources, writeSource } from './sources.ts';
import { type Stamp, writeEntities } from './write-entities.ts';
import { writeRelationships } from './write-relationships.ts';

type RunRow = [id: string, at: string, generation: number, bulk: number, alone: number, wrote: number, committed: string | null];

const runOf = (db: Connection, origin: string): RunRow | undefined =>
  db.get<RunRow>('SELECT id, at, generation, bulk, alone, wrote, committed FROM run WHERE origin = ?', [origin]);

function begin(db: Connection, origin: string, id: string, at: Time): CollectionRun {
  millisecondsOf(at);
  const before = runOf(db, origin);
  if (before?.[0] === id) return { id, origin, at: before[1], generation: before[2] };
  const committed = metaNumber(db, 'generation');
  if (before && before[6] === null) endCrashed(db, origin, before);
  const ids = originIds(db, origin);
  const bulk = !isClaimed(db, ids);
  const alone = db.get('SELECT 1 FROM relationship_claim LIMIT 1') === undefined;
  if (bulk && alone) db.exec(WITHOUT_INDEXES);
  db.run('INSERT OR REPLACE INTO run VALUES (?, ?, ?, ?, ?, ?, 0, NULL)', [
    origin,
    id,
    at,
    committed + 1,
    Number(bulk),
    Number(alone),
  ]);
  return { id, origin, at, generation: committed + 1 };
}

/** A first load is faster without the indexes that it does not need itself, and with one build of them at its end. Without them answers are slower, not other. */
const WITHOUT_INDEXES =
  'DROP INDEX IF EXISTS relationship_target; DROP INDEX IF EXISTS entity_name; DROP INDEX IF EXISTS entity_kind';
const WITH_INDEXES = `
  CREATE INDEX IF NOT EXISTS relationship_target ON relationship_claim (target, kind);
  CREATE INDEX IF NOT EXISTS entity_name ON entity (name, key);
  CREATE INDEX IF NOT EXISTS entity_kind ON entity (kind, key)`;

const isClaimed = (db: Connection, origins: readonly number[]): boolean =>
  ['entity_claim', 'relationship_claim'].some(
    (table) => db.get(`SELECT 1 FROM ${table} WHERE origin IN ${marks(origins.length)} LIMIT 1`, origins) !== undefined,
  );

/** What it wrote becomes old, so that the next complete run sweeps what it does not find. A first load that broke off is told now. */
function endCrashed(db: Connection, origin: string, [, , generation, bulk, , wrote]: RunRow): void {
  db.exec(WITH_INDEXES);
  const ids = originIds(db, origin);
  for (const table of ['entity_claim', 'relationship_claim', 'document']) {
    const sql = `UPDATE ${table} SET generation = ? WHERE origin IN ${marks(ids.length)} AND generation >= ?`;
    db.run(sql, [generation - 1, ...ids, generation]);
  }
  if (bulk && wrote) recordChanges(db, metaNumber(db, 'generation'), [['rebuild', 'graph', '']]);
}

function activeRun(db: Connection, run: CollectionRun): RunRow {
  const row = runOf(db, run.origin);
  if (row?.[0] === run.id && row[6] === null) return row;
  throw new RefusedError(`${run.origin}: collection ${run.id} has ended, or a newer one of this source began; collect it again`);
}

function write(db: Connection, run: CollectionRun, batches: readonly FactBatch[]): void {
  const [, at, generation, bulk, alone, wrote] = activeRun(db, run);
  const ids = rememberedIds(db);
  for (const { scope, entities, relationships, documents } of batches) {
    const origin = originId(db, { name: run.origin, scope });
    const stamp: Stamp = { origin, generation, at: millisecondsOf(at), bulk: bulk === 1, alone: alone === 1 };
    writeEntities(db, stamp, entities, ids);
    writeRelationships(db, stamp, relationships, ids);
    writeDocuments(db, origin, generation, documents);
  }
  if (!wrote) db.run('UPDATE run SET wrote = 1 WHERE origin = ?', [run.origin]);
}

function commit(db: Connection, run: CollectionRun, outcome: CollectionOutcome): CommittedCollection {
  const found = runOf(db, run.origin);
  if (found?.[0] === run.id && found[6] !== null) return JSON.parse(found[6]) as CommittedCollection;
  const [, at, generation, bulk, , wrote] = activeRun(db, run);
  rememberedIds(db).clear();
  if (bulk) db.exec(WITH_INDEXES);
  const scopes = coverageAfter(readSources(db, run.origin)[0]?.scopes ?? [], outcome.scopes);
  const swept = sweep(db, run.origin, generation, scopes, bulk === 1);
  if (bulk && wrote) recordChanges(db, generation, [['rebuild', 'graph', '']]);
  const next = metaNumber(db, 'generation') + 1;
  setMeta(db, 'generation', next);
  db.run('INSERT OR REPLACE INTO generation VALUES (?, ?)', [next, at]);
  writeSource(db, sourceRecord(run.origin, at, next, scopes, outcome));
  const committed = { generation: next, swept, ...claimed(db, run.origin) };
  db.run('UPDATE run SET committed = ? WHERE origin = ?', [JSON.stringify(committed), run.origin]);
  return committed;
}

function sourceRecord(
  name: string,
  lastRun: Time,
  generation: number,
  scopes: readonly ScopeCoverage[],
  { type, layersMissing, newestEvent }: CollectionOutcome,
): SourceRecord {
  return { name, type, scopes, lastRun, generation, layersMissing, ...(newestEvent === undefined ? {} : { newestEvent }) };
}

/** A first load has no older claims: to look for them would cost a walk through all of its own. */
function sweep(db: Connection, origin: string, generation: number, scopes: readonly ScopeCoverage[], isFirst: boolean): number {
  const swept = originIds(db, origin, sweepableScopes(scopes));
  if (swept.length === 0) return 0;
  removeDocuments(db, swept, generation);
  if (isFirst) return 0;
  const old = `origin IN ${marks(swept.length)} AND generation < ?`;
  const relationships = db.all<[number, number, number, number]>(
    `SELECT source, kind, target, origin FROM relationship_claim WHERE ${old} AND (shape & ?) <> ?`,
    [...swept, generation, BASIS_BITS, OBSERVED_BITS],
  );
  let removed = removeRelationshipClaims(db, generation, relationships);
  const entities = db.all<[number, number, number]>(`SELECT entity, origin, stub FROM entity_claim WHERE ${old}`, [
    ...swept,
    generation,
  ]);
  removed += removeEntityClaims(db, generation, withoutEnds(db, originIds(db, origin), entities));
  return removed;
}

/** Leaves out entities that are the end of a relationship that the same origin still claims: observed facts outlive a sweep. */
function withoutEnds(db: Connection, origins: readonly number[], claims: readonly EntityClaimName[]): EntityClaimName[] {
  const has = (end: string) => `SELECT 1 FROM relationship_claim WHERE ${end} = ? AND origin IN ${marks(origins.length)} LIMIT 1`;
  const isEnd = (entity: number): boolean =>
    ['source', 'target'].some((end) => db.get(has(end), [entity, ...origins]) !== undefined);
  return claims.filter(([entity]) => !isEnd(entity));
}

/** Rows of one scope are distinct already. */
function claimed(db: Connection, origin: string): { entities: number; relationships: number } {
  const ids = originIds(db, origin);
  const of = `WHERE origin IN ${marks(ids.length)}`;
  const columns = ids.length > 1 ? 'DISTINCT source, kind, target' : '1';
  const count = (sql: string): number => Number(db.get(`SELECT count(*) FROM (${sql})`, ids)?.[0]);
  return {
    entities: count(`SELECT DISTINCT entity FROM entity_claim ${of}`),
    relationships: count(`SELECT ${columns} FROM relationship_claim ${of}`),
  };
}

function replaceDerived(
  db: Connection,
  origin: string,
  at: Time,
  { entities, relationships }: Pick<FactBatch, 'entities' | 'relationships'>,
): number {
  if (entities.length + relationships.length === 0 && originIds(db, origin).length === 0) return 0;
  const generation = metaNumber(db, 'generation');
  const id = originId(db, { name: origin, scope: 'all' });
  const ids = rememberedIds(db);
  const stamp: Stamp = { origin: id, generation, at: millisecondsOf(at), bulk: false, alone: false, anew: true };
  const before = claimsBefore(db, id);
  let changed = writeEntities(db, stamp, entities, ids) + writeRelationships(db, stamp, relationships, ids);
  changed += removeRelationshipClaims(db, generation, unsaidRelationships(before.relationships, relationships, ids));
  changed += removeEntityClaims(db, generation, unsaidEntities(before.entities, entities, ids));
  ids.clear();
  return changed;
}

interface ClaimsBefore {
  readonly entities: readonly EntityClaimName[];
  readonly relationships: readonly RelationshipClaimName[];
}

/** A walk through all relationships: no index names their origin. */
const claimsBefore = (db: Connection, origin: number): ClaimsBefore => ({
  entities: db.all<[number, number, number]>('SELECT entity, origin, stub FROM entity_claim WHERE origin = ?', [origin]),
  relationships: db.all<[number, number, number, number]>(
    'SELECT source, kind, target, origin FROM relationship_claim WHERE origin = ?',
    [origin],
  ),
});

function unsaidRelationships(
  before: readonly RelationshipClaimName[],
  facts: readonly RelationshipFact[],
  ids: ReadonlyMap<string, number>,
): RelationshipClaimName[] {
  if (before.length === 0) return [];
  const said = new Set(
    facts.map(({ source, kind, target }) => endsText([ids.get(source) as number, kindCode(kind), ids.get(target) as number])),
  );
  return before.filter(([source, kind, target]) => !said.has(endsText([source, kind, target])));
}

function unsaidEntities(
  before: readonly EntityClaimName[],
  facts: readonly EntityFact[],
  ids: ReadonlyMap<string, number>,
): EntityClaimName[] {
  const said = new Set(facts.map(({ key, stub }) => `${ids.get(key)} ${stub ? 1 : 0}`));
  return before.filter(([entity, , stub]) => !said.has(`${entity} ${stub}`));
}

function forget(db: Connection, origin: string, scope: string | undefined): number {
  const ids = originIds(db, origin, scope === undefined ? undefined : [scope]);
  const generation = metaNumber(db, 'generation');
  rememberedIds(db).clear();
  const of = `WHERE origin IN ${marks(ids.length)}`;
  let removed = removeRelationshipClaims(
    db,
    generation,
    db.all<[number, number, number, number]>(`SELECT source, kind, target, origin FROM relationship_claim ${of}`, ids),
  );
  const entities = db.all<[number, number, number]>(`SELECT entity, origin, stub FROM entity_claim ${of}`, ids);
  removed += removeEntityClaims(db, generation, entities);
  if (ids.length > 0) removeDocuments(db, ids, Number.MAX_SAFE_INTEGER);
  forgetSource(db, origin, scope);
  return removed;
}

function forgetSource(db: Connection, origin: string, scope: string | undefined): void {
  if (scope === undefined) {
    db.run('DELETE FROM source WHERE name = ?', [origin]);
    db.run('DELETE FROM run WHERE origin = ?', [origin]);
    return;
  }
  const [source] = readSources(db, origin);
  if (source) writeSource(db, { ...source, scopes: source.scopes.filter((s) => s.scope !== scope) });
}

export const createFactStore = (access: Access): FactStore => ({
  beginCollection: (origin, id, at) => access.write((db) => begin(db, origin, id, at)),
  writeFacts: (run, ...batches) => access.write((db) => write(db, run, batches)),
  commitCollection: (run, outcome) => access.write((db) => commit(db, run, outcome)),
  replaceDerived: (origin, at, facts) => access.write((db) => replaceDerived(db, origin, at, facts)),
  forget: (origin, scope) => access.write((db) => forget(db, origin, scope)),
});
