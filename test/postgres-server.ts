/**
 * The real PostgreSQL of the live suites. A cluster's roles and sessions are everybody's: who looks at all of them, or changes them,
 * takes turns by an advisory lock, so that suites may run side by side.
 */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { asRole, inDatabase } from '../src/model/postgres-place.ts';

const TURN = 4_170_001;

export interface PostgresServer extends AsyncDisposable {
  readonly url: string;
  /** Connected to a database of its own. */
  readonly databaseUrl: string;
  readonly database: string;
  /** A name that nobody else uses; dropped at the end if it became a role. */
  name(prefix: string): string;
  /** A random password: no test holds one in its text. */
  password(): string;
  run(sql: string, database?: string): Promise<Record<string, unknown>[]>;
  /** An open session of a role, until the end. */
  session(role: string, password: string, application: string): Promise<pg.Client>;
  canLogIn(role: string, password: string): Promise<boolean>;
}

export async function openPostgres(url: string): Promise<PostgresServer> {
  const turn = await connect(url, 'turn of a test');
  await turn.query('SELECT pg_advisory_lock($1)', [TURN]);
  const database = `interlock_${randomBytes(6).toString('hex')}`;
  await turn.query(`CREATE DATABASE ${database}`);
  const databaseUrl = inDatabase(url, database);
  const names: string[] = [];
  const open: pg.Client[] = [];
  return {
    url,
    databaseUrl,
    database,
    name(prefix) {
      const made = `${prefix}_${randomBytes(6).toString('hex')}`;
      names.push(made);
      return made;
    },
    password: () => randomBytes(18).toString('base64url'),
    async run(sql, inside) {
      if (inside === undefined) return (await turn.query(sql)).rows;
      const client = await connect(inDatabase(url, inside), 'test');
      try {
        return (await client.query(sql)).rows;
      } finally {
        await client.end();
      }
    },
    async session(role, password, application) {
      const client = await connect(asRole(databaseUrl, role, password), application);
      open.push(client);
      return client;
    },
    async canLogIn(role, password) {
      try {
        await (await connect(asRole(databaseUrl, role, password), 'login')).end();
        return true;
      } catch {
        return false;
      }
    },
    async [Symbol.asyncDispose]() {
      for (const client of open) await client.end().catch(() => undefined);
      await turn.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
      for (const role of names) {
        const { rowCount } = await turn.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
        if (rowCount) await turn.query(`DROP OWNED BY "${role}"; DROP ROLE "${role}"`);
      }
      await turn.end();
    },
  };
}

async function connect(url: string, application: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: application });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
