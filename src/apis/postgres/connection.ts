import pg from 'pg';
import { postgresPlace } from '../../model/postgres-place.ts';

const CONNECT_TIMEOUT_MS = 10_000;

export interface PostgresConnection extends AsyncDisposable {
  /** `host:port/database`, for messages. */
  readonly place: string;
  /** Rows as `pg` makes them. */
  query(sql: string, values?: readonly unknown[]): Promise<unknown[]>;
}

export interface ConnectionOptions {
  readonly url: string;
  readonly signal: AbortSignal;
  /** Told to the server: its list of sessions and its log say who asks. */
  readonly application: string;
  readonly statementTimeoutMs: number;
  /** The server then refuses whatever would change something. */
  readonly isReadOnly?: boolean;
}

/** One connection that the signal closes. Times are written in UTC. Errors are the driver's own: whoever asks puts them into words. */
export async function connectPostgres(options: ConnectionOptions): Promise<PostgresConnection> {
  const { url, signal } = options;
  const { text: place } = postgresPlace(url);
  signal.throwIfAborted();
  const client = clientOf(options);
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
    throw error;
  }
  return {
    place,
    query: async (sql, values) => (await client.query(sql, values ? [...values] : undefined)).rows,
    [Symbol.asyncDispose]: ends,
  };
}

const clientOf = ({ url, application, statementTimeoutMs, isReadOnly = false }: ConnectionOptions): pg.Client =>
  new pg.Client({
    connectionString: url,
    application_name: application,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: statementTimeoutMs,
    options: `-c timezone=UTC -c datestyle=ISO,YMD${isReadOnly ? ' -c default_transaction_read_only=on' : ''}`,
  });
