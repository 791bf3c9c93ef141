/** Redis dies in the middle of a plan and comes back, empty or with what it kept: a real server of this test's own, and BullMQ on it. */
import { randomUUID } from 'node:crypto';
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
import { openQueueRedis, type QueueRedis } from './queue-redis.ts';

const print = faultTable('Redis in mid plan');

const WAVES = 6;
const keys = Array.from({ length: WAVES }, (_, i) => `sample:${i}`);

/** As `jobs/execute-wave.ts` does it. */
async function workOn(bench: Bench, queue: Queue, whenWave: (plan: string, wave: number) => Promise<void>): Promise<void> {
  await queue.work(async (job: JobRecord) => {
    const { plan, wave, run, actor } = executeWaveJob.payload.parse(job.payload);
    await whenWave(plan, wave);
    const { next } = await executeWave(bench.context, { plan, wave, ...acting() });
    if (next !== null) await queue.enqueue(executeWaveJob, { plan, wave: next, run, actor });
  });
}

const queueOn = (bench: Bench, url: string): Queue =>
  createBullmqQueue({ jobs: bench.store, now: () => new Date(), newId: randomUUID, url, backoffMs: 50, nudgeAgainMs: 500 });

async function sixWaves(bench: Bench, id: string): Promise<void> {
  await bench.save(
    makePlan(
      id,
      keys.map((target, i) => [makeStep({ id: `s${i}`, target })]),
    ),
  );
}

/** Plans whose jobs wait in Redis while it is hit. */
const WAITING = ['w0', 'w1', 'w2', 'w3'];

async function askForOthers(bench: Bench, queue: Queue): Promise<void> {
  for (const id of WAITING) {
    await bench.save(makePlan(id, [[makeStep({ id: 's0', target: `sample:${id}` })]]));
    await queue.enqueue(executeWaveJob, { plan: id, wave: 0, run: 'r1', actor: 'responder' });
  }
}

async function isDone(bench: Bench, id: string): Promise<boolean> {
  for (let i = 0; i < 1800; i++) {
    if ((await bench.store.plan(id))?.state === 'done') return true;
    await wait(50);
  }
  return false;
}

interface Hit {
  readonly fault: string;
  readonly keeps?: boolean;
  readonly hit: (redis: QueueRedis) => Promise<void>;
}

const killAndStart: Hit['hit'] = async (redis) => {
  await redis.kill();
  await wait(300);
  await redis.start();
};

const HITS: readonly Hit[] = [
  { fault: 'killed, and started again empty', hit: killAndStart },
  { fault: 'killed, and started again with what it kept', keeps: true, hit: killAndStart },
  { fault: 'flushed', hit: async (redis) => void redis.call('flushall') },
  {
    fault: 'silent for 6 s',
    hit: async (redis) => {
      redis.freeze();
      setTimeout(() => redis.thaw(), 6_000);
    },
  },
];

describeLive('redis', 'a plan on BullMQ', () => {
  it.each(HITS)(
    'goes on to its end when Redis is $fault, with what waited in it: no step is lost, none is called twice',
    async ({ fault, keeps = false, hit }) => {
      await using redis = await openQueueRedis({ keeps });
      const all = [...keys, ...WAITING.map((id) => `sample:${id}`)];
      await using bench = await openBench({ switches: all });
      await sixWaves(bench, 'p1');
      await using queue = queueOn(bench, redis.url);
      let hits = 0;
      let letGo = () => {};
      const isHit = new Promise<void>((resolve) => {
        letGo = resolve;
      });
      await workOn(bench, queue, async (plan, wave) => {
        if (plan !== 'p1') return isHit;
        if (wave !== 2 || hits++ > 0) return;
        await askForOthers(bench, queue);
        await hit(redis);
        letGo();
      });
      await queue.enqueue(executeWaveJob, { plan: 'p1', wave: 0, run: 'r1', actor: 'responder' });
      for (const id of ['p1', ...WAITING]) expect(await isDone(bench, id), id).toBe(true);
      expect(bench.switches.calls().sort()).toEqual(all.sort());
      expect(await bench.broken()).toBeUndefined();
      const said = keeps ? 'jobs and rows are still there' : 'rows are nudged again';
      print({ fault: `Redis ${fault}`, at: 'wave 3 of 6', outcome: 'effective', said, after: 'done', calls: all.length });
    },
    120_000,
  );

  it('leaves nothing of what was done in Redis, however often it is nudged', async () => {
    await using redis = await openQueueRedis();
    await using bench = await openBench({ switches: keys });
    await using queue = queueOn(bench, redis.url);
    await sixWaves(bench, 'p1');
    await workOn(bench, queue, async () => undefined);
    const job = await queue.enqueue(executeWaveJob, { plan: 'p1', wave: 0, run: 'r1', actor: 'responder' });
    for (let i = 0; i < 20; i++) await queue.enqueue(executeWaveJob, { plan: 'p1', wave: 0, run: 'r1', actor: 'responder' });
    expect(await isDone(bench, 'p1')).toBe(true);
    const isSettled = async () => (await bench.store.jobs({ states: ['waiting', 'running'], limit: 1 })).length === 0;
    for (let i = 0; i < 100 && !(await isSettled()); i++) await wait(50);
    for (let i = 0; i < 100 && redis.call('keys', 'interlock:interlock:*').split('\n').length > 6; i++) await wait(50);
    const left = redis.call('keys', 'interlock:interlock:*').trim().split('\n').sort();
    const names = left.map((key) => key.slice('interlock:interlock:'.length));
    expect(['events', 'meta', 'stalled-check', 'marker', 'id']).toEqual(expect.arrayContaining(names));
    expect(await bench.store.jobs({ limit: 99 })).toHaveLength(WAVES);
    expect((await bench.store.job(job.id))?.attempts).toBe(1);
    expect(bench.switches.calls().sort()).toEqual(keys);
    const said = `left in Redis: ${names.join(', ')}`;
    print({ fault: 'one job asked for 21 times', at: 'wave 1 of 6', outcome: 'effective', said, after: 'done', calls: WAVES });
  }, 60_000);
});
