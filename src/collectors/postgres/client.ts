import { connectPostgres, type PostgresConnection } from '../../apis/postgres/connection.ts';
import { messageOf, RefusedError } from '../../model/errors.ts';
import { postgresPlace } from '../../model/postgres-place.ts';

const STATEMENT_TIMEOUT_MS = 120_000;

export interface CatalogueClient extends AsyncDisposable {
  query<R>(sql: string): Promise<R[]>;
}

/** A read-only connection. Errors name `host:port/database` and the server's words, never the password. */
export async function openCatalogue(url: string, signal: AbortSignal): Promise<CatalogueClient> {
  const connection = await connected(url, signal);
  return {
    async query<R>(sql: string) {
      try {
        return (await connection.query(sql)) as R[];
      } catch (error) {
        throw new RefusedError(`postgres ${connection.place}: ${messageOf(error)}`);
      }
    },
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}

async function connected(url: string, signal: AbortSignal): Promise<PostgresConnection> {
  const place = postgresPlace(url).text;
  signal.throwIfAborted();
  try {
    return await connectPostgres({
      url,
      signal,
      application: 'interlock collect',
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
      isReadOnly: true,
    });
  } catch (error) {
    const said = (error as { code?: string }).code ?? '';
    throw new RefusedError(
      `postgres ${place}: ${[messageOf(error), said].filter(Boolean).join(' ')}: check that the server runs and the url of the source`,
    );
  }
}
