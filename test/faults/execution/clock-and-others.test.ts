/** A clock that is moved, and others who act at the same time: another plan, an undo, a pause, an approval that is withdrawn. */
import { once } from 'node:events';
import { expect, it, vi } from 'vitest';
import { approvePlan, withdrawApproval } from '../../../src/app/execute/approve-plan.ts';
import { executePlan } from '../../../src/app/execute/execute-plan.ts';
import { pauseExecution, resumeExecution } from '../../../src/app/execute/pause.ts';
import { undoPlan } from '../../../src/app/execute/undo-plan.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/model/durations.ts';
import type { Enforcer } from '../../../src/ports/enforcer.ts';
import { applying, type Bench, openBench, SEAL_KEY } from '../../app/execute/bench.ts';
import { makePlan, makeStep } from '../../app/execute/plans.ts';
import type { SwitchFaults } from '../../app/execute/switches.ts';
import { type FaultRow, faultTable } from './fault-table.ts';

const A = 'sample:a';
const B = 'sample:b';
const print = faultTable('A moved clock, and others at the same time');
const row = (fault: string, at: string, rest: Omit<FaultRow, 'fault' | 'at'>): void => print({ fault, at, ...rest });

const oneStep = (id = 'p1') => makePlan(id, [[makeStep({ id: `${id}-s`, target: A })]]);
const twoWaves = (approvals = 0) =>
  makePlan('p1', [[makeStep({ id: 's1', target: A, approvals })], [makeStep({ id: 's2', target: B, approvals })]]);

it.each([
  ['back by a day', -DAY_MS],
  ['forward by a day', DAY_MS],
])('a clock that is set %s while an effect is awaited neither ends nor prolongs the wait', async (how, ms) => {
  let slept = 0;
  await using bench = await openBench({ faults: { probes: 'propagating' } });
  const sleep = bench.context.sleep;
  Object.assign(bench.context, {
    sleep: async (wait: number, signal: AbortSignal) => {
      if (slept === 0) bench.wait(ms);
      slept += wait;
      await sleep?.(wait, signal);
    },
  });
  await bench.save(oneStep());
  const { steps } = await executePlan(bench.context, 'p1', applying());
  expect(steps[0]?.state).toBe('partial');
  expect(slept).toBeGreaterThanOrEqual(9_000);
  expect(slept).toBeLessThan(15_000);
  row(`clock ${how}`, 'propagating', { outcome: 'partial', said: 'after the time that the plan gave it', after: '', calls: 1 });
});

it('a clock behind the ledger is refused before any call', async () => {
  await using bench = await openBench();
  await bench.save(oneStep());
  bench.wait(-HOUR_MS);
  const said = await executePlan(bench.context, 'p1', applying()).catch((error: Error) => error.message);
  expect(said).toMatch(/the clock is 60 minutes behind the ledger/);
  expect(bench.switches.calls()).toEqual([]);
  row('clock back by an hour', 'planned', { outcome: 'refused', said: said as string, after: 'set the clock right', calls: 0 });
});

it('a clock that is ahead lets approvals expire and the graph grow old: refused before any call', async () => {
  await using bench = await openBench();
  await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: A, approvals: 1 })]]));
  await approvePlan(bench.context, 'p1', { actor: 'ann' });
  bench.wait(2 * DAY_MS);
  const said = await executePlan(bench.context, 'p1', applying()).catch((error: Error) => error.message);
  expect(said).toMatch(/older than 60 minutes.*1 people must approve, 0 did/);
  expect(bench.switches.calls()).toEqual([]);
  row('clock forward by two days', 'approved', { outcome: 'refused', said: said as string, after: 'collect, approve', calls: 0 });
});

it('two plans at once on one target: one effect, two holders, restored by the last', async () => {
  await using bench = await openBench({ sealKey: SEAL_KEY });
  await bench.save(oneStep('p1'));
  await bench.save(oneStep('p2'));
  const results = await Promise.all(['p1', 'p2'].map((id) => executePlan(bench.context, id, applying())));
  expect(results.map(({ state }) => state)).toEqual(['done', 'done']);
  expect(bench.switches.effects()).toEqual([`off ${A}`]);
  expect((await bench.store.holds({ open: true })).filter(({ preImage }) => preImage !== undefined)).toHaveLength(1);
  await undoPlan(bench.context, 'p1', applying());
  expect(bench.switches.state()).toMatchObject({ [A]: false });
  await undoPlan(bench.context, 'p2', applying());
  expect(bench.switches.state()).toMatchObject({ [A]: true });
  const calls = bench.switches.calls().length;
  row('two plans at once', 'one target', { outcome: 'effective', said: 'two holders', after: 'restored by the last', calls });
});

it('one plan executed twice at once: the second is told to wait, one call is made', async () => {
  await using bench = await openBench();
  await bench.save(oneStep());
  const ends = await Promise.allSettled([1, 2].map(() => executePlan(bench.context, 'p1', applying())));
  const refused = ends.find((end) => end.status === 'rejected');
  expect(String(refused?.reason)).toMatch(/plan\/p1 is already running/);
  expect(bench.switches.calls()).toEqual([A]);
  row('one plan executed twice', 'requested', {
    outcome: 'refused',
    said: String(refused?.reason),
    after: 'effective',
    calls: 1,
  });
});

/** The switches, whose call waits until it is let go. */
function slowed({ switches }: Bench): { readonly began: Promise<void>; letGo(): void } {
  let [letGo, tell] = [() => {}, () => {}];
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const began = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const apply: Enforcer['apply'] = switches.enforcer.apply.bind(switches.enforcer);
  Object.assign(switches.enforcer, {
    apply: async (...given: Parameters<Enforcer['apply']>) => {
      tell();
      await gate;
      return apply(...given);
    },
  });
  return { began, letGo };
}

it('an undo while the plan is applied is told to wait; afterwards it undoes all of it', async () => {
  await using bench = await openBench();
  await bench.save(oneStep());
  const { began, letGo } = slowed(bench);
  const running = executePlan(bench.context, 'p1', applying());
  await began;
  const said = await undoPlan(bench.context, 'p1', applying()).catch((error: Error) => error.message);
  expect(said).toMatch(/plan\/p1 is already running elsewhere; wait/);
  letGo();
  expect((await running).state).toBe('done');
  expect((await undoPlan(bench.context, 'p1', applying())).state).toBe('undone');
  expect(bench.switches.effects()).toEqual([`off ${A}`, `on ${A}`]);
  row('undo while applying', 'requested', { outcome: 'refused', said: said as string, after: 'undone', calls: 1 });
});

/** Does something when the first call has taken effect. */
const whenCalled = (act: () => Promise<unknown>): SwitchFaults => ({
  at: (place, n) => {
    if (place === 'after' && n === 1) void act();
  },
});

it('an approval that is withdrawn while a wave runs: the wave ends, the next does not begin', async () => {
  let opened: Bench | undefined;
  const faults = whenCalled(() => withdrawApproval((opened as Bench).context, 'p1', { actor: 'ann' }));
  await using bench = await openBench({ faults });
  opened = bench;
  await bench.save(twoWaves(1));
  await approvePlan(bench.context, 'p1', { actor: 'ann' });
  const result = await executePlan(bench.context, 'p1', applying());
  expect(result).toMatchObject({ state: 'stopped', steps: [{ state: 'effective' }, { state: 'approved' }] });
  expect(result.stopped.join()).toContain('1 people must approve, 0 did');
  expect(bench.switches.calls()).toEqual([A]);
  await approvePlan(bench.context, 'p1', { actor: 'bob' });
  expect((await executePlan(bench.context, 'p1', applying())).state).toBe('done');
  const said = result.stopped.join();
  row('approval withdrawn', 'between waves', { outcome: 'stopped', said, after: 'approved again: effective', calls: 2 });
});

it('a pause stops at the next step, also where a provider asked to wait, and nothing is lost', async () => {
  let opened: Bench | undefined;
  await using bench = await openBench({ faults: whenCalled(() => pauseExecution((opened as Bench).context, 'ann')) });
  opened = bench;
  await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: A }), makeStep({ id: 's2', target: B })]]));
  const result = await executePlan(bench.context, 'p1', applying());
  expect(result).toMatchObject({ state: 'running', steps: [{ state: 'effective' }, { state: 'approved' }] });
  await resumeExecution(bench.context, 'bob');
  expect((await executePlan(bench.context, 'p1', applying())).state).toBe('done');
  expect(bench.switches.calls()).toEqual([A, B]);
  row('paused', 'between steps', { outcome: 'running', said: result.stopped.join(), after: 'effective', calls: 2 });
});

it('a process that is asked to stop while it calls: the call ends and is kept, nothing else begins, the plan is free', async () => {
  await using bench = await openBench();
  await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: A }), makeStep({ id: 's2', target: B })]]));
  const { began, letGo } = slowed(bench);
  const stop = new AbortController();
  const running = executePlan(bench.context, 'p1', { ...applying(), signal: stop.signal });
  await began;
  stop.abort(new Error('SIGTERM'));
  setTimeout(letGo, 50);
  await expect(running).rejects.toThrow('SIGTERM');
  const { steps } = (await bench.store.plan('p1'))!;
  expect(steps).toMatchObject([{ state: 'accepted', evidence: [`${A} was turned off`] }, { state: 'approved' }]);
  expect(await bench.store.leases()).toEqual([]);
  expect((await executePlan(bench.context, 'p1', applying())).state).toBe('done');
  expect(bench.switches.calls()).toEqual([A, B]);
  row('SIGTERM', 'requested', { outcome: 'accepted', said: 'the call under way was let end', after: 'effective', calls: 2 });
});

it('a process whose plan was taken over while it calls cuts its call, since the other is about to look', async () => {
  await using bench = await openBench();
  await bench.save(oneStep());
  const { switches, context, store } = bench;
  const apply: Enforcer['apply'] = switches.enforcer.apply.bind(switches.enforcer);
  let isTaken = false;
  Object.assign(switches.enforcer, {
    apply: async (...[step, { signal, ...rest }]: Parameters<Enforcer['apply']>) => {
      if (isTaken) return apply(step, { signal, ...rest });
      isTaken = true;
      const later = (hours: number) => new Date(context.wallClock().getTime() + hours * HOUR_MS).toISOString();
      expect(await store.acquireLease('plan/p1', 'other', later(1), later(2))).toBe(true);
      const cut = once(signal, 'abort');
      vi.advanceTimersByTime(MINUTE_MS);
      await cut;
      throw signal.reason as Error;
    },
  });
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const ended = await executePlan(context, 'p1', applying()).catch((error: Error) => error.message);
  vi.useRealTimers();
  expect(ended).toMatch(/plan\/p1 was taken by somebody else/);
  const left = (await store.plan('p1'))!;
  expect(left).toMatchObject({ state: 'running', steps: [{ state: 'requested' }] });
  bench.wait(3 * HOUR_MS);
  expect((await executePlan(context, 'p1', applying())).state).toBe('done');
  expect(switches.calls()).toEqual([A]);
  row('plan taken over', 'requested', { outcome: 'requested', said: ended as string, after: 'effective', calls: 1 });
});
