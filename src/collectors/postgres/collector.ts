import { z } from 'zod';
import { EVERY_SCOPE } from '../../model/collection.ts';
import { messageOf } from '../../model/errors.ts';
import type { CollectContext, Collected, Collector } from '../../ports/collector.ts';
import {
  isPasswordOnly,
  type PasswordRow,
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
import { type Facts, passwordFacts, type RoleCatalogue, roleFacts } from './roles.ts';
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
  async *collect({ live: { url } }, context) {
    try {
      await using client = await openCatalogue(url, context.signal);
      yield* collectCluster(client, context);
    } catch (error) {
      const text = messageOf(error);
      yield { type: 'error', text };
      yield { type: 'scope', scope: EVERY_SCOPE, coverage: 'partial', missing: [text] };
    }
  },
};

const STAGES = 4;

async function* collectCluster(client: CatalogueClient, context: CollectContext): AsyncGenerator<Collected> {
  const server = await readServer(client);
  const { version } = server;
  const [roles, memberships] = [await readRoles(client), await readMemberships(client, version)];
  const passwords = server.reads_passwords ? await readPasswords(client) : undefined;
  const catalogue: RoleCatalogue = { source: context.source, version, now: context.now, roles, memberships, passwords };
  yield* complete('roles', merge(roleFacts(catalogue), powerFacts(catalogue)));
  yield { type: 'progress', done: 1, total: STAGES, what: `${roles.length} roles` };
  yield* passwordsOf(catalogue, server);
  yield { type: 'progress', done: 2, total: STAGES, what: 'passwords' };
  yield* attempt(`database/${server.database}`, () => dataOf(client, catalogue, server));
  yield { type: 'progress', done: 3, total: STAGES, what: `database ${server.database}` };
  yield* attempt('sessions', () => sessionsOf(client, catalogue, server));
  yield { type: 'progress', done: 4, total: STAGES, what: 'sessions' };
}

const merge = (...all: readonly Facts[]): Facts => ({
  entities: all.flatMap(({ entities }) => entities),
  relationships: all.flatMap(({ relationships }) => relationships),
});

function* complete(scope: string, facts: Facts, missing: readonly string[] = []): Generator<Collected> {
  yield { type: 'facts', scope, ...facts };
  yield { type: 'scope', scope, coverage: missing.length === 0 ? 'complete' : 'partial', missing };
}

/** A query that fails spoils its scope, not the others. */
async function* attempt(scope: string, work: () => AsyncGenerator<Collected>): AsyncGenerator<Collected> {
  try {
    yield* work();
  } catch (error) {
    const text = `${scope}: ${messageOf(error)}`;
    yield { type: 'error', text };
    yield { type: 'scope', scope, coverage: 'partial', missing: [text] };
  }
}

function* passwordsOf(catalogue: RoleCatalogue, { user }: ServerRow): Generator<Collected> {
  const missing = catalogue.passwords
    ? []
    : [`who has a password: GRANT SELECT ON pg_catalog.pg_authid TO "${user}", or collect as a superuser`];
  yield* complete('passwords', passwordFacts(catalogue), missing);
}

async function* dataOf(client: CatalogueClient, catalogue: RoleCatalogue, { database }: ServerRow): AsyncGenerator<Collected> {
  const databases = await readDatabases(client);
  const schemas = await readSchemas(client);
  const tables = await readTables(client);
  if (tables.some((table) => table.row_security)) yield { type: 'layer-missing', layer: 'row-level security policies' };
  yield* complete(`database/${database}`, dataFacts({ ...catalogue, database, databases, schemas, tables }));
}

async function* sessionsOf(client: CatalogueClient, catalogue: RoleCatalogue, server: ServerRow): AsyncGenerator<Collected> {
  const sessions = await readSessions(client);
  const passwords: readonly PasswordRow[] | undefined = catalogue.passwords;
  const facts = sessionFacts({
    source: catalogue.source,
    roles: catalogue.roles,
    passwords,
    sessions,
    seesAddresses: server.reads_all_stats,
    isPasswordOnly: await isPasswordOnly(client),
  });
  const missing = server.reads_all_stats
    ? []
    : [`addresses and times of sessions: GRANT pg_read_all_stats TO "${server.user}" (or pg_monitor)`];
  yield* complete('sessions', facts, missing);
}
