import { expect, it } from 'vitest';
import { approvalsThatCount, approvePlan } from '../../../src/app/execute/approve-plan.ts';
import { executePlan } from '../../../src/app/execute/execute-plan.ts';
import { planDifference } from '../../../src/app/execute/plan-difference.ts';
import type { Plan } from '../../../src/model/plan.ts';
import { acting, applying, type Bench, type BenchOptions, openBench } from './bench.ts';
import { makePlan, makeStep, PLANNED_AT } from './plans.ts';

const A = 'sample:a';
const B = 'sample:b';

async function refusalOf(
  plan: Plan,
  options: BenchOptions = {},
  before?: (bench: Bench) => Promise<void> | void,
): Promise<string> {
  await using bench = await openBench(options);
  await bench.save(plan);
  await before?.(bench);
  const refusal = await executePlan(bench.context, plan.id, applying()).then(
    () => 'not refused',
    (error: Error) => error.message,
  );
  expect(bench.switches.effects()).toEqual([]);
  expect((await bench.ledger()).filter(({ type }) => type === 'intent')).toEqual([]);
  return refusal;
}

const one = (change = {}) => makePlan('p1', [[makeStep({ id: 's1', target: A, ...change })]]);

it('refuses a target on the deny list', async () => {
  expect(await refusalOf(one(), { settings: { denyList: ['sample:*'] } })).toContain('sample:a is on the deny list (sample:*)');
});

it('refuses a preparation for a credential on the deny list', async () => {
  expect(await refusalOf(one({ for: 'sample:z' }), { settings: { denyList: ['*:z'] } })).toContain('deny list');
});

it('refuses a target that the graph does not know', async () => {
  expect(await refusalOf(makePlan('p1', [[makeStep({ id: 's1', target: 'sample:unknown' })]]))).toContain('is not in the graph');
});

it('refuses a graph that is older than the configuration allows, and names the source', async () => {
  expect(await refusalOf(one(), {}, (bench) => bench.wait(61 * 60_000))).toMatch(/older than 60 minutes \(sample\)/);
});

it('refuses when planning again answers another plan, and names the first difference', async () => {
  const other = makePlan('p2', [[makeStep({ id: 's1', target: A, action: 'reduce' })]]);
  const refusal = await refusalOf(one(), {}, (bench) => {
    Object.assign(bench.context, { replan: async () => other });
  });
  expect(refusal).toContain('wave 1: reduce sample:a: action was "quarantine", is "reduce"');
});

it('refuses while execution is paused', async () => {
  const { pauseExecution } = await import('../../../src/app/execute/pause.ts');
  expect(await refusalOf(one(), {}, (bench) => pauseExecution(bench.context, 'someone'))).toContain('paused');
});

it('refuses more actions in an hour than the budget', async () => {
  expect(await refusalOf(one(), { settings: { actionsPerHour: 0 } })).toContain('budget of 0');
});

it('refuses an R1 step when its pre-image cannot be sealed, and says what to do', async () => {
  await using bench = await openBench();
  await bench.save(one({ reversibility: 'R1' }));
  const result = await executePlan(bench.context, 'p1', applying());
  expect(result.steps[0]?.evidence.join()).toContain('INTERLOCK_SEAL_KEY');
  expect(bench.switches.effects()).toEqual([]);
});

it('needs two people for an irreversible step, whatever the step says', async () => {
  const plan = one({ action: 'delete', reversibility: 'R2', approvals: 0 });
  expect(
    await refusalOf(plan, {}, (bench) => approvePlan(bench.context, 'p1', { actor: 'ann' }).then(() => undefined)),
  ).toContain('2 people must approve, 1 did (ann)');
});

it('needs two people when more goes down than the configuration allows', async () => {
  const down = { down: 3, latent: 0, blocked: 0, interrupted: 0, degraded: 0 };
  expect(await refusalOf(one({ outageAfter: { lo: down, hi: down } }))).toContain('2 people must approve');
});

it('runs once enough people approved, and says so in the plan', async () => {
  await using bench = await openBench();
  await bench.save(one({ approvals: 1 }));
  expect(await approvePlan(bench.context, 'p1', { actor: 'ann' })).toMatchObject({ needed: 1, approvedBy: ['ann'] });
  expect((await bench.store.plan('p1'))?.state).toBe('approved');
  expect((await executePlan(bench.context, 'p1', applying())).state).toBe('done');
});

it('lets approvals expire', async () => {
  const refusal = await refusalOf(one({ approvals: 1 }), { settings: { maxGraphAgeMinutes: 10_000 } }, async (bench) => {
    await approvePlan(bench.context, 'p1', { actor: 'ann' });
    bench.wait(25 * 3_600_000);
  });
  expect(refusal).toContain('1 people must approve, 0 did');
});

it('does not let the requester approve, nor a local user what a local user asked for', async () => {
  await using bench = await openBench();
  await bench.save(one({ approvals: 1 }), 'local:root');
  await expect(approvePlan(bench.context, 'p1', { actor: 'local:root' })).rejects.toThrow(/cannot approve/);
  await expect(approvePlan(bench.context, 'p1', { actor: 'local:other' })).rejects.toThrow(/INTERLOCK_TOKEN/);
});

it('counts one person once, one local user at most, and no approval of another hash', () => {
  const plan = one();
  const approval = { plan: 'p1', hash: plan.hash, at: PLANNED_AT, expiresAt: '2027-01-01T00:00:00.000Z' };
  const approvals = ['ann', 'ann', 'local:x', 'local:y', 'responder'].map((by) => ({ ...approval, by }));
  const counted = (requestedBy: string) => approvalsThatCount({ plan, requestedBy, approvals }, PLANNED_AT);
  expect(counted('responder')).toEqual(['ann', 'local:x']);
  expect(counted('local:z')).toEqual(['ann', 'responder']);
  expect(approvalsThatCount({ plan: { ...plan, hash: 'other' }, requestedBy: 'responder', approvals }, PLANNED_AT)).toEqual([]);
});

it('shows in a dry run what would stop the plan', async () => {
  await using bench = await openBench({ settings: { denyList: [A] } });
  await bench.save(one());
  const { stopped } = await executePlan(bench.context, 'p1', { ...acting(), apply: false });
  expect(stopped.join()).toContain('deny list');
});

it('names the first difference of two plans', () => {
  const before = makePlan('p1', [[makeStep({ id: 's1', target: A })]]);
  const cases: [Plan, string | undefined][] = [
    [before, undefined],
    [makePlan('p2', [[makeStep({ id: 's1', target: A })]], { mode: 'retire', targets: [A] }), 'mode: was "contain", is "retire"'],
    [
      makePlan('p2', [[makeStep({ id: 's1', target: A }), makeStep({ id: 's2', target: 'sample:b' })]], { targets: [A] }),
      'wave 1: quarantine sample:b is new in it',
    ],
    [makePlan('p2', [], { targets: [A] }), 'wave 1: quarantine sample:a is no longer in it'],
    [
      makePlan('p2', [[makeStep({ id: 's1', target: A, parameters: { n: 1 } })]]),
      'wave 1: quarantine sample:a: parameters was {}, is {"n":1}',
    ],
  ];
  for (const [now, difference] of cases) expect(planDifference(before, now)).toBe(difference);
});

it('carries out what needs no approval, and waits with the wave that does', async () => {
  await using bench = await openBench();
  const waves = [[makeStep({ id: 's1', target: A })], [makeStep({ id: 's2', target: B, reversibility: 'R2', approvals: 2 })]];
  await bench.save(makePlan('p1', waves));
  const first = await executePlan(bench.context, 'p1', applying());
  expect(first.steps.map(({ state }) => state)).toEqual(['effective', 'approved']);
  expect(first.stopped).toEqual(['2 people must approve, 0 did: `interlock approve p1` (for wave 2)']);
  for (const actor of ['ann', 'bob']) await approvePlan(bench.context, 'p1', { actor });
  expect((await executePlan(bench.context, 'p1', applying())).state).toBe('done');
  expect(bench.switches.calls()).toEqual([A, B]);
});

it('asks for approvals again before an irreversible step that failed is tried again', async () => {
  await using bench = await openBench({ faults: { probes: 'not-effective' } });
  await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: A, reversibility: 'R2', approvals: 2 })]]));
  for (const actor of ['ann', 'bob']) await approvePlan(bench.context, 'p1', { actor });
  expect((await executePlan(bench.context, 'p1', applying())).steps[0]?.state).toBe('failed');
  bench.wait(25 * 3_600_000);
  const calls = bench.switches.calls().length;
  await expect(executePlan(bench.context, 'p1', applying())).rejects.toThrow('2 people must approve, 0 did');
  expect(bench.switches.calls()).toHaveLength(calls);
});

it('plans again, and looks how old the graph is, when all that was tried was refused before anything was called', async () => {
  let isRefused = true;
  const at = () => {
    if (isRefused) throw new Error('no permission');
  };
  await using bench = await openBench({ faults: { at } });
  await bench.save(one());
  expect((await executePlan(bench.context, 'p1', applying())).steps[0]?.state).toBe('refused');
  isRefused = false;
  bench.wait(2 * 3_600_000);
  const context = { ...bench.context, replan: async () => makePlan('p2', [[makeStep({ id: 's1', target: B })]]) };
  const refusal = await executePlan(context, 'p1', applying()).catch((error: Error) => error.message);
  expect(refusal).toMatch(/the graph is older than 60 minutes[\s\S]*the estate has changed since plan p1/);
  expect(bench.switches.calls()).toEqual([]);
});

it('asks for the approvals that the plan needs as the estate is now, though its steps are the same', async () => {
  const down = { down: 3, latent: 0, blocked: 0, interrupted: 0, degraded: 0 };
  const refusal = await refusalOf(one(), {}, (bench) => {
    Object.assign(bench.context, { replan: async () => one({ outageAfter: { lo: down, hi: down } }) });
  });
  expect(refusal).toContain('2 people must approve, 0 did');
  expect(refusal).toContain('when it was planned 0 had to: it stopped 0 to 0 things then, and stops 3 to 3 now');
});

it('counts what was refused or failed, and is tried again, against the budget of actions and in the decision', async () => {
  await using bench = await openBench({ faults: { probes: 'not-effective' }, settings: { actionsPerHour: 1 } });
  await bench.save(one());
  expect((await executePlan(bench.context, 'p1', applying())).steps[0]?.state).toBe('failed');
  expect((await executePlan(bench.context, 'p1', applying())).steps[0]?.state).toBe('failed');
  const decisions = (await bench.ledger()).filter(({ type }) => type === 'decision');
  expect(decisions.map(({ body }) => body['steps'])).toEqual([1, 1]);
  bench.wait(2 * 3_600_000);
  const { actionsPerHour: _, ...budgets } = bench.context.settings.budgets;
  const context = { ...bench.context, settings: { ...bench.context.settings, budgets: { ...budgets, actionsPerHour: 0 } } };
  await expect(executePlan(context, 'p1', applying())).rejects.toThrow('1 more would pass the budget of 0');
});
