import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { executePlan, executeWave } from '../../../src/app/execute/execute-plan.ts';
import { createHandOvers } from '../../../src/app/execute/hand-over.ts';
import { undoPlan } from '../../../src/app/execute/undo-plan.ts';
import type { Plan } from '../../../src/model/plan.ts';
import type { Enforcer, EnforcerContext } from '../../../src/ports/enforcer.ts';
import { acting, applying, knowEntities, openBench, SEAL_KEY } from './bench.ts';
import { createLockers, type LockerFaults } from './lockers.ts';
import { makePlan, makeStep } from './plans.ts';

const KEY = 'key:old';
const PLACES = ['place:one', 'place:two'];

const rotation = (connector = 'lockers'): Plan => {
  const issue = makeStep({ id: 'issue', target: KEY, for: KEY, action: 'issue', connector: 'lockers', reversibility: 'R1' });
  const distribute = PLACES.map((target, i) =>
    makeStep({ id: `d${i}`, target, for: KEY, action: 'distribute', connector, reversibility: 'R1', needs: ['issue'] }),
  );
  return makePlan('rotate', [[issue], distribute], { mode: 'retire', targets: [KEY] });
};

async function open(plan: Plan, faults?: LockerFaults) {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-rotation-'));
  const lockers = createLockers(folder, faults);
  const bench = await openBench({ enforcers: [lockers.enforcer], sealKey: SEAL_KEY, settings: { down: 9 } });
  await knowEntities(bench.store, [KEY, ...PLACES], bench.context.clock());
  await bench.save(plan);
  return {
    bench,
    lockers,
    async [Symbol.asyncDispose]() {
      await bench[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

it('brings the new value to every place, and keeps it nowhere else', async () => {
  await using at = await open(rotation());
  expect((await executePlan(at.bench.context, 'rotate', applying())).state).toBe('done');
  const { valid, lockers } = at.lockers.state();
  expect(Object.values(lockers)).toEqual([valid[1], valid[1]]);
  const kept = [];
  for await (const record of at.bench.store.exportAll()) kept.push(record);
  expect(JSON.stringify(kept)).not.toContain(valid[1]);
});

it('issues anew when the process that knew the value is gone, and takes the lost one back', async () => {
  await using at = await open(rotation());
  await executeWave(at.bench.context, { plan: 'rotate', wave: 0, ...acting() });
  const [, lost] = at.lockers.state().valid;
  await executeWave(at.bench.context, { plan: 'rotate', wave: 1, ...acting() });
  const { valid, lockers } = at.lockers.state();
  expect(valid).toHaveLength(2);
  expect(valid).not.toContain(lost);
  expect(Object.values(lockers)).toEqual([valid[1], valid[1]]);
  const said = JSON.stringify((await at.bench.ledger()).map(({ body }) => body));
  expect(said).toContain('taken back and issued anew');
  expect(await at.bench.broken()).toBeUndefined();
});

it('hands over between waves within one process', async () => {
  await using at = await open(rotation());
  const context = { ...at.bench.context, handOvers: createHandOvers() };
  await executeWave(context, { plan: 'rotate', wave: 0, ...acting() });
  const [, first] = at.lockers.state().valid;
  await executeWave(context, { plan: 'rotate', wave: 1, ...acting() });
  expect(Object.values(at.lockers.state().lockers)).toEqual([first, first]);
  expect(context.handOvers.of('rotate').find(KEY)).toBeUndefined();
});

it('writes every place again after one got a value that was lost, and still brings back what was first', async () => {
  let isBroken = true;
  await using at = await open(rotation(), {
    beforeWriting: (place) => {
      if (isBroken && place === 'place:two') throw new Error('the locker is stuck');
    },
  });
  expect((await executePlan(at.bench.context, 'rotate', applying())).state).toBe('stopped');
  isBroken = false;
  expect((await executePlan(at.bench.context, 'rotate', applying())).state).toBe('done');
  const { valid, lockers } = at.lockers.state();
  expect(Object.values(lockers)).toEqual([valid[1], valid[1]]);
  expect((await undoPlan(at.bench.context, 'rotate', applying())).stopped).toEqual([]);
  expect(at.lockers.state()).toEqual({ valid: ['first'], lockers: { 'place:one': 'first', 'place:two': 'first' } });
});

it('refuses to issue what a person would have to distribute, since it is shown to nobody', async () => {
  await using at = await open(rotation('manual'));
  const result = await executePlan(at.bench.context, 'rotate', applying());
  expect(result.stopped.join()).toMatch(/step d0 distributes it by hand, .*issue it by hand/);
  expect(at.lockers.state().valid).toEqual(['first']);
});

it('tells whoever goes on what the store keeps of a call: its time, what it left, and what was there before', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-traces-'));
  const seen: (readonly [string, readonly string[] | undefined, string | undefined, string | undefined])[] = [];
  const note = (what: string, { recorded }: EnforcerContext) =>
    seen.push([what, recorded?.traces, recorded?.preImage(), recorded?.since]);
  const { enforcer } = createLockers(folder);
  const leavesTraces: Enforcer = {
    ...enforcer,
    async apply(step, context) {
      note(`apply ${step.id}`, context);
      return { ...(await enforcer.apply(step, context)), traces: [`trace ${seen.length}`] };
    },
    async undo(step, preImage, context) {
      note(`undo ${step.id}`, context);
      return enforcer.undo(step, preImage, context);
    },
  };
  await using bench = await openBench({ enforcers: [leavesTraces], sealKey: SEAL_KEY, settings: { down: 9 } });
  await knowEntities(bench.store, [KEY, ...PLACES], bench.context.clock());
  await bench.save(rotation());
  const began = bench.context.wallClock().toISOString();
  await executeWave(bench.context, { plan: 'rotate', wave: 0, ...acting() });
  bench.wait(60_000);
  await executeWave(bench.context, { plan: 'rotate', wave: 1, ...acting() });
  const [first, taken, again] = seen.filter(([what]) => what.endsWith(' issue'));
  expect(first).toEqual(['apply issue', [], '["first"]', began]);
  expect(taken).toEqual(['undo issue', ['trace 1'], '["first"]', began]);
  expect(again?.slice(0, 3)).toEqual(['apply issue', ['trace 1'], '["first"]']);
  expect(Date.parse(again?.[3] ?? '') - Date.parse(began)).toBeGreaterThanOrEqual(60_000);
  const kept = (await bench.store.plan('rotate'))?.steps.find(({ step }) => step === 'issue');
  expect(kept?.traces).toEqual(['trace 1', expect.stringMatching(/^trace /)]);
  await rm(folder, { recursive: true, force: true });
});
