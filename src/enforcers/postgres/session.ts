import pg from 'pg';
import { messageOf, RefusedError } from '../../model/errors.ts';
import type { PostgresStatement } from '../../model/postgres-actions.ts';
import { inDatabase, postgresPlace } from '../../model/postgres-place.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 60_000;

/** What `pg` makes of the columns that are asked here. */
export type Value = string | number | boolean | Date | null;
export type Row = Readonly<Record<string, Value>>;

/** A value in words, for evidence. */
export const shown = (value: Value | undefined): string => (value instanceof Date ? value.toISOString() : String(value ?? '-'));

export interface PostgresSession extends AsyncDisposable {
  query(sql: string, values?: readonly unknown[]): Promise<Row[]>;
}

export interface SessionOptions {
  readonly url: string;
  readonly signal: AbortSignal;
  /** Told to the server, so that its log joins with our ledger. */
  readonly idempotencyKey: string;
}

/**
 * One connection that the signal closes. Times are written in UTC. Errors name the place and the server's words: never a statement, a
 * password or a verifier.
 */
export async function openSession({ url, signal, idempotencyKey }: SessionOptions): Promise<PostgresSession> {
  const place = postgresPlace(url).text;
  signal.throwIfAborted();
  const client = new pg.Client({
    connectionString: url,
    application_name: `interlock ${idempotencyKey}`.slice(0, 63),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    options: '-c timezone=UTC -c datestyle=ISO,YMD',
  });
  client.on('error', () => undefined);
  const close = (): void => void client.end().catch(() => undefined);
  signal.addEventListener('abort', close, { once: true });
  const ends = async (): Promise<void> => {
    signal.removeEventListener('abort', close);
    await client.end().catch(() => undefined);
  };
  try {
    await client.connect();
  } catch (error) {
    await ends();
    throw unreachable(place, error);
  }
  return {
    async query(sql, values) {
      try {
        return (await client.query(sql, values ? [...values] : undefined)).rows as Row[];
      } catch (error) {
        throw answered(place, error);
      }
    },
    [Symbol.asyncDispose]: ends,
  };
}

/** Runs statements one by one, each where it says; those that name one database in a row are one transaction. */
export async function runStatements(statements: readonly PostgresStatement[], options: SessionOptions): Promise<Row[][]> {
  const answers: Row[][] = [];
  for (const group of byDatabase(statements)) {
    const database = group[0]?.database;
    await using session = await openSession(
      database === undefined ? options : { ...options, url: inDatabase(options.url, database) },
    );
    if (database !== undefined) await session.query('BEGIN');
    for (const { sql } of group) answers.push(await session.query(sql));
    if (database !== undefined) await session.query('COMMIT');
  }
  return answers;
}

function byDatabase(statements: readonly PostgresStatement[]): PostgresStatement[][] {
  const groups: PostgresStatement[][] = [];
  for (const statement of statements) {
    const last = groups.at(-1);
    if (last && last[0]?.database === statement.database) last.push(statement);
    else groups.push([statement]);
  }
  return groups;
}

/** The server answered no: SQLSTATE classes 28 (authorization), 3D (no such database), 42 (syntax and access rule), 2BP (dependents). */
const REFUSES = /^(28|3D|42|2BP|0LP)/;

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? '';

function unreachable(place: string, error: unknown): Error {
  const code = codeOf(error);
  return new RefusedError(
    REFUSES.test(code)
      ? `postgres ${place}: ${messageOf(error)}; check the role and its rights in the enforcer's url`
      : `postgres ${place} cannot be reached: ${code || messageOf(error)}; check that the server runs and that the url is right`,
  );
}

function answered(place: string, error: unknown): Error {
  const code = codeOf(error);
  const text = `postgres ${place}: ${messageOf(error)}${code ? ` (${code})` : ''}`;
  return REFUSES.test(code) ? new RefusedError(text) : new Error(text);
}
