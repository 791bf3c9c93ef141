import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { executePlan } from '../../../src/app/execute/execute-plan.ts';
import { heldControls } from '../../../src/app/execute/held-controls.ts';
import { pauseExecution } from '../../../src/app/execute/pause.ts';
import { reconcile } from '../../../src/app/execute/reconcile.ts';
import { extendHold, releaseHold } from '../../../src/app/execute/release-hold.ts';
import { HOUR_MS } from '../../../src/model/durations.ts';
import type { PlanStep } from '../../../src/model/plan.ts';
import { acting, applying, type Bench, openBench, SEAL_KEY } from './bench.ts';
import { makePlan, makeStep } from './plans.ts';

const A = 'sample:a';
const B = 'sample:b';

const system = { ...acting('system') };
const held = (bench: Bench) => heldControls(bench.context);

/** Somebody who is not us turns a switch. */
const turnByHand = (bench: Bench, states: Readonly<Record<string, boolean>>): void =>
  writeFileSync(join(bench.folder, 'switches.json'), JSON.stringify({ ...bench.switches.state(), ...states }));

async function executed(bench: Bench, id: string, steps: readonly PlanStep[], holdForMs?: number): Promise<void> {
  await bench.save(
    makePlan(
      id,
      steps.map((step) => [step]),
    ),
  );
  const result = await executePlan(bench.context, id, { ...applying(), ...(holdForMs !== undefined && { holdForMs }) });
  expect(result.state).toBe('done');
}

it('lifts a hold whose time is over, proves it, and says so; one that has time left stays', async () => {
  await using bench = await openBench();
  await executed(bench, 'p1', [makeStep({ id: 's1', target: A })], 8 * HOUR_MS);
  await executed(bench, 'p2', [makeStep({ id: 's2', target: B })]);
  bench.wait(7 * HOUR_MS);
  expect(await reconcile(bench.context, system)).toMatchObject({ plans: 2, looked: 2, lifted: [], drift: [] });
  bench.wait(2 * HOUR_MS);
  expect(await reconcile(bench.context, system)).toMatchObject({
    lifted: [{ plan: 'p1', target: A, control: 'power' }],
    kept: [],
  });
  expect(bench.switches.state()).toEqual({ [A]: true, [B]: false });
  expect((await bench.store.plan('p1'))?.state).toBe('undone');
  expect(await held(bench)).toMatchObject([{ holder: 'p2', expires: null, due: null, drift: null, alsoHeldBy: [] }]);
  expect(await reconcile(bench.context, system)).toMatchObject({ plans: 1, lifted: [] });
  expect(await bench.broken()).toBeUndefined();
});

it('takes the time from the configuration when the run does not say', async () => {
  await using bench = await openBench({ execution: { holdHours: 2, drift: 'report' } });
  await executed(bench, 'p1', [makeStep({ id: 's1', target: A })]);
  const [hold] = await held(bench);
  expect(Date.parse(hold!.expires!) - Date.parse(hold!.since)).toBe(2 * HOUR_MS);
});

it('restores with the last of several holders, whichever expires first', async () => {
  await using bench = await openBench({ sealKey: SEAL_KEY });
  await executed(bench, 'p1', [makeStep({ id: 's1', target: A })], HOUR_MS);
  bench.wait(1000);
  await executed(bench, 'p2', [makeStep({ id: 's2', target: A })], 3 * HOUR_MS);
  expect(await held(bench)).toMatchObject([{ alsoHeldBy: ['p2'] }, { alsoHeldBy: ['p1'] }]);
  bench.wait(2 * HOUR_MS);
  expect((await reconcile(bench.context, system)).lifted).toMatchObject([{ plan: 'p1' }]);
  expect(bench.switches.state()).toMatchObject({ [A]: false });
  bench.wait(2 * HOUR_MS);
  expect((await reconcile(bench.context, system)).lifted).toMatchObject([{ plan: 'p2' }]);
  expect(bench.switches.state()).toMatchObject({ [A]: true });
});

const rearming = makeStep({ id: 's1', target: A, reversibility: 'R!', residualUntil: '2026-03-01T18:00:00.000Z' });

it('keeps an expired R! hold as due, tells who is to know, and lets a person lift it', async () => {
  await using bench = await openBench();
  await executed(bench, 'p1', [rearming], HOUR_MS);
  bench.wait(2 * HOUR_MS);
  const first = await reconcile(bench.context, system);
  expect(first).toMatchObject({ lifted: [], due: [{ plan: 'p1', target: A, requestedBy: 'responder', owner: null }] });
  const [hold] = await held(bench);
  expect(hold).toMatchObject({ due: first.due[0]?.due });
  bench.wait(12 * HOUR_MS);
  // What was minted has died, but the credential is still the same: only a person may.
  expect(await reconcile(bench.context, system)).toMatchObject({ lifted: [], due: [{ due: first.due[0]?.due }] });
  expect((await bench.ledger()).filter(({ type }) => type === 'due')).toHaveLength(1);
  expect(await releaseHold(bench.context, hold!.id, acting('ann'))).toMatchObject({ stopped: [], state: 'undone' });
  expect(bench.switches.state()).toMatchObject({ [A]: true });
});

it('lifts a due hold by itself once the credential was replaced and what was minted has died', async () => {
  await using bench = await openBench();
  const rotate = makeStep({ id: 's2', target: B, for: A, action: 'rotate' });
  await executed(bench, 'p1', [rearming, rotate], HOUR_MS);
  bench.wait(2 * HOUR_MS);
  expect(await reconcile(bench.context, system)).toMatchObject({ due: [{ step: 's1' }], lifted: [{ step: 's2' }] });
});

it('lifts what was due when it is safe', async () => {
  await using bench = await openBench();
  const revoked = makeStep({ id: 's2', target: B, for: A, action: 'rotate' });
  await bench.save(makePlan('p1', [[rearming], [revoked]]));
  await executePlan(bench.context, 'p1', { ...applying(), holdForMs: 2 * HOUR_MS });
  const holds = await held(bench);
  const [first, second] = ['s1', 's2'].map((step) => holds.find((hold) => hold.step === step));
  await extendHold(bench.context, second!.id, { actor: 'ann', forMs: 1000 * HOUR_MS });
  bench.wait(3 * HOUR_MS);
  expect(await reconcile(bench.context, system)).toMatchObject({ due: [{ id: first!.id }], lifted: [] });
  bench.wait(12 * HOUR_MS);
  expect(await reconcile(bench.context, system)).toMatchObject({ due: [], lifted: [{ id: first!.id }] });
});

it('releases what re-arms only when a person insists', async () => {
  await using bench = await openBench();
  await executed(bench, 'p1', [rearming], HOUR_MS);
  const [hold] = await held(bench);
  expect((await releaseHold(bench.context, hold!.id, acting('ann'))).stopped.join()).toContain('re-arms');
  expect((await releaseHold(bench.context, hold!.id, { ...acting('ann'), anyway: true })).stopped).toEqual([]);
  expect(bench.switches.state()).toMatchObject({ [A]: true });
});

it('gives a hold more time, and refuses one that was released', async () => {
  await using bench = await openBench();
  await executed(bench, 'p1', [makeStep({ id: 's1', target: A })], HOUR_MS);
  const [hold] = await held(bench);
  await extendHold(bench.context, hold!.id, { actor: 'ann', forMs: 5 * HOUR_MS });
  bench.wait(2 * HOUR_MS);
  expect((await reconcile(bench.context, system)).lifted).toEqual([]);
  await releaseHold(bench.context, hold!.id, acting('ann'));
  await expect(extendHold(bench.context, hold!.id, { actor: 'ann', forMs: 1 })).rejects.toThrow(/was released/);
  await expect(extendHold(bench.context, 'none', { actor: 'ann', forMs: 1 })).rejects.toThrow(/no such hold/);
});

it('lifts nothing while execution is paused', async () => {
  await using bench = await openBench();
  await executed(bench, 'p1', [makeStep({ id: 's1', target: A })], HOUR_MS);
  bench.wait(2 * HOUR_MS);
  await pauseExecution(bench.context, 'ann');
  expect((await reconcile(bench.context, system)).lifted).toEqual([]);
});

it('tells a control that somebody has removed, once in the ledger, until it is there again', async () => {
  await using bench = await openBench();
  await executed(bench, 'p1', [makeStep({ id: 's1', target: A })]);
  turnByHand(bench, { [A]: true });
  const found = await reconcile(bench.context, system);
  expect(found.drift).toMatchObject([
    { plan: 'p1', step: 's1', target: A, restored: false, why: expect.stringContaining('report') },
  ]);
  await reconcile(bench.context, system);
  expect((await bench.ledger()).filter(({ type }) => type === 'drift')).toHaveLength(1);
  expect(await held(bench)).toMatchObject([{ drift: { since: found.drift[0]?.since } }]);
  expect(bench.switches.state()).toMatchObject({ [A]: true });
  turnByHand(bench, { [A]: false });
  expect((await reconcile(bench.context, system)).drift).toEqual([]);
  expect(await held(bench)).toMatchObject([{ drift: null }]);
  expect((await bench.ledger()).filter(({ type }) => type === 'drift')).toHaveLength(2);
});

it('puts a control back where that is configured, and never repeats what is irreversible', async () => {
  await using bench = await openBench({ execution: { drift: 'restore' } });
  await executed(bench, 'p1', [makeStep({ id: 's1', target: A })]);
  const irreversible = makeStep({ id: 's2', target: B, action: 'delete', reversibility: 'R2', approvals: 2 });
  await bench.save(makePlan('p2', [[irreversible]]));
  const { approvePlan } = await import('../../../src/app/execute/approve-plan.ts');
  for (const actor of ['ann', 'bob']) await approvePlan(bench.context, 'p2', { actor });
  await executePlan(bench.context, 'p2', applying());
  turnByHand(bench, { [A]: true, [B]: true });
  const { drift } = await reconcile(bench.context, system);
  expect(drift).toMatchObject([
    { step: 's1', restored: true, why: '' },
    { step: 's2', restored: false, why: 'an irreversible call is not repeated: plan again' },
  ]);
  expect(bench.switches.state()).toEqual({ [A]: false, [B]: true });
  expect(bench.switches.calls()).toEqual([A, B, A]);
  expect((await bench.store.plan('p1'))?.steps).toMatchObject([{ state: 'effective', attempts: 2 }]);
  expect((await held(bench))[0]?.drift).toBeNull();
});

it('lets partial effects become effective when what outlived them has died', async () => {
  const faults: { probes?: 'partial' } = { probes: 'partial' };
  await using bench = await openBench({ faults });
  await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: A })]]));
  expect((await executePlan(bench.context, 'p1', applying())).state).toBe('partial');
  delete faults.probes;
  expect((await reconcile(bench.context, system)).moved).toMatchObject([{ plan: 'p1', step: 's1', state: 'effective' }]);
  expect((await bench.store.plan('p1'))?.state).toBe('done');
});

it('leaves a plan alone that somebody carries out', async () => {
  await using bench = await openBench();
  await executed(bench, 'p1', [makeStep({ id: 's1', target: A })]);
  const now = bench.context.wallClock();
  await bench.store.acquireLease('plan/p1', 'x', now.toISOString(), new Date(now.getTime() + HOUR_MS).toISOString());
  expect(await reconcile(bench.context, system)).toMatchObject({ plans: 0, busy: [{ plan: 'p1' }] });
});
