import { RefusedError } from '../../model/errors.ts';

/** Where a connection URL leads, and how to log in there. */
export interface RedisPlace {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly username?: string;
  /** Secret. */
  readonly password?: string;
  /** `host:port`: what errors and facts may say. */
  readonly text: string;
}

const FORM = 'write redis://user:password@host:port, or rediss:// for TLS';

/** Never echoes the URL. */
export function redisPlace(url: string): RedisPlace {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new RefusedError(`the Redis url cannot be read: ${FORM}`);
  }
  if (parsed.protocol !== 'redis:' && parsed.protocol !== 'rediss:')
    throw new RefusedError(`the Redis url begins with ${parsed.protocol}: ${FORM}`);
  const host = (parsed.hostname || 'localhost').replace(/^\[(.*)\]$/, '$1');
  const port = Number(parsed.port || 6379);
  const [username, password] = [decodeURIComponent(parsed.username), decodeURIComponent(parsed.password)];
  return {
    host,
    port,
    tls: parsed.protocol === 'rediss:',
    ...(username !== '' && { username }),
    ...(password !== '' && { password }),
    text: `${host.includes(':') ? `[${host}]` : host}:${port}`,
  };
}
