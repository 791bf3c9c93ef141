/** kill -9 right before and right after every transition that the store makes: of a command, and of a server that works on its queue. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { approvePlan } from '../../../src/app/execute/approve-plan.ts';
import { executePlan, executeWave } from '../../../src/app/execute/execute-plan.ts';
import { undoPlan } from '../../../src/app/execute/undo-plan.ts';
import { executeWaveJob } from '../../../src/model/jobs.ts';
import { createInlineQueue } from '../../../src/queues/inline.ts';
import { acting, applying, type Bench, openBench } from '../../app/execute/bench.ts';
import { makePlan, makeStep } from '../../app/execute/plans.ts';
import { faultTable } from './fault-table.ts';

const A = 'sample:a';
const print = faultTable('kill -9 around every transition');

async function killed(bench: Bench, side: string, state: string, how: 'plan' | 'undo' | 'server'): Promise<void> {
  const script = new URL('kill-child.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', 'tsx', script, bench.folder, side, state, how], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  expect(signal).toBe('SIGKILL');
  // The lease of a dead process of another machine runs out.
  bench.wait(2 * 60_000);
}

async function openWithPlan(reversibility: 'R0' | 'R2'): Promise<Bench> {
  const bench = await openBench({ switches: [A] });
  const action = reversibility === 'R2' ? 'delete' : 'quarantine';
  await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: A, action, reversibility })]]));
  if (reversibility === 'R2') for (const actor of ['ann', 'bob']) await approvePlan(bench.context, 'p1', { actor });
  return bench;
}

const stateOf = async (bench: Bench): Promise<string> => (await bench.store.plan('p1'))?.steps[0]?.state ?? 'planned';

/** What the store holds after a death before and after each transition, and how often the provider had been called by then. */
const TRANSITIONS = [
  ['before', 'approved', 'planned', 0],
  ['after', 'approved', 'approved', 0],
  ['before', 'requested', 'approved', 0],
  ['after', 'requested', 'requested', 0],
  ['before', 'accepted', 'requested', 1],
  ['after', 'accepted', 'accepted', 1],
  ['before', 'propagating', 'accepted', 1],
  ['after', 'propagating', 'propagating', 1],
  ['before', 'effective', 'accepted', 1],
  ['after', 'effective', 'effective', 1],
] as const;

describe.concurrent('an irreversible step, executed by a command', () => {
  it.each(TRANSITIONS)('killed %s it is %s', async (side, to, left, calls) => {
    await using bench = await openWithPlan('R2');
    await killed(bench, side, to, 'plan');
    expect(await stateOf(bench)).toBe(left);
    expect(bench.switches.calls()).toHaveLength(calls);
    const result = await executePlan(bench.context, 'p1', applying());
    expect(result).toMatchObject({ state: 'done', steps: [{ state: 'effective' }] });
    expect(bench.switches.calls()).toEqual([A]);
    expect(await bench.broken()).toBeUndefined();
    const said = result.steps[0]?.evidence.find((line) => line.includes('interruption')) ?? 'goes on';
    print({ fault: `killed ${side} ${to}`, at: `R2 ${left}`, outcome: left, said, after: 'effective', calls: 1 });
  });
});

describe.concurrent('a step that is undone', () => {
  it.each([
    ['before', 'effective'],
    ['after', 'undone'],
  ] as const)('killed %s it is undone', async (side, left) => {
    await using bench = await openWithPlan('R0');
    await executePlan(bench.context, 'p1', applying());
    await killed(bench, side, 'undone', 'undo');
    expect(await stateOf(bench)).toBe(left);
    expect(await undoPlan(bench.context, 'p1', applying())).toMatchObject({ steps: [{ state: 'undone' }], stopped: [] });
    expect(bench.switches.effects()).toEqual([`off ${A}`, `on ${A}`]);
    expect(await bench.store.holds({ open: true })).toEqual([]);
    expect(await bench.broken()).toBeUndefined();
    print({ fault: `killed ${side} undone`, at: `R0 ${left}`, outcome: left, said: 'undone again', after: 'undone', calls: 1 });
  });
});

describe.concurrent('a server that works on its queue', () => {
  it.each([
    ['before', 'approved', 'planned'],
    ['after', 'requested', 'requested'],
    ['before', 'accepted', 'requested'],
    ['before', 'effective', 'accepted'],
  ] as const)('killed %s %s: the next one goes on without being asked', async (side, to, left) => {
    await using bench = await openWithPlan('R2');
    await killed(bench, side, to, 'server');
    expect(await stateOf(bench)).toBe(left);
    expect(await bench.store.jobs({ limit: 9 })).toMatchObject([{ state: 'running' }]);
    const queue = createInlineQueue({ jobs: bench.store, now: () => new Date(), newId: randomUUID });
    await queue.work(async ({ payload }) => {
      const { plan, wave } = executeWaveJob.payload.parse(payload);
      await executeWave(bench.context, { plan, wave, ...acting() });
    });
    const isDone = async () => (await bench.store.jobs({ limit: 9 }))[0]?.state === 'done';
    await vi.waitUntil(isDone, { timeout: 100_000, interval: 25 });
    await queue[Symbol.asyncDispose]();
    expect(await stateOf(bench)).toBe('effective');
    expect(bench.switches.calls()).toEqual([A]);
    expect(await bench.broken()).toBeUndefined();
    print({
      fault: `server killed ${side} ${to}`,
      at: `R2 ${left}`,
      outcome: left,
      said: 'its job waits',
      after: 'effective',
      calls: 1,
    });
  });
});
