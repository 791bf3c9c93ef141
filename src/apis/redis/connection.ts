import type { ConnectionOptions } from 'node:tls';
import { Redis } from 'ioredis';
import { messageOf, RefusedError } from '../../model/errors.ts';
import { type RedisPlace, redisPlace } from './place.ts';
import type { RedisTlsFiles } from './settings.ts';
import { tlsOf, tlsWords } from './tls.ts';

const TIMEOUT_MS = 10_000;

export type RedisCommand = readonly [name: string, ...args: string[]];
/** What a reply is made of here. */
export type RedisReply = string | number | null | readonly RedisReply[];

export interface RedisConnection extends AsyncDisposable {
  /** `host:port`. */
  readonly place: string;
  call(...command: RedisCommand): Promise<RedisReply>;
  /** All of them or none, with nothing of anybody else in between (MULTI and EXEC). */
  atomically(commands: readonly RedisCommand[]): Promise<readonly RedisReply[]>;
}

export interface RedisOptions {
  readonly url: string;
  readonly tls?: RedisTlsFiles | undefined;
  readonly signal: AbortSignal;
  /** Told to the server (CLIENT SETNAME), so that its list of clients joins with our ledger. No spaces. */
  readonly name: string;
}

/** One connection that the signal closes. Errors name the place and the server's words: never a password, a hash or a rule. */
export async function openRedis({ url, tls: files = {}, signal, name }: RedisOptions): Promise<RedisConnection> {
  const place = redisPlace(url);
  const tls = await tlsOf(place, files);
  signal.throwIfAborted();
  const client = clientOf(place, name, tls);
  let lost: unknown;
  client.on('error', (error) => {
    lost = error;
  });
  const close = (): void => client.disconnect();
  signal.addEventListener('abort', close, { once: true });
  const ends = async (): Promise<void> => {
    signal.removeEventListener('abort', close);
    client.disconnect();
  };
  const answered = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      signal.throwIfAborted();
      throw errorOf(place, error, lost);
    }
  };
  try {
    await answered(client.connect());
  } catch (error) {
    await ends();
    throw error;
  }
  return {
    place: place.text,
    call: (...[command, ...args]) => answered(client.call(command, ...args) as Promise<RedisReply>),
    [Symbol.asyncDispose]: ends,
    async atomically(commands) {
      const multi = client.multi();
      for (const [command, ...args] of commands) multi.call(command, ...args);
      const answers = (await answered(multi.exec())) ?? [];
      const [failed] = answers.flatMap(([error]) => error ?? []);
      if (failed) throw errorOf(place, failed, undefined);
      return answers.map(([, answer]) => answer as RedisReply);
    },
  };
}

const clientOf = ({ host, port, username, password }: RedisPlace, name: string, tls: ConnectionOptions | undefined): Redis =>
  new Redis({
    host,
    port,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls }),
    connectionName: name,
    lazyConnect: true,
    enableReadyCheck: false,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    autoResendUnfulfilledCommands: false,
  });

/** The server answered no; it did nothing. */
const REFUSES = /^(?:NOPERM|NOAUTH|WRONGPASS|DENIED|READONLY|ERR)\b/;

function errorOf({ text }: RedisPlace, error: unknown, lost: unknown): Error {
  // A refused login ends the connection, and is told apart from it.
  const said = [error, lost].map(wordsOf).find((words) => REFUSES.test(words)) ?? wordsOf(error);
  if (REFUSES.test(said)) return new RefusedError(`redis ${text}: ${said}`);
  if (/^[A-Z]{4,} /.test(said)) return new Error(`redis ${text}: ${said}`);
  const cause = (lost as { code?: string } | undefined)?.code ?? (error as { code?: string }).code;
  const ofTls = tlsWords(cause);
  if (ofTls !== undefined) return new Error(`redis ${text}: ${ofTls}`);
  return new Error(`redis ${text} does not answer: ${cause ?? said}; check that the server runs and that the url is right`);
}

/** A modifier that was refused is quoted by the server, and may be a hash. */
const wordsOf = (error: unknown): string =>
  messageOf(error)
    .replace(/modifier '.*?': /s, 'modifier: ')
    .replace(/, with args beginning with:.*$/s, '');
