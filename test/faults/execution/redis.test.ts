/** Redis dies in the middle of a plan and comes back empty: a real server of this test's own, and BullMQ on it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { executeWave } from '../../../src/app/execute/execute-plan.ts';
import { executeWaveJob, type JobRecord } from '../../../src/model/jobs.ts';
import type { Queue } from '../../../src/ports/queue.ts';
import { createBullmqQueue } from '../../../src/queues/bullmq.ts';
import { acting, type Bench, openBench } from '../../app/execute/bench.ts';
import { makePlan, makeStep } from '../../app/execute/plans.ts';
import { describeLive } from '../../live.ts';
import { faultTable } from './fault-table.ts';

const print = faultTable('Redis in mid plan');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function startRedis(port: number): Promise<ChildProcess> {
  const words = [
    '--bind',
    '127.0.0.1',
    '--port',
    String(port),
    '--save',
    '',
    '--appendonly',
    'no',
    '--maxmemory-policy',
    'noeviction',
  ];
  const server = spawn('redis-server', words, { stdio: 'ignore' });
  for (let i = 0; i < 200; i++) {
    if (
      spawnSync('redis-cli', ['-h', '127.0.0.1', '-p', String(port), 'ping'])
        .stdout?.toString()
        .startsWith('PONG')
    )
      return server;
    await wait(25);
  }
  throw new Error(`redis-server does not answer on port ${port}`);
}

const WAVES = 6;
const keys = Array.from({ length: WAVES }, (_, i) => `sample:${i}`);

/** As `jobs/execute-wave.ts` does it. */
async function workOn(bench: Bench, queue: Queue, whenWave: (wave: number) => Promise<void>): Promise<void> {
  await queue.work(async (job: JobRecord) => {
    const { plan, wave, run, actor } = executeWaveJob.payload.parse(job.payload);
    await whenWave(wave);
    const { next } = await executeWave(bench.context, { plan, wave, ...acting() });
    if (next !== null) await queue.enqueue(executeWaveJob, { plan, wave: next, run, actor });
  });
}

describeLive('redis', 'a plan on BullMQ', () => {
  it.each([
    [
      'killed, and started again empty',
      async (port: number, server: ChildProcess) => {
        server.kill('SIGKILL');
        await once(server, 'exit');
        await wait(300);
        return startRedis(port);
      },
    ],
    [
      'flushed',
      async (port: number, server: ChildProcess) => {
        spawnSync('redis-cli', ['-h', '127.0.0.1', '-p', String(port), 'flushall']);
        return server;
      },
    ],
  ] as const)(
    'goes on to its end when Redis is %s: no step is lost, none is called twice',
    async (fault, hit) => {
      const port = await freePort();
      let server = await startRedis(port);
      await using bench = await openBench({ switches: keys });
      await bench.save(
        makePlan(
          'p1',
          keys.map((target, i) => [makeStep({ id: `s${i}`, target })]),
        ),
      );
      const queue = createBullmqQueue({
        jobs: bench.store,
        now: () => new Date(),
        newId: randomUUID,
        url: `redis://127.0.0.1:${port}/0`,
        backoffMs: 50,
        nudgeAgainMs: 500,
      });
      let hits = 0;
      try {
        await workOn(bench, queue, async (wave) => {
          if (wave === 2 && hits++ === 0) server = await hit(port, server);
        });
        await queue.enqueue(executeWaveJob, { plan: 'p1', wave: 0, run: 'r1', actor: 'responder' });
        for (let i = 0; i < 1800 && (await bench.store.plan('p1'))?.state !== 'done'; i++) await wait(50);
        expect((await bench.store.plan('p1'))?.state).toBe('done');
        expect(bench.switches.calls().sort()).toEqual(keys);
        expect(await bench.broken()).toBeUndefined();
        print({
          fault: `Redis ${fault}`,
          at: 'wave 3 of 6',
          outcome: 'effective',
          said: 'rows are nudged again',
          after: 'done',
          calls: WAVES,
        });
      } finally {
        await queue[Symbol.asyncDispose]();
        server.kill('SIGKILL');
      }
    },
    120_000,
  );
});
