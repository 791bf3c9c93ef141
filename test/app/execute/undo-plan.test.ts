import { expect, it } from 'vitest';
import { approvePlan } from '../../../src/app/execute/approve-plan.ts';
import { confirmStep } from '../../../src/app/execute/confirm-step.ts';
import { executePlan } from '../../../src/app/execute/execute-plan.ts';
import { createHandOver } from '../../../src/app/execute/hand-over.ts';
import { releaseHold } from '../../../src/app/execute/release-hold.ts';
import { undoPlan } from '../../../src/app/execute/undo-plan.ts';
import { acting, applying, openBench, SEAL_KEY } from './bench.ts';
import { makePlan, makeStep } from './plans.ts';

const A = 'sample:a';
const B = 'sample:b';

it('runs the inverses in reverse order and proves each', async () => {
  await using bench = await openBench();
  await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: A })], [makeStep({ id: 's2', target: B })]]));
  await executePlan(bench.context, 'p1', applying());
  const result = await undoPlan(bench.context, 'p1', applying());
  expect(result.state).toBe('undone');
  expect(bench.switches.effects()).toEqual(['off sample:a', 'off sample:b', 'on sample:b', 'on sample:a']);
  expect(await bench.store.holds({ open: true })).toEqual([]);
  expect(await bench.broken()).toBeUndefined();
  await expect(executePlan(bench.context, 'p1', applying())).resolves.toMatchObject({ state: 'undone' });
});

it('changes nothing without apply, and changes nothing the second time', async () => {
  await using bench = await openBench();
  await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: A })]]));
  await executePlan(bench.context, 'p1', applying());
  const rehearsed = await undoPlan(bench.context, 'p1', { ...acting(), apply: false });
  expect(rehearsed.steps[0]).toMatchObject({ state: 'effective', evidence: ['dry run: would turn sample:a on'] });
  expect(bench.switches.state()).toMatchObject({ [A]: false });
  await undoPlan(bench.context, 'p1', applying());
  await undoPlan(bench.context, 'p1', applying());
  expect(bench.switches.effects()).toEqual(['off sample:a', 'on sample:a']);
});

it.each([
  ['the first', 'p1', 'p2'],
  ['the second', 'p2', 'p1'],
])('keeps a control that two incidents hold when %s is undone, and restores it with the last', async (_, first, last) => {
  await using bench = await openBench({ sealKey: SEAL_KEY });
  for (const id of ['p1', 'p2']) {
    await bench.save(makePlan(id, [[makeStep({ id: `${id}-s`, target: A })]]));
    await executePlan(bench.context, id, applying());
    bench.wait(1000);
  }
  const kept = await undoPlan(bench.context, first, applying());
  expect(kept.steps[0]?.evidence.join()).toContain(`still held by ${last}`);
  expect(bench.switches.state()).toMatchObject({ [A]: false });
  await undoPlan(bench.context, last, applying());
  expect(bench.switches.state()).toMatchObject({ [A]: true });
});

it('never restores what was so before us', async () => {
  await using bench = await openBench();
  await bench.switches.enforcer.apply(makeStep({ id: 'x', target: A }), {
    signal: new AbortController().signal,
    idempotencyKey: 'x',
    handOver: createHandOver(),
    now: bench.context.wallClock,
  });
  await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: A })]]));
  await executePlan(bench.context, 'p1', applying());
  expect(await bench.store.holds({ open: true })).toMatchObject([{ preexisting: true }]);
  const result = await undoPlan(bench.context, 'p1', applying());
  expect(result.steps[0]?.evidence.join()).toContain('it was so before us');
  expect(bench.switches.state()).toMatchObject({ [A]: false });
});

it('does not lift what re-arms the attacker until what was minted has died', async () => {
  await using bench = await openBench();
  const step = makeStep({ id: 's1', target: A, reversibility: 'R!', residualUntil: '2026-03-01T18:00:00.000Z' });
  await bench.save(makePlan('p1', [[step]]));
  await executePlan(bench.context, 'p1', applying());
  const refused = await undoPlan(bench.context, 'p1', applying());
  expect(refused).toMatchObject({ state: 'partial', steps: [{ state: 'effective' }] });
  expect(refused.stopped.join()).toContain('wait until 2026-03-01T18:00:00.000Z');
  bench.wait(7 * 3_600_000);
  expect((await undoPlan(bench.context, 'p1', applying())).state).toBe('undone');
});

it('goes on with an undo that was interrupted between the inverse and its record', async () => {
  const broken = { once: true };
  await using bench = await openBench();
  await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: A })]]));
  await executePlan(bench.context, 'p1', applying());
  const { enforcer } = bench.switches;
  const probe: typeof enforcer.probe = enforcer.probe.bind(enforcer);
  Object.assign(enforcer, {
    probe: async (...args: Parameters<typeof probe>) => {
      if (broken.once) {
        broken.once = false;
        throw new Error('connection reset');
      }
      return probe(...args);
    },
  });
  const first = await undoPlan(bench.context, 'p1', applying());
  expect(first.stopped.join()).toContain('connection reset');
  expect(await bench.store.holds({ open: true })).toHaveLength(1);
  expect((await undoPlan(bench.context, 'p1', applying())).state).toBe('undone');
  expect(bench.switches.effects()).toEqual(['off sample:a', 'on sample:a']);
});

it('does not ask a person to take back a step that has no inverse', async () => {
  await using bench = await openBench();
  const notice = makeStep({
    id: 's2',
    target: A,
    action: 'notify',
    connector: 'manual',
    commands: { apply: 'tell', inverse: '', probe: '' },
  });
  await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: A })], [notice]]));
  await executePlan(bench.context, 'p1', applying());
  const result = await undoPlan(bench.context, 'p1', applying());
  expect(result).toMatchObject({ state: 'undone', stopped: [] });
  expect(bench.switches.state()).toMatchObject({ [A]: true });
});

it('leaves what has no inverse, though what was before was saved for its probe', async () => {
  await using bench = await openBench({ sealKey: SEAL_KEY });
  const final = makeStep({ id: 's1', target: A, reversibility: 'R2', commands: { apply: 'cut', inverse: '', probe: 'look' } });
  await bench.save(makePlan('p1', [[final]]));
  for (const actor of ['ann', 'bob']) await approvePlan(bench.context, 'p1', { actor });
  await executePlan(bench.context, 'p1', applying());
  expect((await bench.store.plan('p1'))?.steps[0]?.preImage).toBeDefined();
  const result = await undoPlan(bench.context, 'p1', applying());
  expect(result.stopped).toEqual([]);
  expect(result.steps[0]?.evidence.join()).toContain('is irreversible: it stays');
  expect(bench.switches.state()).toMatchObject({ [A]: false });
});

it('releases one hold by its id, and says when it was released before', async () => {
  await using bench = await openBench();
  await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: A })]]));
  await executePlan(bench.context, 'p1', applying());
  const [hold] = await bench.store.holds({ open: true });
  const result = await releaseHold(bench.context, hold!.id, acting());
  expect(result.steps[0]?.state).toBe('undone');
  expect(bench.switches.state()).toMatchObject({ [A]: true });
  expect((await releaseHold(bench.context, hold!.id, acting())).stopped.join()).toContain('was released at');
  await expect(releaseHold(bench.context, 'none', acting())).rejects.toThrow(/no such hold/);
});

it('waits for a person with a step by hand, goes on after the confirmation, and is undone by hand too', async () => {
  await using bench = await openBench();
  const byHand = makeStep({ id: 's1', target: A, connector: 'manual' });
  await bench.save(makePlan('p1', [[byHand], [makeStep({ id: 's2', target: B, needs: ['s1'] })]]));
  const waiting = await executePlan(bench.context, 'p1', applying());
  expect(waiting).toMatchObject({
    state: 'running',
    steps: [{ state: 'accepted', evidence: ['by hand: turn sample:a off'] }, { state: 'approved' }],
  });
  expect(waiting.stopped.join()).toContain('interlock confirm p1 s1');
  await expect(confirmStep(bench.context, 'p1', 's2', acting('ann'))).rejects.toThrow(/its probe says/);
  await confirmStep(bench.context, 'p1', 's1', acting('ann'));
  const again = await confirmStep(bench.context, 'p1', 's1', acting('ann'));
  expect(again.steps[0]?.evidence.filter((line) => line === 'confirmed by ann')).toHaveLength(1);
  expect((await executePlan(bench.context, 'p1', applying())).state).toBe('done');
  const asked = await undoPlan(bench.context, 'p1', applying());
  expect(asked.steps).toMatchObject([{ state: 'effective' }, { state: 'undone' }]);
  expect(asked.steps[0]?.evidence).toContain('by hand: turn sample:a on');
  await confirmStep(bench.context, 'p1', 's1', acting('ann'));
  expect((await undoPlan(bench.context, 'p1', applying())).steps[0]?.state).toBe('undone');
});

it('lifts what is safe to lift when another step must stay, and keeps what that one was built on', async () => {
  const keys = [A, B, 'sample:c'];
  await using bench = await openBench({ switches: keys, settings: { down: 9 } });
  const first = [makeStep({ id: 'base', target: A }), makeStep({ id: 'free', target: B })];
  await bench.save(
    makePlan('p1', [first, [makeStep({ id: 'stays', target: 'sample:c', reversibility: 'R!', needs: ['base'] })]]),
  );
  await executePlan(bench.context, 'p1', applying());
  const result = await undoPlan(bench.context, 'p1', applying());
  expect(result.steps.map(({ id, state }) => `${id} ${state}`)).toEqual(['base effective', 'free undone', 'stays effective']);
  expect(result.stopped.join('\n')).toMatch(/step stays .*re-arms[\s\S]*step base .* stays as long as step stays/);
  expect(bench.switches.state()).toEqual({ [A]: false, [B]: true, 'sample:c': false });
});

it('keeps no pre-image unsealed that may hold a secret', async () => {
  const refusalOf = async (reversibility: 'R0' | 'R2', change: object = {}) => {
    await using bench = await openBench();
    const context = { ...bench.context, enforcerFor: async () => ({ ...bench.switches.enforcer, ...change }) };
    await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: A, reversibility })]]));
    for (const actor of ['ann', 'bob']) await approvePlan(bench.context, 'p1', { actor });
    const { stopped } = await executePlan(context, 'p1', applying());
    if (reversibility === 'R2') expect((await bench.store.plan('p1'))?.steps[0]?.preImage).toBeUndefined();
    return stopped.join();
  };
  expect(await refusalOf('R0')).toBe('');
  expect(await refusalOf('R2')).toBe('');
  expect(await refusalOf('R0', { foreignPreImages: true })).toContain('set INTERLOCK_SEAL_KEY');
});
