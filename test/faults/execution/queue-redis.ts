/** A Redis of a test's own, for a queue: it can be killed, started again with what it kept or empty, flushed, and made to stand still. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../../free-port.ts';

export interface QueueRedis extends AsyncDisposable {
  readonly url: string;
  /** What `redis-cli` prints. */
  call(...words: string[]): string;
  kill(): Promise<void>;
  start(): Promise<void>;
  /** It takes connections and answers nothing. */
  freeze(): void;
  thaw(): void;
}

/** `keeps`: every write is on the disk before it is answered. */
export async function openQueueRedis({ keeps = false } = {}): Promise<QueueRedis> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'interlock-queue-redis-'));
  const kept = keeps ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no'];
  const words = ['--bind', '127.0.0.1', '--port', `${port}`, '--dir', folder, '--save', '', ...kept];
  let child: ChildProcess | undefined;
  const redis: QueueRedis = {
    url: `redis://127.0.0.1:${port}/0`,
    call: (...asked) => spawnSync('redis-cli', ['-h', '127.0.0.1', '-p', `${port}`, ...asked], { encoding: 'utf8' }).stdout ?? '',
    async kill() {
      if (!child) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      child = undefined;
    },
    async start() {
      child = spawn('redis-server', [...words, '--maxmemory-policy', 'noeviction'], { stdio: 'ignore' });
      for (let i = 0; i < 200; i++) {
        if (redis.call('ping').startsWith('PONG')) return;
        await wait(25);
      }
      throw new Error(`redis-server does not answer on port ${port}`);
    },
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      await redis.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await redis.start();
  return redis;
}
