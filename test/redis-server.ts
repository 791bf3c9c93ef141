/**
 * Redis servers of a test's own: users and clients of a server are everybody's, and how changes are kept depends on how it was started.
 * The program comes with the live suites' Redis (`bash .ci/services.sh start redis`).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from './free-port.ts';

/** Where changes of users are kept: an ACL file, the configuration file, or nowhere. */
export type Keeps = 'aclfile' | 'config' | 'nothing';

export interface RedisServer extends AsyncDisposable {
  readonly port: number;
  /** As `admin`, who may do everything. */
  readonly url: string;
  call(...words: string[]): Promise<unknown>;
  /** A random password: no test holds one in its text. */
  password(): string;
  /** The line of ACL LIST. */
  line(user: string): Promise<string | undefined>;
  urlAs(user: string, password: string): string;
  canLogIn(user: string, password: string): Promise<boolean>;
  /** An open connection, until the end. */
  session(user: string, password: string, name?: string): Promise<Redis>;
  connectionsOf(user: string): Promise<number>;
  restart(): Promise<void>;
  /** What the file that keeps users says. */
  kept(): string;
}

export async function openRedisServer(keeps: Keeps = 'aclfile', settings: readonly string[] = []): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-redis-'));
  const port = await freePort();
  const admin = randomBytes(18).toString('base64url');
  const users = `user admin on >${admin} ~* &* +@all`;
  const [aclFile, configFile] = [join(folder, 'users.acl'), join(folder, 'redis.conf')];
  const common = ['port', `${port}`, 'bind', '127.0.0.1', 'dir', folder, 'save', '""', ...settings];
  writeFileSync(aclFile, `user default on nopass ~* &* +@all\n${users}\n`);
  writeFileSync(configFile, `${pairs(common).join('\n')}\n${users}\n`);
  const words = pairs(common).flatMap((pair) => [
    `--${pair.split(' ', 1)[0]}`,
    pair.slice(pair.indexOf(' ') + 1).replace('""', ''),
  ]);
  const starts = keeps === 'config' ? [configFile] : [...words, ...(keeps === 'aclfile' ? ['--aclfile', aclFile] : [])];
  const url = `redis://admin:${admin}@127.0.0.1:${port}`;
  let child = await started(starts, port);
  let client = await connected(port, 'default');
  if (keeps === 'nothing') await client.call('ACL', 'SETUSER', ...users.split(' ').slice(1));
  const open: Redis[] = [];
  const end = async (): Promise<void> => {
    client.disconnect();
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
  const server: RedisServer = {
    port,
    url,
    call: (command, ...args) => client.call(command as string, ...args),
    password: () => randomBytes(18).toString('base64url'),
    async line(user) {
      const lines = (await client.call('ACL', 'LIST')) as string[];
      return lines.find((line) => line.split(' ')[1] === user);
    },
    urlAs: (user, password) => `redis://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${port}`,
    async canLogIn(user, password) {
      try {
        (await connected(port, user, password)).disconnect();
        return true;
      } catch {
        return false;
      }
    },
    async session(user, password, name = '') {
      const session = await connected(port, user, password, name);
      open.push(session);
      return session;
    },
    async connectionsOf(user) {
      return String(await client.call('CLIENT', 'LIST'))
        .split('\n')
        .filter((line) => line.split(' ').includes(`user=${user}`)).length;
    },
    async restart() {
      await end();
      child = await started(starts, port);
      client = await connected(port, 'default');
    },
    kept: () => readFileSync(keeps === 'config' ? configFile : aclFile, 'utf8'),
    async [Symbol.asyncDispose]() {
      for (const session of open) session.disconnect();
      await end();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return server;
}

const pairs = (words: readonly string[]): string[] =>
  words.flatMap((word, at) => (at % 2 === 0 ? [`${word} ${words[at + 1] ?? ''}`] : []));

async function started(words: readonly string[], port: number): Promise<ChildProcess> {
  const child = spawn('redis-server', [...words], { stdio: 'ignore' });
  for (let i = 0; i < 100; i++) {
    const client = await connected(port, 'default').catch(() => undefined);
    client?.disconnect();
    if (client) return child;
    if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
    await wait(50);
  }
  child.kill('SIGKILL');
  throw new Error(`redis-server does not answer at ${port}`);
}

async function connected(port: number, user: string, password?: string, name = ''): Promise<Redis> {
  const client = new Redis({
    port,
    host: '127.0.0.1',
    lazyConnect: true,
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    ...(password !== undefined && { username: user, password }),
    ...(name && { connectionName: name }),
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.call('PING');
  } catch (error) {
    client.disconnect();
    throw error;
  }
  return client;
}
