import { connectPostgres, type PostgresConnection } from '../../apis/postgres/connection.ts';
import { messageOf, RefusedError } from '../../model/errors.ts';
import type { PostgresStatement } from '../../model/postgres-actions.ts';
import { inDatabase, postgresPlace } from '../../model/postgres-place.ts';

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

/** As `connectPostgres`. Errors name the place and the server's words: never a statement, a password or a verifier. */
export async function openSession(options: SessionOptions): Promise<PostgresSession> {
  const connection = await connected(options);
  return {
    async query(sql, values) {
      try {
        return (await connection.query(sql, values)) as Row[];
      } catch (error) {
        throw answered(connection.place, error);
      }
    },
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}

async function connected({ url, signal, idempotencyKey }: SessionOptions): Promise<PostgresConnection> {
  const place = postgresPlace(url).text;
  signal.throwIfAborted();
  const application = `interlock ${idempotencyKey}`.slice(0, 63);
  try {
    return await connectPostgres({ url, signal, application, statementTimeoutMs: STATEMENT_TIMEOUT_MS });
  } catch (error) {
    throw unreachable(place, error);
  }
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
