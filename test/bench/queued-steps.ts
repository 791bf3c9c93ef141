/**
 * Steps of many plans that are queued, paused in the middle, left by the process that worked on them, and resumed by another one: how
 * fast, how large, and whether each step was called exactly once and has ended.
 */
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { executeWave } from '../../src/app/execute/execute-plan.ts';
import { pauseExecution, resumeExecution } from '../../src/app/execute/pause.ts';
import { executeWaveJob } from '../../src/model/jobs.ts';
import { brokenLink, type LedgerRecord } from '../../src/model/ledger.ts';
import type { Queue, QueueOptions } from '../../src/ports/queue.ts';
import type { Store } from '../../src/ports/store.ts';
import { acting, knowEntities } from '../app/execute/bench.ts';
import { PLANNED_AT } from '../app/execute/plans.ts';
import { openPlace, type Place, round, savePlan, targetsOf } from './execution-place.ts';

export type OpenQueue = (options: QueueOptions) => Promise<Queue>;

const PAUSED_MS = 5_000;
const LOOK_MS = 250;
const TOLD_EVERY_MS = 30_000;
const MEGABYTE = 1 << 20;

interface Shape {
  readonly steps: number;
  readonly stepsOfAPlan: number;
}

/** Paused when half of it is done; `usedBytes`: what else than the store and this process grows. */
export async function queuedSteps({ steps, stepsOfAPlan }: Shape, openQueue: OpenQueue, usedBytes?: () => Promise<number>) {
  await using place = await openPlace(false);
  const plans = Math.ceil(steps / stepsOfAPlan);
  const all = plans * stepsOfAPlan;
  const targets = Array.from({ length: plans }, (_, plan) => targetsOf(plan, stepsOfAPlan));
  for (const [plan, some] of targets.entries()) {
    await savePlan(place, `p${plan}`, some);
  }
  await knowEntities(place.store, targets.flat(), new Date(PLANNED_AT));
  const began = performance.now();
  const first = await workingQueue(place, openQueue);
  for (let plan = 0; plan < plans; plan++) {
    await first.enqueue(executeWaveJob, { plan: `p${plan}`, wave: 0, run: 'r', actor: 'bench' });
  }
  const enqueued = performance.now();
  const peak = { bytes: 0 };
  const look = async (): Promise<void> => {
    peak.bytes = Math.max(peak.bytes, (await usedBytes?.()) ?? 0);
  };
  await lookUntil(async () => place.calls.size >= all / 2, { place, look, all });
  await pauseExecution(place.context, 'bench');
  const pausedAt = place.calls.size;
  await first[Symbol.asyncDispose]();
  const stoodAt = place.calls.size;
  await wait(PAUSED_MS);
  const second = await workingQueue(place, openQueue);
  await wait(PAUSED_MS);
  const calledWhilePaused = place.calls.size - stoodAt;
  await resumeExecution(place.context, 'bench');
  await lookUntil(async () => !(await hasWork(place.store)), { place, look, all });
  const seconds = (performance.now() - began - 2 * PAUSED_MS) / 1000;
  const left = (await usedBytes?.()) ?? 0;
  await second[Symbol.asyncDispose]();
  const counts = await countsOf(place, plans, all);
  const isWhole = counts.effective === all && counts.intents === all && counts.outcomes === all && counts.plansDone === plans;
  if (!isWhole || counts.lost + counts.calledTwice + calledWhilePaused + counts.failedJobs > 0 || !counts.ledgerHolds)
    throw new Error(`not every step was done once: ${JSON.stringify({ ...counts, calledWhilePaused })}`);
  return {
    steps: all,
    plans,
    pausedAfter: pausedAt,
    // Steps that had begun when it was paused.
    endedAfterThePause: stoodAt - pausedAt,
    calledWhilePaused,
    ...counts,
    enqueuedSeconds: round((enqueued - began) / 1000),
    seconds: round(seconds),
    stepsPerSecond: round(all / seconds),
    peakMegabytes: round(process.resourceUsage().maxRSS / 1024),
    ...(usedBytes && { redisPeakMegabytes: round(peak.bytes / MEGABYTE), redisLeftMegabytes: round(left / MEGABYTE) }),
  };
}

async function workingQueue({ store, context }: Place, openQueue: OpenQueue): Promise<Queue> {
  const queue = await openQueue({ jobs: store, now: () => new Date(), newId: randomUUID });
  await queue.work(async ({ payload }, _, signal) => {
    const { plan, wave } = executeWaveJob.payload.parse(payload);
    await executeWave(context, { plan, wave, ...acting(), signal });
  });
  return queue;
}

const hasWork = async (store: Store): Promise<boolean> =>
  (await store.jobs({ states: ['waiting'], limit: 1 })).length + (await store.jobs({ states: ['running'], limit: 1 })).length > 0;

async function lookUntil(
  holds: () => Promise<boolean>,
  { place, look, all }: { readonly place: Place; readonly look: () => Promise<void>; readonly all: number },
): Promise<void> {
  for (let told = performance.now(); !(await holds()); ) {
    await wait(LOOK_MS);
    if (performance.now() - told < TOLD_EVERY_MS) continue;
    told = performance.now();
    await look();
    process.stderr.write(`${place.calls.size} of ${all} steps called\n`);
  }
  await look();
}

/** What the store holds at the end, counted to the last step. */
async function countsOf({ store, calls }: Place, plans: number, all: number) {
  let effective = 0;
  let done = 0;
  for (let plan = 0; plan < plans; plan++) {
    const stored = await store.plan(`p${plan}`);
    done += Number(stored?.state === 'done');
    effective += stored?.steps.filter(({ state }) => state === 'effective').length ?? 0;
  }
  return {
    lost: all - calls.size,
    calledTwice: [...calls.values()].filter((times) => times > 1).length,
    effective,
    plansDone: done,
    jobsDone: await countJobs(store, 'done'),
    failedJobs: await countJobs(store, 'failed'),
    ...(await ledgerCounts(store)),
  };
}

async function countJobs(store: Store, state: 'done' | 'failed'): Promise<number> {
  return (await store.jobs({ states: [state], limit: 1_000_000 })).length;
}

/** Intents and outcomes as the ledger has them, and whether its chain holds. */
async function ledgerCounts(store: Store) {
  let last: LedgerRecord | undefined;
  let [intents, outcomes] = [0, 0];
  for (;;) {
    const page = await store.ledger(last?.seq ?? 0, 5000);
    const problem = brokenLink(page, last);
    if (problem !== undefined || page.length === 0) return { records: last?.seq ?? 0, intents, outcomes, ledgerHolds: !problem };
    intents += page.filter(({ type }) => type === 'intent').length;
    outcomes += page.filter(({ type }) => type === 'outcome').length;
    last = page.at(-1);
  }
}

/** Rows of the queue alone: how fast so many are kept and worked off. */
export async function queueAlone(jobs: number, openQueue: OpenQueue, usedBytes?: () => Promise<number>) {
  await using place = await openPlace(false);
  await using queue = await openQueue({ jobs: place.store, now: () => new Date(), newId: randomUUID });
  const done = new Set<string>();
  let twice = 0;
  const began = performance.now();
  for (let i = 0; i < jobs; i++) await queue.enqueue(executeWaveJob, { plan: `p${i}`, wave: 0, run: 'r', actor: 'bench' });
  const enqueuedSeconds = round((performance.now() - began) / 1000);
  const full = (await usedBytes?.()) ?? 0;
  await queue.work(async ({ key }) => {
    if (done.has(key)) twice++;
    done.add(key);
  });
  while (await hasWork(place.store)) await wait(LOOK_MS);
  const seconds = round((performance.now() - began) / 1000);
  const left = (await usedBytes?.()) ?? 0;
  const bytes = usedBytes && { redisFullMegabytes: round(full / MEGABYTE), redisLeftMegabytes: round(left / MEGABYTE) };
  return { jobs, lost: jobs - done.size, twice, enqueuedSeconds, seconds, ...bytes };
}
