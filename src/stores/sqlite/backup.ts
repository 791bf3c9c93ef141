import {
  BACKUP_FORMAT,
  type BackupData,
  type BackupType,
  backupRecord,
  readBackupRecord,
  type TypedBackupRecord,
} from '../../model/backup.ts';
import type { EntityClaim, Json, RelationshipClaim } from '../../model/entity.ts';
import { RefusedError } from '../../model/errors.ts';
import { entityFactText } from '../../model/fact-text.ts';
import type { BackupRecord, Token } from '../../ports/store.ts';
import { hotOf, kindCode, millisecondsOf, restOf, shapeOf } from './codec.ts';
import type { Connection } from './connection.ts';
import { storedDocuments, writeStoredDocument } from './documents.ts';
import { lookUpIds, rememberedIds } from './entity-ids.ts';
import { readAcceptances, writeAcceptance, writeRisks } from './findings.ts';
import { recordChanges } from './history.ts';
import { findHolds, placeHold } from './holds.ts';
import { readJobs, writeJob } from './jobs.ts';
import { writeLedgerRecord } from './ledger.ts';
import { metaNumber, metaText, setMeta } from './meta.ts';
import { originId } from './origins.ts';
import { readPlans, writePlan } from './plans.ts';
import { wholeEntities, wholeRelationships } from './read-graph.ts';
import { refreshShown } from './shown-columns.ts';
import { readSources, writeSource } from './sources.ts';
import { readTokens, writeToken } from './tokens.ts';
import { writeEntities } from './write-entities.ts';

export function* exportAll(db: Connection): Generator<BackupRecord> {
  yield backupRecord('backup', { format: BACKUP_FORMAT });
  yield backupRecord('state', {
    generation: metaNumber(db, 'generation'),
    paused: metaText(db, 'paused') === 'yes',
    fingerprintCheck: metaText(db, 'fingerprint-check') ?? null,
  });
  for (const source of readSources(db)) yield backupRecord('source', source);
  yield* exportFacts(db);
  yield* exportBodies(db);
}

const byPlace = <C extends { readonly origin: string; readonly scope: string }>(claims: readonly C[]): C[] => {
  const place = ({ origin, scope }: C): string => `${origin}\0${scope}`;
  return [...claims].sort((a, b) => (place(a) < place(b) ? -1 : place(a) > place(b) ? 1 : 0));
};
const stubsLast = (claims: readonly EntityClaim[]): EntityClaim[] =>
  byPlace([...claims].sort((a, b) => Number(a.fact.stub ?? false) - Number(b.fact.stub ?? false)));

function* exportFacts(db: Connection): Generator<BackupRecord> {
  for (const { entity, changed } of wholeEntities(db)) {
    yield backupRecord('entity', { key: entity.key, from: changed, claims: stubsLast(entity.claims) });
  }
  for (const { relationship, changed } of wholeRelationships(db)) {
    const { source, kind, target, claims } = relationship;
    yield backupRecord('relationship', { source, kind, target, from: changed, claims: byPlace(claims) });
  }
  for (const document of storedDocuments(db)) yield backupRecord('document', document);
  const versions = db.iterate<[string, number, number, string]>(
    'SELECT id, from_generation, to_generation, body FROM version ORDER BY id, from_generation',
  );
  for (const [id, from, to, body] of versions) yield backupRecord('version', { id, from, to, body: JSON.parse(body) as Json });
}

function* exportBodies(db: Connection): Generator<BackupRecord> {
  for (const [generation, at] of db.all<[number, string]>('SELECT generation, at FROM analysis')) {
    yield backupRecord('analysis', { generation, at });
  }
  yield* bodies(db, 'risk', 'SELECT body FROM risk ORDER BY key');
  for (const acceptance of readAcceptances(db)) yield backupRecord('acceptance', acceptance);
  for (const plan of readPlans(db)) yield backupRecord('plan', plan);
  yield* [...findHolds(db)].sort((a, b) => (a.id < b.id ? -1 : 1)).map((hold) => backupRecord('hold', hold));
  yield* bodies(db, 'ledger', 'SELECT body FROM ledger ORDER BY seq');
  for (const token of readTokens(db)) yield backupRecord('token', { ...token });
  for (const job of readJobs(db)) yield backupRecord('job', job);
}

function* bodies(db: Connection, type: BackupType, sql: string): Generator<BackupRecord> {
  for (const [body] of db.iterate<[string]>(sql)) yield { type, data: JSON.parse(body) as Json };
}

/** Returns the number of records. The caller makes it one transaction. */
export async function importAll(db: Connection, records: AsyncIterable<BackupRecord>): Promise<number> {
  refuseFilled(db);
  let count = 0;
  for await (const record of records) importRecord(db, readBackupRecord(record, ++count));
  if (count === 0) throw new RefusedError('backup: it is empty; give the whole file of `export --all`');
  recordChanges(db, metaNumber(db, 'generation'), [['rebuild', 'graph', '']]);
  return count;
}

const FILLED = ['source', 'entity', 'document', 'version', 'analysis', 'acceptance', 'plan', 'ledger', 'token', 'job'];

function refuseFilled(db: Connection): void {
  const filled = FILLED.find((table) => db.get(`SELECT 1 FROM ${table} LIMIT 1`) !== undefined);
  if (filled === undefined && metaNumber(db, 'generation') === 0) return;
  throw new RefusedError(`${db.path}: the store already holds ${filled ?? 'collection'} records; import into a new one`);
}

type Importers = { readonly [T in BackupType]: (db: Connection, data: BackupData[T]) => void };

const IMPORTERS: Importers = {
  backup: () => undefined,
  state: importState,
  source: writeSource,
  entity: (db, { key, from, claims }) => importEntity(db, key, from, claims),
  relationship: (db, { from, claims }) => importRelationship(db, from, claims),
  document: (db, document) => writeStoredDocument(db, originId(db, { name: document.origin, scope: document.scope }), document),
  version: (db, { id, from, to, body }) =>
    void db.run('INSERT INTO version VALUES (?, ?, ?, ?)', [id, from, to, JSON.stringify(body)]),
  analysis: (db, { generation, at }) => void db.run('INSERT INTO analysis VALUES (1, ?, ?)', [generation, at]),
  risk: (db, risk) => writeRisks(db, [risk]),
  acceptance: writeAcceptance,
  plan: writePlan,
  hold: placeHold,
  ledger: writeLedgerRecord,
  token: (db, token) => writeToken(db, token as unknown as Token),
  job: writeJob,
};

function importRecord(db: Connection, { type, data }: TypedBackupRecord): void {
  (IMPORTERS[type] as (db: Connection, data: unknown) => void)(db, data);
}

function importState(db: Connection, { generation, paused, fingerprintCheck }: BackupData['state']): void {
  setMeta(db, 'generation', generation);
  setMeta(db, 'paused', paused ? 'yes' : 'no');
  if (fingerprintCheck !== null) setMeta(db, 'fingerprint-check', fingerprintCheck);
}

/** Each claim is written as it was said, and then put back to its times. */
function importEntity(db: Connection, key: string, from: number, claims: readonly EntityClaim[]): void {
  const ids = rememberedIds(db);
  for (const { origin, scope, fact } of claims) {
    const id = originId(db, { name: origin, scope });
    writeEntities(db, { origin: id, generation: from, at: 0, bulk: true, alone: true }, [fact], ids);
  }
  const entity = ids.get(key) as number;
  for (const { origin, scope, generation, since, lastSeen, fact } of claims) {
    db.run(
      'UPDATE entity_claim SET generation = ?, since = ?, last_seen = ?, fact = ? WHERE entity = ? AND origin = ? AND stub = ?',
      [
        generation,
        millisecondsOf(since),
        millisecondsOf(lastSeen),
        entityFactText(fact),
        entity,
        originId(db, { name: origin, scope }),
        fact.stub ? 1 : 0,
      ],
    );
  }
  if (claims.length > 1) refreshShown(db, { generation: from }, [entity]);
}

function importRelationship(db: Connection, from: number, claims: readonly RelationshipClaim[]): void {
  const ids = rememberedIds(db);
  for (const { origin, scope, generation, since, lastSeen, fact } of claims) {
    lookUpIds(db, [fact.source, fact.target], ids);
    const missing = [fact.source, fact.target].find((key) => ids.get(key) === undefined);
    if (missing !== undefined)
      throw new RefusedError(`backup: a ${fact.kind} names ${missing}, of which it holds no record; give the whole file`);
    const ends = [ids.get(fact.source) as number, kindCode(fact.kind), ids.get(fact.target) as number];
    const times = [generation, millisecondsOf(since), millisecondsOf(lastSeen), from];
    db.insert('relationship_claim', 11, [
      ...ends,
      originId(db, { name: origin, scope }),
      ...times,
      shapeOf(fact),
      hotOf(fact),
      restOf(fact),
    ]);
  }
}
