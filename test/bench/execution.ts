/**
 * What execution costs, with the embedded store as the only truth, on a system in memory: steps a second of one plan, in this thread
 * and with the store in its own; and steps that are queued, paused half way, and resumed by another process's queue:
 *
 *     tsx test/bench/execution.ts [steps queued] [pace|many|many-redis|one|rows|rows-redis …]
 */
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { executePlan } from '../../src/app/execute/execute-plan.ts';
import { applying, knowEntities } from '../app/execute/bench.ts';
import { PLANNED_AT } from '../app/execute/plans.ts';
import { openPlace, round, savePlan, targetsOf } from './execution-place.ts';
import { type OpenQueue, queueAlone, queuedSteps } from './queued-steps.ts';

/** Steps a second of one plan. */
async function stepsPerSecond(steps: number, thread: boolean): Promise<number> {
  await using place = await openPlace(thread);
  const targets = targetsOf(0, steps);
  await knowEntities(place.store, targets, new Date(PLANNED_AT));
  await savePlan(place, 'p', targets);
  const began = performance.now();
  const { state } = await executePlan(place.context, 'p', applying());
  if (state !== 'done') throw new Error(`the plan is ${state}`);
  return round(steps / ((performance.now() - began) / 1000));
}

const openInline: OpenQueue = async (options) => (await import('../../src/queues/inline.ts')).createInlineQueue(options);

/** Queues of one prefix see each other's work; what their Redis holds is counted, of all that it holds. */
async function openRedis(url: string) {
  const { Redis } = await import('ioredis');
  const client = new Redis(url);
  const prefix = `bench-${randomUUID()}`;
  const before = await usedMemory(client);
  return {
    open: (async (options) =>
      (await import('../../src/queues/bullmq.ts')).createBullmqQueue({ ...options, url, prefix })) satisfies OpenQueue,
    usedBytes: async () => (await usedMemory(client)) - before,
    async [Symbol.asyncDispose]() {
      for await (const keys of client.scanStream({ match: `${prefix}:*`, count: 1000 })) {
        if ((keys as string[]).length > 0) await client.unlink(keys as string[]);
      }
      client.disconnect();
    },
  };
}

const usedMemory = async (client: { info(section: string): Promise<string> }): Promise<number> =>
  Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1] ?? 0);

const [, , count = '100000', ...parts] = process.argv;
const QUEUED = Number(count);
const wants = (part: string): boolean => parts.length === 0 || parts.includes(part);
const redis = process.env['INTERLOCK_TEST_REDIS'];
const figures: Record<string, unknown> = {};

async function measured(name: string, part: string, measure: () => Promise<unknown>): Promise<void> {
  if (!wants(part)) return;
  process.stderr.write(`${name}\n`);
  figures[name] = await measure();
}

async function onRedis<T>(measure: (open: OpenQueue, usedBytes: () => Promise<number>) => Promise<T>) {
  if (!redis) return { leftOut: 'INTERLOCK_TEST_REDIS is not set' };
  await using queue = await openRedis(redis);
  return await measure(queue.open, queue.usedBytes);
}

await measured('stepsPerSecond', 'pace', async () => ({
  inThisThread: await stepsPerSecond(1000, false),
  storeInAThread: await stepsPerSecond(1000, true),
}));
const MANY = { steps: QUEUED, stepsOfAPlan: 100 };
const ONE = { steps: QUEUED, stepsOfAPlan: QUEUED };
await measured('manyPlansInline', 'many', () => queuedSteps(MANY, openInline));
await measured('manyPlansOnRedis', 'many-redis', () => onRedis((open, used) => queuedSteps(MANY, open, used)));
await measured('onePlanInline', 'one', () => queuedSteps(ONE, openInline));
await measured('rowsInline', 'rows', () => queueAlone(QUEUED, openInline));
await measured('rowsOnRedis', 'rows-redis', () => onRedis((open, used) => queueAlone(QUEUED, open, used)));
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
