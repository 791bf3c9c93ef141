/** The whole store as records, and back. */
import { BACKUP_FORMAT, backupRecord, readBackupRecord, type TypedBackupRecord } from '../../model/backup.ts';
import type { SourceRecord } from '../../model/collection.ts';
import type { EntityClaim, Json, RelationshipClaim } from '../../model/entity.ts';
import { RefusedError } from '../../model/errors.ts';
import type { Risk } from '../../model/findings.ts';
import type { BackupRecord, StoreAdmin } from '../../ports/store.ts';
import type { Client } from './client.ts';
import { bodies } from './finding-store.ts';
import { createGraphReader, entitiesFrom, relationshipsFrom } from './graph-reader.ts';
import { writeBackup } from './import-records.ts';
import { storedPlan } from './plan-store.ts';
import * as changes from './queries/changes.ts';
import * as findings from './queries/findings.ts';
import * as graph from './queries/graph.ts';
import * as jobs from './queries/jobs.ts';
import * as ledger from './queries/ledger.ts';
import * as meta from './queries/meta.ts';
import * as plans from './queries/plans.ts';
import * as tokens from './queries/tokens.ts';
import type { Query } from './query.ts';
import type { RunTable } from './run-table.ts';
import { clear } from './schema.ts';
import type { Shapes } from './shapes.ts';

export const createBackup = (client: Client, runs: RunTable): Pick<StoreAdmin, 'exportAll' | 'importAll'> => ({
  async *exportAll() {
    const before = await headOf(client);
    yield* records(client, runs);
    const after = await headOf(client);
    // Neo4j shows what others commit between two rows: such a backup would not be one state.
    if (after.writes !== before.writes) {
      throw new RefusedError(`${client.place}: the store was written while it was exported; stop the writers and export again`);
    }
  },

  async importAll(given) {
    const [state] = await client.read((run) => run(meta.isEmpty, {}));
    if (!state?.empty) throw new RefusedError(`${client.place}: an import needs an empty store; give an empty database`);
    await client.write((run) => run(meta.setImporting, { importing: true }));
    try {
      const count = await writeBackup(client, numbered(given));
      await client.write((run) => run(meta.setImporting, { importing: false }));
      return count;
    } catch (error) {
      await clear(client);
      throw error;
    }
  },
});

async function* numbered(given: AsyncIterable<BackupRecord>): AsyncGenerator<TypedBackupRecord> {
  let number = 0;
  for await (const record of given) yield readBackupRecord(record, ++number);
}

async function headOf(client: Client) {
  const [head] = await client.read((run) => run(meta.readHead, {}));
  if (!head) throw new RefusedError(`${client.place}: the database was emptied while it was open; open the store again`);
  return head;
}

async function* records(client: Client, runs: RunTable): AsyncGenerator<BackupRecord> {
  const { generation, paused, fingerprintCheck } = await headOf(client);
  yield backupRecord('backup', { format: BACKUP_FORMAT });
  yield backupRecord('state', { generation, paused, fingerprintCheck });
  const reader = createGraphReader(client, runs);
  for (const source of await reader.sources()) yield backupRecord('source', source as SourceRecord);
  yield* factRecords(client, runs);
  for await (const document of reader.documents()) yield backupRecord('document', document);
  for await (const rows of client.stream(changes.allVersions, {})) {
    for (const { id, from, to, body } of rows) yield backupRecord('version', { id, from, to, body: JSON.parse(body) as Json });
  }
  yield* otherRecords(client);
}

async function* factRecords(client: Client, runs: RunTable): AsyncGenerator<BackupRecord> {
  for await (const rows of client.stream(graph.entities, { kinds: null })) {
    const merged = entitiesFrom(rows, await runs.of(rows));
    for (const [i, { key, claims }] of merged.entries()) {
      yield backupRecord('entity', { key, from: rows[i]?.changedIn as number, claims: [...claims].sort(byPlace) });
    }
  }
  for await (const rows of client.stream(graph.relationships, { kinds: null })) {
    const merged = relationshipsFrom(rows, await runs.of(rows));
    for (const [i, { source, kind, target, claims }] of merged.entries()) {
      const from = rows[i]?.changedIn as number;
      yield backupRecord('relationship', { source, kind, target, from, claims: [...claims].sort(byPlace) });
    }
  }
}

type AnyClaim = EntityClaim | RelationshipClaim;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const stubness = ({ fact }: AnyClaim): number => ('stub' in fact && fact.stub ? 1 : 0);
const byPlace = (a: AnyClaim, b: AnyClaim): number =>
  compare(a.origin, b.origin) || compare(a.scope, b.scope) || stubness(a) - stubness(b);

async function* otherRecords(client: Client): AsyncGenerator<BackupRecord> {
  const [analysis] = await client.read((run) => run(findings.analysis, {}));
  if (analysis) yield backupRecord('analysis', { generation: analysis.generation, at: analysis.at });
  yield* bodiesOf(client, 'risk', findings.allRisks);
  yield* bodiesOf(client, 'acceptance', findings.acceptances);
  for await (const rows of client.stream(plans.all, {})) {
    for (const row of rows) yield backupRecord('plan', storedPlan(row));
  }
  yield* bodiesOf(client, 'hold', plans.allHolds);
  yield* bodiesOf(client, 'ledger', ledger.all);
  yield* bodiesOf(client, 'token', tokens.list);
  yield* bodiesOf(client, 'job', jobs.all);
}

type BodyQuery = Query<Shapes & Record<never, never>, { readonly body: (typeof jobs.all.row)['body'] }>;

async function* bodiesOf(
  client: Client,
  type: 'risk' | 'acceptance' | 'hold' | 'ledger' | 'token' | 'job',
  query: BodyQuery,
): AsyncGenerator<BackupRecord> {
  for await (const rows of client.stream(query, {})) {
    for (const body of bodies<Risk & Json>(rows)) yield { type, data: body };
  }
}
