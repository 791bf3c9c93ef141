import { RefusedError } from './errors.ts';

/** Where a connection URL leads, without its password: what errors and facts may say. */
export interface PostgresPlace {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** `host:port/database`. */
  readonly text: string;
}

/** `postgres://user:password@host:port/database`; the defaults are libpq's. Never echoes the URL. */
export function postgresPlace(url: string): PostgresPlace {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new RefusedError('the PostgreSQL url cannot be read: write postgres://user:password@host:port/database');
  }
  if (parsed.protocol !== 'postgres:' && parsed.protocol !== 'postgresql:') {
    throw new RefusedError(
      `the PostgreSQL url begins with ${parsed.protocol}: write postgres://user:password@host:port/database`,
    );
  }
  const host = parsed.hostname || parsed.searchParams.get('host') || 'localhost';
  const port = Number(parsed.port || 5432);
  const database = decodeURIComponent(parsed.pathname.slice(1)) || decodeURIComponent(parsed.username) || 'postgres';
  return { host, port, database, text: `${host}:${port}/${database}` };
}

/** The same server and login, another database. */
export function inDatabase(url: string, database: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${encodeURIComponent(database)}`;
  return parsed.href;
}

/** The same server and database, as another role. */
export function asRole(url: string, role: string, password: string): string {
  const parsed = new URL(url);
  parsed.username = encodeURIComponent(role);
  parsed.password = encodeURIComponent(password);
  return parsed.href;
}
