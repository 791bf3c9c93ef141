import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { executePlan } from '../../../src/app/execute/execute-plan.ts';
import { createGates, type Pace } from '../../../src/app/execute/pace.ts';
import type { Enforcer } from '../../../src/ports/enforcer.ts';
import { applying, type Bench, openBench } from './bench.ts';
import { makePlan, makeStep } from './plans.ts';

const keys = Array.from({ length: 6 }, (_, i) => `sample:${i}`);
const steps = (prefix: string, targets: readonly string[]) =>
  targets.map((target, i) => makeStep({ id: `${prefix}${i}`, target }));

/** The switches, with calls that take a while, and how many there were at once, at most. */
function watched({ switches }: Bench): { most: number; at: number[] } {
  const seen = { most: 0, at: [] as number[] };
  let now = 0;
  const apply: Enforcer['apply'] = switches.enforcer.apply.bind(switches.enforcer);
  Object.assign(switches.enforcer, {
    apply: async (...given: Parameters<Enforcer['apply']>) => {
      seen.at.push(given[1].now().getTime());
      seen.most = Math.max(seen.most, ++now);
      await wait(5);
      now--;
      return apply(...given);
    },
  });
  return seen;
}

async function openPaced(pace: Pace): Promise<Bench> {
  const bench = await openBench({ switches: keys });
  Object.assign(bench.context, { gates: createGates({ switches: pace }) });
  return bench;
}

it.each([1, 3])('a connector does at most %i steps at once, of all plans together', async (concurrency) => {
  await using bench = await openPaced({ concurrency });
  const seen = watched(bench);
  await bench.save(makePlan('p1', [steps('a', keys.slice(0, 3))]));
  await bench.save(makePlan('p2', [steps('b', keys.slice(3))]));
  const results = await Promise.all(['p1', 'p2'].map((id) => executePlan(bench.context, id, applying())));
  expect(results.map(({ state }) => state)).toEqual(['done', 'done']);
  expect(bench.switches.calls()).toHaveLength(6);
  expect(seen.most).toBe(concurrency);
});

it('a connector begins no more steps in a minute than configured, evenly', async () => {
  await using bench = await openPaced({ concurrency: 2, perMinute: 10 });
  const seen = watched(bench);
  await bench.save(makePlan('p1', [steps('a', keys)]));
  expect((await executePlan(bench.context, 'p1', applying())).state).toBe('done');
  const gaps = seen.at.slice(1).map((at, i) => at - (seen.at[i] as number));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0);
  expect((seen.at.at(-1) as number) - (seen.at[0] as number)).toBeGreaterThanOrEqual(4 * 6_000);
});

it('a step that says so does not stop the plan when it is refused', async () => {
  await using bench = await openBench({ switches: ['sample:0'] });
  const notice = makeStep({ id: 'n', target: 'sample:0', connector: 'nowhere', continue: true });
  const missing = { ...makeStep({ id: 'm', target: 'sample:1' }), continue: true as const };
  const { knowEntities } = await import('./bench.ts');
  await knowEntities(bench.store, ['sample:0', 'sample:1'], bench.context.clock());
  await bench.save(makePlan('p1', [[missing], [makeStep({ id: 's', target: 'sample:0' })]]));
  const result = await executePlan(bench.context, 'p1', applying());
  expect(result).toMatchObject({ state: 'partial', stopped: [], steps: [{ state: 'refused' }, { state: 'effective' }] });
  await bench.save(makePlan('p2', [[notice]]));
  await expect(executePlan(bench.context, 'p2', applying())).rejects.toThrow(/no enforcer nowhere is configured/);
});

it('budgets count the actions of an hour, in all and by owner, those of other plans too', async () => {
  await using bench = await openBench({ switches: keys, settings: { actionsPerHour: 4 } });
  await bench.save(makePlan('p1', [steps('a', keys.slice(0, 3))]));
  await executePlan(bench.context, 'p1', applying());
  await bench.save(makePlan('p2', [steps('b', keys.slice(3, 5))]));
  await expect(executePlan(bench.context, 'p2', applying())).rejects.toThrow(
    /3 actions in the last hour and 2 more would pass the budget of 4/,
  );
  bench.wait(61 * 60_000);
  Object.assign(bench.context.settings.budgets, { maxGraphAgeMinutes: 1000, actionsPerOwnerPerHour: 1 });
  const entities = bench.store.entities.bind(bench.store);
  Object.assign(bench.store, {
    entities: async (of: readonly string[]) => (await entities(of)).map((entity) => ({ ...entity, owner: 'team/shop' })),
  });
  await expect(executePlan(bench.context, 'p2', applying())).rejects.toThrow(
    /2 more would hit what team\/shop owns: the budget is 1/,
  );
  Object.assign(bench.context.settings.budgets, { actionsPerOwnerPerHour: 2 });
  expect((await executePlan(bench.context, 'p2', applying())).state).toBe('done');
});

it('more things of tier 0 than configured need two people', async () => {
  await using bench = await openBench();
  await bench.save(makePlan('p1', [[makeStep({ id: 's', target: 'sample:a' })]]));
  const entities = bench.store.entities.bind(bench.store);
  Object.assign(bench.store, {
    entities: async (of: readonly string[]) => (await entities(of)).map((entity) => ({ ...entity, tier: 0 as const })),
  });
  await expect(executePlan(bench.context, 'p1', applying())).rejects.toThrow(/2 people must approve/);
  Object.assign(bench.context.settings.budgets, { tier0: 1 });
  expect((await executePlan(bench.context, 'p1', applying())).state).toBe('done');
});
