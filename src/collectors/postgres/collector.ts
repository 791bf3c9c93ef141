import { z } from 'zod';
import { EVERY_SCOPE } from '../../model/collection.ts';
import type { EntityFact } from '../../model/entity.ts';
import { messageOf } from '../../model/errors.ts';
import { type Facts, joinedFacts, withStubs } from '../../model/facts.ts';
import { postgresPlace } from '../../model/postgres-place.ts';
import type { Checked } from '../../ports/checked.ts';
import type { CollectContext, Collected, Collector } from '../../ports/collector.ts';
import {
  isPasswordOnly,
  readClosed,
  readDatabases,
  readMemberships,
  readPasswords,
  readRoles,
  readSchemas,
  readServer,
  readSessions,
  readTables,
  type ServerRow,
} from './catalogue.ts';
import { type CatalogueClient, openCatalogue } from './client.ts';
import { powerFacts } from './powers.ts';
import { dataFacts } from './rights.ts';
import { passwordFacts, type RoleCatalogue, roleFacts } from './roles.ts';
import { sessionFacts } from './sessions.ts';

const settings = z.strictObject({ live: z.strictObject({ url: z.string().min(1) }) });

export type PostgresSettings = z.infer<typeof settings>;

/** Scopes: `roles`, `passwords`, `database/<connected>` and `sessions`. A catalogue that may not be read makes its own scope partial. */
export const postgresCollector: Collector<PostgresSettings> = {
  type: 'postgres',
  emits: {
    entities: ['Scope', 'ServiceAccount', 'Group', 'Credential', 'Permission', 'Resource', 'Workload', 'Origin'],
    relationships: [
      'CONTAINS',
      'MEMBER_OF',
      'CAN_ASSUME',
      'AUTHENTICATES_AS',
      'HAS_GRANT',
      'CAN_READ',
      'CAN_PUT',
      'CAN_WRITE',
      'CAN_CONTROL',
      'RUNS_AS',
      'USES',
    ],
  },
  settings,
  async *check({ live: { url } }, context) {
    try {
      await using client = await openCatalogue(url, context.signal);
      yield* checkCatalogues(client, postgresPlace(url).text);
    } catch (error) {
      context.signal.throwIfAborted();
      yield { type: 'blocked', text: messageOf(error) };
    }
  },
  async *collect({ live: { url } }, context) {
    try {
      await using client = await openCatalogue(url, context.signal);
      yield* collectCluster(client, context);
    } catch (error) {
      context.signal.throwIfAborted();
      const text = messageOf(error);
      yield { type: 'error', text };
      yield { type: 'scope', scope: EVERY_SCOPE, coverage: 'partial', missing: [text] };
    }
  },
};

async function* checkCatalogues(client: CatalogueClient, place: string): AsyncGenerator<Checked> {
  const server = await readServer(client);
  const missing = [
    ...(await readClosed(client)).map((name) => `${name}: GRANT SELECT ON pg_catalog.${name} TO "${server.user}"`),
    ...(server.reads_passwords ? [] : [missingPasswords(server)]),
    ...(server.reads_all_stats ? [] : [missingSessions(server)]),
  ];
  for (const text of missing) yield { type: 'missing', text };
  yield { type: 'works', text: `postgres ${place} as "${server.user}"` };
}

const STAGES = 4;

async function* collectCluster(client: CatalogueClient, context: CollectContext): AsyncGenerator<Collected> {
  const server = await readServer(client);
  const { version } = server;
  const [roles, memberships] = [await readRoles(client), await readMemberships(client, version)];
  const passwords = server.reads_passwords ? await readPasswords(client) : undefined;
  const catalogue: RoleCatalogue = { source: context.source, version, now: context.now, roles, memberships, passwords };
  const known = new Map<string, EntityFact>();
  yield* say('roles', withStubsOf(known, joinedFacts([roleFacts(catalogue), powerFacts(catalogue)])));
  yield { type: 'progress', done: 1, total: STAGES, what: `${roles.length} roles` };
  yield* say('passwords', withStubsOf(known, passwordFacts(catalogue)), passwords ? [] : [missingPasswords(server)]);
  yield { type: 'progress', done: 2, total: STAGES, what: 'passwords' };
  const reading = { client, catalogue, server, known, signal: context.signal };
  yield* attempt(`database/${server.database}`, dataOf, reading);
  yield { type: 'progress', done: 3, total: STAGES, what: `database ${server.database}` };
  yield* attempt('sessions', sessionsOf, reading);
  yield { type: 'progress', done: 4, total: STAGES, what: 'sessions' };
}

const missingPasswords = ({ user }: ServerRow): string =>
  `who has a password: GRANT SELECT ON pg_catalog.pg_authid TO "${user}", or collect as a superuser`;

const missingSessions = ({ user }: ServerRow): string =>
  `addresses and times of sessions: GRANT pg_read_all_stats TO "${user}" (or pg_monitor)`;

/** Also remembers what the facts tell of. */
function withStubsOf(known: Map<string, EntityFact>, facts: Facts): Facts {
  for (const entity of facts.entities) known.set(entity.key, entity);
  return withStubs(facts, known);
}

function* say(scope: string, facts: Facts, missing: readonly string[] = []): Generator<Collected> {
  yield { type: 'facts', scope, ...facts };
  for (const text of missing) yield { type: 'error', text: `${scope}: ${text}` };
  yield { type: 'scope', scope, coverage: missing.length === 0 ? 'complete' : 'partial', missing };
}

interface Reading {
  readonly client: CatalogueClient;
  readonly catalogue: RoleCatalogue;
  readonly server: ServerRow;
  readonly known: Map<string, EntityFact>;
  readonly signal: AbortSignal;
}

/** A query that fails spoils its scope, not the others. */
async function* attempt(
  scope: string,
  read: (scope: string, reading: Reading) => AsyncGenerator<Collected>,
  reading: Reading,
): AsyncGenerator<Collected> {
  try {
    yield* read(scope, reading);
  } catch (error) {
    reading.signal.throwIfAborted();
    const text = `${scope}: ${messageOf(error)}`;
    yield { type: 'error', text };
    yield { type: 'scope', scope, coverage: 'partial', missing: [text] };
  }
}

async function* dataOf(scope: string, { client, catalogue, server, known }: Reading): AsyncGenerator<Collected> {
  const databases = await readDatabases(client);
  const schemas = await readSchemas(client);
  const tables = await readTables(client);
  if (tables.some((table) => table.row_security)) yield { type: 'layer-missing', layer: 'row-level security policies' };
  yield* say(scope, withStubsOf(known, dataFacts({ ...catalogue, database: server.database, databases, schemas, tables })));
}

async function* sessionsOf(scope: string, { client, catalogue, server, known }: Reading): AsyncGenerator<Collected> {
  const sessions = await readSessions(client);
  const facts = sessionFacts({
    source: catalogue.source,
    roles: catalogue.roles,
    passwords: catalogue.passwords,
    sessions,
    seesAddresses: server.reads_all_stats,
    isPasswordOnly: await isPasswordOnly(client),
  });
  yield* say(scope, withStubsOf(known, facts), server.reads_all_stats ? [] : [missingSessions(server)]);
}
