/**
 * What execution costs, with the embedded store as the only truth, on a system in memory: steps a second of one plan, in this thread
 * and with the store in its own; and steps of many plans that are queued, paused half way, and resumed: `execution.ts [steps queued]`.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { planDigest } from '../../src/analysis/plan/plan-hash.ts';
import { executePlan, executeWave } from '../../src/app/execute/execute-plan.ts';
import { createGates } from '../../src/app/execute/pace.ts';
import { pauseExecution, resumeExecution } from '../../src/app/execute/pause.ts';
import type { ExecuteContext } from '../../src/app/execute/run.ts';
import { executeWaveJob } from '../../src/model/jobs.ts';
import { brokenLink } from '../../src/model/ledger.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { Enforcer } from '../../src/ports/enforcer.ts';
import type { Queue, QueueOptions } from '../../src/ports/queue.ts';
import type { Store } from '../../src/ports/store.ts';
import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts';
import { acting, applying, knowEntities } from '../app/execute/bench.ts';
import { makePlan, makeStep, PLANNED_AT } from '../app/execute/plans.ts';

const CONNECTORS = 4;
const STEPS_OF_A_PLAN = 100;

/** A system in memory that counts its calls by target. */
function createMemorySystem(name: string, calls: Map<string, number>): Enforcer {
  return {
    name,
    type: 'memory',
    supports: () => true,
    controlOf: () => 'power',
    preflight: async () => ({ refusals: [], preImage: '{"on":true}', preexisting: false }),
    apply: async ({ target }) => {
      calls.set(target, (calls.get(target) ?? 0) + 1);
      return { evidence: ['turned off'] };
    },
    probe: async ({ target }) => ({ state: calls.has(target) ? 'effective' : 'not-effective', evidence: ['looked'] }),
    undo: async () => ({ evidence: [] }),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

interface Place extends AsyncDisposable {
  readonly store: Store;
  readonly context: ExecuteContext;
  readonly calls: Map<string, number>;
}

async function openPlace(thread: boolean): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-bench-'));
  const store = await openSqliteStore({ path: join(folder, 'store.db'), thread });
  const calls = new Map<string, number>();
  const enforcers = Array.from({ length: CONNECTORS }, (_, i) => createMemorySystem(`memory-${i}`, calls));
  const context: ExecuteContext = {
    store,
    enforcerFor: async (name) => enforcers.find((enforcer) => enforcer.name === name),
    sealKey: undefined,
    clock: () => new Date(PLANNED_AT),
    wallClock: () => new Date(),
    newId: randomUUID,
    gates: createGates(),
    settings: {
      budgets: { down: 0, actionsPerHour: Number.MAX_SAFE_INTEGER, maxGraphAgeMinutes: 60 },
      denyList: [],
    },
    replan: async (plan) => plan,
  };
  return {
    store,
    context,
    calls,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const targetsOf = (plan: number, steps: number): string[] => Array.from({ length: steps }, (_, i) => `sample:${plan}/${i}`);

async function savePlan({ store }: Place, id: string, targets: readonly string[]): Promise<Plan> {
  const steps = targets.map((target, i) => makeStep({ id: `s${i}`, target, connector: `memory-${i % CONNECTORS}` }));
  const plan = makePlan(id, [steps]);
  const body = { plan: id, hash: plan.hash, digest: planDigest(plan) };
  await store.savePlan(plan, 'responder', { id: randomUUID(), at: PLANNED_AT, actor: 'responder', type: 'plan', body });
  return plan;
}

const round = (value: number): number => Math.round(value * 10) / 10;

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

type OpenQueue = (options: QueueOptions) => Promise<Queue>;

/** Plans of a hundred steps each, as jobs of a queue; paused when a third is done, resumed a while later. */
async function queued(steps: number, openQueue: OpenQueue) {
  await using place = await openPlace(false);
  const { store, context, calls } = place;
  const plans = Math.ceil(steps / STEPS_OF_A_PLAN);
  const targets = Array.from({ length: plans }, (_, plan) => targetsOf(plan, STEPS_OF_A_PLAN));
  await knowEntities(store, targets.flat(), new Date(PLANNED_AT));
  for (const [plan, some] of targets.entries()) await savePlan(place, `p${plan}`, some);
  await using queue = await openQueue({ jobs: store, now: () => new Date(), newId: randomUUID });
  let paused = 0;
  await queue.work(async ({ payload }) => {
    const { plan, wave } = executeWaveJob.payload.parse(payload);
    await executeWave(context, { plan, wave, ...acting() });
    if (paused === 0 && calls.size >= (plans * STEPS_OF_A_PLAN) / 3) {
      paused = calls.size;
      await pauseExecution(context, 'bench');
      setTimeout(() => void resumeExecution(context, 'bench'), 3_000);
    }
  });
  const began = performance.now();
  for (let plan = 0; plan < plans; plan++) {
    await queue.enqueue(executeWaveJob, { plan: `p${plan}`, wave: 0, run: 'r', actor: 'bench' });
  }
  while ((await store.jobs({ states: ['waiting', 'running'], limit: 1 })).length > 0) await wait(200);
  const seconds = (performance.now() - began) / 1000;
  const failed = (await store.jobs({ states: ['failed'], limit: 1000 })).length;
  return {
    steps: plans * STEPS_OF_A_PLAN,
    jobs: plans,
    pausedAfter: paused,
    lost: plans * STEPS_OF_A_PLAN - calls.size,
    calledTwice: [...calls.values()].filter((times) => times > 1).length,
    failedJobs: failed,
    ledgerHolds: (await firstBrokenLink(store)) === undefined,
    seconds: round(seconds),
    stepsPerSecond: round((plans * STEPS_OF_A_PLAN) / seconds),
  };
}

async function firstBrokenLink(store: Store): Promise<string | undefined> {
  let last: Awaited<ReturnType<Store['ledger']>>[number] | undefined;
  for (;;) {
    const page = await store.ledger(last?.seq ?? 0, 5000);
    const problem = brokenLink(page, last);
    if (problem !== undefined || page.length === 0) return problem;
    last = page.at(-1);
  }
}

/** Rows of the queue alone: how fast so many are kept and worked off. */
async function queueAlone(jobs: number, openQueue: OpenQueue) {
  await using place = await openPlace(false);
  await using queue = await openQueue({ jobs: place.store, now: () => new Date(), newId: randomUUID });
  const done = new Set<string>();
  let twice = 0;
  const began = performance.now();
  for (let i = 0; i < jobs; i++) await queue.enqueue(executeWaveJob, { plan: `p${i}`, wave: 0, run: 'r', actor: 'bench' });
  const enqueuedSeconds = round((performance.now() - began) / 1000);
  await queue.work(async ({ key }) => {
    if (done.has(key)) twice++;
    done.add(key);
  });
  while ((await place.store.jobs({ states: ['waiting', 'running'], limit: 1 })).length > 0) await wait(200);
  return { jobs, lost: jobs - done.size, twice, enqueuedSeconds, seconds: round((performance.now() - began) / 1000) };
}

const openInline: OpenQueue = async (options) => (await import('../../src/queues/inline.ts')).createInlineQueue(options);
const openBullmq =
  (url: string): OpenQueue =>
  async (options) =>
    (await import('../../src/queues/bullmq.ts')).createBullmqQueue({ ...options, url, prefix: `bench-${randomUUID()}` });

const QUEUED = Number(process.argv[2] ?? 100_000);
const redis = process.env['INTERLOCK_TEST_REDIS'];
const figures = {
  stepsPerSecond: { inThisThread: await stepsPerSecond(1000, false), storeInAThread: await stepsPerSecond(1000, true) },
  queuedInline: await queued(QUEUED, openInline),
  queuedOnRedis: redis ? await queued(QUEUED, openBullmq(redis)) : { leftOut: 'INTERLOCK_TEST_REDIS is not set' },
  rowsInline: await queueAlone(QUEUED, openInline),
  rowsOnRedis: redis ? await queueAlone(QUEUED, openBullmq(redis)) : { leftOut: 'INTERLOCK_TEST_REDIS is not set' },
};
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
