import pg from 'pg';
import { messageOf, RefusedError } from '../../model/errors.ts';
import { postgresPlace } from '../../model/postgres-place.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 120_000;

export interface CatalogueClient extends AsyncDisposable {
  query<R>(sql: string): Promise<R[]>;
}

/** A read-only connection. Errors name `host:port/database` and the server's words, never the password. */
export async function openCatalogue(url: string, signal: AbortSignal): Promise<CatalogueClient> {
  const place = postgresPlace(url).text;
  signal.throwIfAborted();
  const client = new pg.Client({
    connectionString: url,
    application_name: 'interlock collect',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    options: '-c timezone=UTC -c datestyle=ISO,YMD -c default_transaction_read_only=on',
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
    const said = (error as { code?: string }).code ?? '';
    throw new RefusedError(
      `postgres ${place}: ${[messageOf(error), said].filter(Boolean).join(' ')}: check that the server runs and the url of the source`,
    );
  }
  return {
    async query<R>(sql: string) {
      try {
        return (await client.query(sql)).rows as R[];
      } catch (error) {
        throw new RefusedError(`postgres ${place}: ${messageOf(error)}`);
      }
    },
    [Symbol.asyncDispose]: ends,
  };
}
