/**
 * The store on a Neo4j server (5.26 or later, Community or Enterprise).
 *
 *     (:Entity:<Kind> {key})-[:<KIND> {id}]->(:Entity:<Kind> {key})      the graph, open to everybody's Cypher
 *     (:Head)        change sequence, generation, end of the ledger: locked first by every writer
 *     (:Source) (:Run) (:Document) (:Change) (:Version) (:Plan) (:Step) (:Hold) (:LedgerRecord) (:Job) (:Lease) (:Token) …
 */
import { RefusedError } from '../../model/errors.ts';
import type { Store } from '../../ports/store.ts';
import { createBackup } from './backup-store.ts';
import { createChangeReader } from './change-reader.ts';
import { type Client, connect } from './client.ts';
import { createFactStore } from './fact-store.ts';
import { createFindingStore } from './finding-store.ts';
import { createFirstLoads } from './first-load.ts';
import { createGraphReader } from './graph-reader.ts';
import { locked } from './head.ts';
import { createJobStore, createTokenStore } from './job-store.ts';
import { createPlanStore } from './plan-store.ts';
import * as meta from './queries/meta.ts';
import { createRunTable } from './run-table.ts';
import { migrate } from './schema.ts';

export interface Neo4jStoreOptions {
  /** `neo4j://user:password@host:7687/database`; also `bolt://`, and `+s` for TLS. */
  readonly url: string;
}

/** Connects once, without trying again, and brings the schema up to date. Throws a RefusedError when it may not or cannot. */
export async function openNeo4jStore({ url }: Neo4jStoreOptions): Promise<Store> {
  const client = await connect(url);
  try {
    await migrate(client);
    return createStore(client);
  } catch (error) {
    await client.close();
    throw error;
  }
}

function createStore(client: Client): Store {
  const runs = createRunTable(client);
  return {
    name: 'neo4j',
    ...createFactStore(client, createFirstLoads()),
    ...createGraphReader(client, runs),
    ...createChangeReader(client),
    ...createFindingStore(client),
    ...createPlanStore(client),
    ...createJobStore(client),
    ...createTokenStore(client),
    ...createBackup(client, runs),
    ping: async () => void (await client.read((run) => run(meta.readSchema, {}))),
    schemaVersion: () => client.read(async (run) => (await run(meta.readSchema, {}))[0]?.version ?? 0),
    checkFingerprintKey: (check) => checkFingerprintKey(client, check),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

const checkFingerprintKey = (client: Client, check: string): Promise<void> =>
  locked(client, async (_, head) => {
    head.fingerprintCheck ??= check;
    if (head.fingerprintCheck !== check) {
      throw new RefusedError(
        `${client.place}: INTERLOCK_FINGERPRINT_KEY is not the key that this store was written with; set the one it began with`,
      );
    }
  });
