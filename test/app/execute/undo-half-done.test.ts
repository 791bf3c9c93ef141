/** What an undo must not give back, and what nobody may go on with after it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { approvePlan } from '../../../src/app/execute/approve-plan.ts';
import { confirmStep } from '../../../src/app/execute/confirm-step.ts';
import { executePlan, executeWave } from '../../../src/app/execute/execute-plan.ts';
import { reconcile } from '../../../src/app/execute/reconcile.ts';
import type { ExecutionResult } from '../../../src/app/execute/run.ts';
import { undoPlan } from '../../../src/app/execute/undo-plan.ts';
import type { PlanStep } from '../../../src/model/plan.ts';
import { acting, applying, type Bench, openBench, SEAL_KEY } from './bench.ts';
import { makePlan, makeStep } from './plans.ts';

const A = 'sample:a';
const B = 'sample:b';
const C = 'sample:c';
const HOUR_MS = 3_600_000;

const statesOf = ({ steps }: ExecutionResult): string[] => steps.map(({ id, state }) => `${id} ${state}`);

async function approved(bench: Bench): Promise<void> {
  for (const actor of ['ann', 'bob']) await approvePlan(bench.context, 'p1', { actor });
}

it('begins nothing more of a plan that was undone in part, whoever asks for its next wave', async () => {
  await using bench = await openBench({ switches: [A, B, C] });
  const first = [makeStep({ id: 's1', target: A }), makeStep({ id: 's2', target: B, reversibility: 'R!' })];
  await bench.save(makePlan('p1', [first, [makeStep({ id: 's3', target: C })]]));
  await executeWave(bench.context, { plan: 'p1', wave: 0, ...acting() });
  const undone = await undoPlan(bench.context, 'p1', applying());
  expect(statesOf(undone)).toEqual(['s1 undone', 's2 effective', 's3 skipped']);
  expect(undone.steps[2]?.evidence.join()).toContain('the plan was undone before this step');
  const next = await executeWave(bench.context, { plan: 'p1', wave: 1, ...acting() });
  expect(next).toMatchObject({ state: 'partial' });
  expect((await executePlan(bench.context, 'p1', applying())).state).toBe('partial');
  expect(bench.switches.effects()).toEqual([`off ${A}`, `off ${B}`, `on ${A}`]);
  expect((await bench.ledger()).filter(({ body }) => body['outcome'] === 'not begun any more')).toHaveLength(1);
});

it('leaves the steps of a plan that nobody has begun as they are', async () => {
  await using bench = await openBench();
  await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: A })]]));
  expect(statesOf(await undoPlan(bench.context, 'p1', applying()))).toEqual(['s1 planned']);
  expect((await executePlan(bench.context, 'p1', applying())).state).toBe('done');
});

const OLD = 'key:old';
const NEW = 'key:new';
const PLACE = 'place';
const final = { reversibility: 'R2' as const, commands: { apply: 'cut', inverse: '', probe: 'look' } };
const rotation = (disable: Partial<PlanStep> = {}): PlanStep[][] => [
  [makeStep({ id: 'issue', target: NEW, for: OLD, action: 'issue' })],
  [makeStep({ id: 'distribute', target: PLACE, for: OLD, action: 'distribute', needs: ['issue'] })],
  [makeStep({ id: 'disable', target: OLD, action: 'disable', needs: ['distribute'], ...disable })],
  [makeStep({ id: 'delete', target: OLD, action: 'delete', needs: ['disable'], ...final })],
];

async function rotated(bench: Bench, waves: PlanStep[][], holdForMs?: number): Promise<ExecutionResult> {
  await bench.save(makePlan('p1', waves, { mode: 'retire', targets: [OLD] }));
  await approved(bench);
  return executePlan(bench.context, 'p1', { ...applying(), ...(holdForMs !== undefined && { holdForMs }) });
}

it('takes no replacement back once the old proof is deleted, and turns nothing on that is gone', async () => {
  await using bench = await openBench({ switches: [OLD, NEW, PLACE], sealKey: SEAL_KEY });
  expect((await rotated(bench, rotation())).state).toBe('done');
  const before = bench.switches.effects();
  const rehearsed = await undoPlan(bench.context, 'p1', { ...acting(), apply: false });
  expect(rehearsed.steps.map(({ evidence }) => evidence.join())).toEqual([
    expect.stringContaining('step delete has deleted key:old'),
    expect.stringContaining('step delete has deleted key:old'),
    'dry run: nothing to bring back',
    'dry run: delete is irreversible: it stays',
  ]);
  const undone = await undoPlan(bench.context, 'p1', applying());
  expect(statesOf(undone)).toEqual(['issue effective', 'distribute effective', 'disable undone', 'delete effective']);
  expect(undone.stopped.join('\n')).toContain('step distribute (distribute place) stays: step delete has deleted key:old');
  expect(undone.state).toBe('partial');
  expect(bench.switches.effects()).toEqual(before);
});

it('asks no person to turn on what is deleted', async () => {
  await using bench = await openBench({ switches: [OLD, NEW, PLACE] });
  await rotated(bench, rotation({ connector: 'manual' }));
  await confirmStep(bench.context, 'p1', 'disable', acting('ann'));
  expect((await executePlan(bench.context, 'p1', applying())).state).toBe('done');
  const undone = await undoPlan(bench.context, 'p1', applying());
  expect(statesOf(undone)[2]).toBe('disable undone');
  expect(undone.stopped.join()).not.toContain('by hand');
});

it('gives a replacement back with the rest while the old proof is there', async () => {
  await using bench = await openBench({ switches: [OLD, NEW, PLACE] });
  await rotated(bench, rotation().slice(0, 3));
  expect((await undoPlan(bench.context, 'p1', applying())).state).toBe('undone');
  expect(bench.switches.state()).toEqual({ [OLD]: true, [NEW]: true, [PLACE]: true });
});

it('lets no clock take a replacement back', async () => {
  await using bench = await openBench({ switches: [OLD, NEW, PLACE] });
  await rotated(bench, rotation().slice(0, 3), HOUR_MS);
  bench.wait(2 * HOUR_MS);
  const { lifted } = await reconcile(bench.context, acting('system'));
  expect(lifted.map(({ step }) => step)).toEqual(['disable']);
  expect(bench.switches.state()).toEqual({ [OLD]: true, [NEW]: false, [PLACE]: false });
});

it('brings back what the step itself found, not what another incident found before', async () => {
  await using bench = await openBench({ sealKey: SEAL_KEY });
  const turnByHand = (on: boolean): void => writeFileSync(join(bench.folder, 'switches.json'), JSON.stringify({ [A]: on }));
  turnByHand(false);
  await bench.save(makePlan('p0', [[makeStep({ id: 's0', target: A })]]));
  await executePlan(bench.context, 'p0', applying());
  await undoPlan(bench.context, 'p0', applying());
  turnByHand(true);
  bench.wait(1000);
  await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: A, action: 'rotate', reversibility: 'R2' })]]));
  await approved(bench);
  await executePlan(bench.context, 'p1', applying());
  expect(bench.switches.state()).toEqual({ [A]: false });
  expect((await undoPlan(bench.context, 'p1', applying())).stopped).toEqual([]);
  expect(bench.switches.state()).toEqual({ [A]: true });
});

it('does not take a revoked session for a replaced credential', async () => {
  await using bench = await openBench();
  const session = makeStep({ id: 's2', target: B, for: A, action: 'revoke', needs: ['s1'], ...final });
  await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: A, reversibility: 'R!' })], [session]]));
  await approved(bench);
  await executePlan(bench.context, 'p1', applying());
  const undone = await undoPlan(bench.context, 'p1', applying());
  expect(undone.stopped.join()).toContain('undoing it re-arms');
  expect(bench.switches.state()).toEqual({ [A]: false, [B]: false });
});
