import { expect, it } from 'vitest';
import { approvePlan } from '../../../src/app/execute/approve-plan.ts';
import { executePlan, executeWave } from '../../../src/app/execute/execute-plan.ts';
import { pauseExecution, resumeExecution } from '../../../src/app/execute/pause.ts';
import { RefusedError } from '../../../src/model/errors.ts';
import { acting, applying, knowEntities, openBench, SEAL_KEY } from './bench.ts';
import { makePlan, makeStep } from './plans.ts';

const A = 'sample:a';
const B = 'sample:b';
const oneStep = () => makePlan('p1', [[makeStep({ id: 's1', target: A })]]);
const twoWaves = () => makePlan('p1', [[makeStep({ id: 's1', target: A })], [makeStep({ id: 's2', target: B, needs: ['s1'] })]]);

it('changes nothing without apply, and says what each step would do and whether it may', async () => {
  await using bench = await openBench();
  await bench.save(
    makePlan('p1', [
      [makeStep({ id: 's1', target: A })],
      [makeStep({ id: 's2', target: B, needs: ['s1'], connector: 'nobody' })],
    ]),
  );
  const result = await executePlan(bench.context, 'p1', { ...acting(), apply: false });
  expect(result).toMatchObject({
    plan: 'p1',
    state: 'draft',
    steps: [
      { id: 's1', state: 'skipped', evidence: ['dry run: would turn sample:a off', 'preflight: may run'], residualUntil: null },
      {
        id: 's2',
        state: 'skipped',
        evidence: ['dry run: would turn sample:b off', 'preflight: no enforcer nobody is configured'],
      },
    ],
  });
  expect(bench.switches.effects()).toEqual([]);
  expect(await bench.store.holds({})).toEqual([]);
  expect((await bench.store.plan('p1'))?.steps).toEqual([]);
});

it('carries waves out in order, each step seen effective, its intent recorded before its call', async () => {
  await using bench = await openBench();
  await bench.save(twoWaves());
  const result = await executePlan(bench.context, 'p1', applying());
  expect(result.state).toBe('done');
  expect(result.steps.map((step) => step.state)).toEqual(['effective', 'effective']);
  expect(bench.switches.effects()).toEqual(['off sample:a', 'off sample:b']);
  const types = (await bench.ledger()).map(({ type, body }) =>
    [type, body['step']].filter((word) => typeof word === 'string').join(' '),
  );
  expect(types).toEqual([
    'plan',
    'decision',
    'intent s1',
    'hold s1',
    'call s1',
    'outcome s1',
    'intent s2',
    'hold s2',
    'call s2',
    'outcome s2',
  ]);
  expect(await bench.broken()).toBeUndefined();
});

it('does nothing more when a plan that is done is executed again', async () => {
  await using bench = await openBench();
  await bench.save(oneStep());
  await executePlan(bench.context, 'p1', applying());
  const again = await executePlan(bench.context, 'p1', applying());
  expect(again.state).toBe('done');
  expect(bench.switches.effects()).toEqual(['off sample:a']);
});

it('tries again after an error that came before the effect', async () => {
  await using bench = await openBench({
    faults: {
      at: (place, n) => {
        if (place === 'before' && n === 1) throw new Error('connection reset');
      },
    },
  });
  await bench.save(oneStep());
  expect((await executePlan(bench.context, 'p1', applying())).state).toBe('done');
  expect(bench.switches.effects()).toEqual(['off sample:a']);
});

it('does not call again after an error that came after the effect', async () => {
  let calls = 0;
  await using bench = await openBench({
    faults: {
      at: (place) => {
        if (place === 'before') calls++;
        if (place === 'after') throw new Error('timeout');
      },
    },
  });
  await bench.save(oneStep());
  const result = await executePlan(bench.context, 'p1', applying());
  expect(result.steps[0]?.state).toBe('effective');
  expect(result.steps[0]?.evidence.join()).toContain('the call ended in an error, but it is effective: timeout');
  expect(calls).toBe(1);
});

it('gives up after its tries, keeps the hold, and looks before it calls when executed again', async () => {
  let broken = true;
  await using bench = await openBench({
    faults: {
      at: (place) => {
        if (place === 'before' && broken) throw new Error('connection reset');
      },
    },
  });
  await bench.save(twoWaves());
  const first = await executePlan(bench.context, 'p1', applying());
  expect(first.state).toBe('stopped');
  expect(first.steps.map((step) => step.state)).toEqual(['failed', 'approved']);
  expect(first.stopped.join()).toContain('s1');
  expect(await bench.store.holds({ open: true })).toHaveLength(1);
  broken = false;
  expect((await executePlan(bench.context, 'p1', applying())).state).toBe('done');
});

it('never repeats an irreversible call within a run', async () => {
  let calls = 0;
  await using bench = await openBench({
    faults: {
      at: (place) => {
        if (place !== 'before') return;
        calls++;
        throw new Error('connection reset');
      },
    },
  });
  await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: A, action: 'delete', reversibility: 'R2' })]]));
  for (const actor of ['ann', 'bob']) await approvePlan(bench.context, 'p1', { actor });
  expect((await executePlan(bench.context, 'p1', applying())).steps[0]?.state).toBe('failed');
  expect(calls).toBe(1);
});

it('stops at a refusal before any step of that wave is called, and goes on once its cause is cured', async () => {
  await using bench = await openBench({ switches: [A] });
  await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: A }), makeStep({ id: 's2', target: B })]]));
  await knowEntities(bench.store, [A, B], bench.context.clock());
  const result = await executePlan(bench.context, 'p1', applying());
  expect(result.state).toBe('stopped');
  expect(result.steps[1]).toMatchObject({ state: 'refused', evidence: ['refused: there is no switch sample:b'] });
  expect(bench.switches.effects()).toEqual([]);
});

it('releases the hold of a call that was refused and changed nothing', async () => {
  await using bench = await openBench({
    faults: {
      at: (place) => {
        if (place === 'before') throw new RefusedError('permission denied');
      },
    },
  });
  await bench.save(oneStep());
  const result = await executePlan(bench.context, 'p1', applying());
  expect(result.steps[0]?.state).toBe('refused');
  expect(await bench.store.holds({ open: true })).toEqual([]);
});

it('calls an effect that is only half there partial, with the time until which it lives', async () => {
  await using bench = await openBench({ faults: { probes: 'partial' } });
  await bench.save(twoWaves());
  const result = await executePlan(bench.context, 'p1', applying());
  expect(result.state).toBe('partial');
  expect(result.steps).toMatchObject([
    { state: 'partial', residualUntil: '2026-03-02T00:00:00.000Z' },
    { state: 'partial', residualUntil: '2026-03-02T00:00:00.000Z' },
  ]);
});

it('calls an effect that is never seen failed, and does not begin the next wave', async () => {
  await using bench = await openBench({ faults: { probes: 'not-effective' } });
  await bench.save(twoWaves());
  const result = await executePlan(bench.context, 'p1', applying());
  expect(result.steps.map((step) => step.state)).toEqual(['failed', 'approved']);
  expect(bench.switches.effects()).toEqual(['off sample:a']);
});

it('stops at the next step boundary when it is paused, and goes on after resume', async () => {
  await using bench = await openBench({
    faults: {
      at: (place, n) => {
        if (place === 'after' && n === 1) void pauseExecution(bench.context, 'someone');
      },
    },
  });
  await bench.save(twoWaves());
  const result = await executePlan(bench.context, 'p1', applying());
  expect(result).toMatchObject({ state: 'running', steps: [{ state: 'effective' }, { state: 'approved' }] });
  expect(result.stopped.join()).toContain('paused');
  await expect(executePlan(bench.context, 'p1', applying())).rejects.toThrow(/paused/);
  await resumeExecution(bench.context, 'someone');
  expect((await executePlan(bench.context, 'p1', applying())).state).toBe('done');
});

it('is refused while another executor runs the plan', async () => {
  await using bench = await openBench();
  await bench.save(oneStep());
  const until = new Date(bench.context.wallClock().getTime() + 60_000).toISOString();
  await bench.store.acquireLease('plan/p1', 'somebody else', bench.context.wallClock().toISOString(), until);
  await expect(executePlan(bench.context, 'p1', applying())).rejects.toThrow(/already running/);
  expect(bench.switches.effects()).toEqual([]);
});

it('ends steps of an enforcer that only simulates as skipped', async () => {
  await using bench = await openBench();
  await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: A, connector: 'dry-run' })]]));
  const result = await executePlan(bench.context, 'p1', applying());
  expect(result).toMatchObject({ state: 'done', steps: [{ state: 'skipped', evidence: ['dry run: would turn sample:a off'] }] });
});

it('runs one wave for a queue, says which is next, and refuses one whose turn it is not', async () => {
  await using bench = await openBench();
  await bench.save(twoWaves());
  await expect(executeWave(bench.context, { plan: 'p1', wave: 1, ...acting() })).rejects.toThrow(/must wait for step s1/);
  expect(await executeWave(bench.context, { plan: 'p1', wave: 0, ...acting() })).toMatchObject({ state: 'running', next: 1 });
  expect(await executeWave(bench.context, { plan: 'p1', wave: 1, ...acting() })).toMatchObject({ state: 'done', next: null });
});

it('runs the next wave for a queue after the refusal of a step that does not stop the plan', async () => {
  await using bench = await openBench({ switches: [B] });
  await knowEntities(bench.store, [A, B], bench.context.clock());
  await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: A, continue: true })], [makeStep({ id: 's2', target: B })]]));
  expect(await executeWave(bench.context, { plan: 'p1', wave: 0, ...acting() })).toMatchObject({ next: 1 });
  expect(await executeWave(bench.context, { plan: 'p1', wave: 1, ...acting() })).toMatchObject({
    state: 'partial',
    steps: [{ state: 'refused' }, { state: 'effective' }],
  });
});

it('contains although the evidence could not be saved, and not where it is no evidence that is needed', async () => {
  await using bench = await openBench({ switches: [B] });
  await knowEntities(bench.store, [A, B], bench.context.clock());
  const cut = makeStep({ id: 's2', target: B, needs: ['s1'] });
  await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: A, continue: true })], [cut]]));
  expect(await executePlan(bench.context, 'p1', applying())).toMatchObject({
    state: 'partial',
    stopped: [],
    steps: [{ state: 'refused' }, { state: 'effective' }],
  });
  await bench.save(makePlan('p2', [[makeStep({ id: 's1', target: A })], [cut]]));
  expect(await executePlan(bench.context, 'p2', applying())).toMatchObject({
    state: 'stopped',
    steps: [{ state: 'refused' }, {}],
  });
});

it('does not run a wave after one that was stopped', async () => {
  await using bench = await openBench({ faults: { probes: 'not-effective' } });
  await bench.save(twoWaves());
  expect(await executeWave(bench.context, { plan: 'p1', wave: 0, ...acting() })).toMatchObject({ state: 'stopped', next: null });
  await expect(executeWave(bench.context, { plan: 'p1', wave: 1, ...acting() })).rejects.toThrow(/must wait for step s1/);
});

it('refuses a plan that only says why nothing can be done', async () => {
  await using bench = await openBench();
  await bench.save(makePlan('p1', [], { refusals: [{ target: A, rule: 'lifeline', reason: 'nothing else would work' }] }));
  await expect(executePlan(bench.context, 'p1', applying())).rejects.toThrow(/nothing else would work/);
});

it('reports each state of each step', async () => {
  await using bench = await openBench();
  await bench.save(oneStep());
  const seen: string[] = [];
  await executePlan(bench.context, 'p1', {
    ...applying(),
    onProgress: ({ step, state, done, total }) => seen.push(`${step} ${state} ${done}/${total}`),
  });
  expect(seen).toEqual(['s1 approved 0/1', 's1 requested 0/1', 's1 accepted 0/1', 's1 effective 1/1']);
});

it('keeps pre-images sealed: neither the store file nor a result shows them', async () => {
  await using bench = await openBench({ sealKey: SEAL_KEY });
  await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: A, reversibility: 'R1' })]]));
  const result = await executePlan(bench.context, 'p1', applying());
  expect(result.state).toBe('done');
  expect(JSON.stringify(result)).not.toContain('"on":');
  const [hold] = await bench.store.holds({ open: true });
  expect(hold?.preImage).toMatch(/^s1\.test\./);
});
