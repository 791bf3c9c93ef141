import { UsageError } from '../../model/errors.ts';

export interface Address {
  /** What the driver is given: scheme, host and port. */
  readonly server: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** What people are shown: no password. */
  readonly place: string;
}

const SCHEMES = /^(neo4j|bolt)(\+s|\+ssc)?:$/;

/** Reads `neo4j://user:password@host:7687/database`; `bolt://` goes to that server only, `+s` encrypts. */
export function addressOf(url: string): Address {
  const form = 'store: expected neo4j://user:password@host:7687/database';
  if (!URL.canParse(url)) throw new UsageError(form);
  const { protocol, host, username, password, pathname } = new URL(url);
  if (!SCHEMES.test(protocol) || host === '') throw new UsageError(form);
  if (username === '' || password === '') throw new UsageError(`${form}; user or password is missing`);
  const database = decodeURIComponent(pathname.slice(1)) || 'neo4j';
  const server = `${protocol}//${host}`;
  return {
    server,
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database,
    place: `${server}/${database}`,
  };
}
