import { expect, it } from 'vitest';
import { RefusedError } from '../../../src/model/errors.ts';
import type { Hold, Plan, StepRecord } from '../../../src/model/plan.ts';
import type { Store } from '../../../src/ports/store.ts';
import * as say from './samples.ts';

export const plan = (id: string, minute = 0): Plan => ({
  id,
  hash: `hash-of-${id}`,
  mode: 'contain',
  targets: ['aws:AKIA0EXAMPLE'],
  budgets: { down: 0 },
  createdAt: say.at(minute),
  generation: 1,
  waves: [],
  tradeoff: [],
  refusals: [{ target: 'x', rule: '1', reason: 'because' }],
});

export const record = (step: string, state: StepRecord['state'], more: Partial<StepRecord> = {}): StepRecord => ({
  plan: 'p',
  step,
  state,
  attempts: 1,
  idempotencyKey: `key-${step}`,
  evidence: ['request 1'],
  updatedAt: say.at(1),
  ...more,
});

export const hold = (id: string, more: Partial<Hold> = {}): Hold => ({
  id,
  target: 'postgres:db/roles/app',
  control: 'login',
  holder: 'p',
  step: 's1',
  since: say.at(1),
  expires: null,
  preexisting: false,
  preImage: 'sealed',
  ...more,
});

const planned = async (open: () => Promise<Store>): Promise<Store> => {
  const store = await open();
  await store.savePlan(plan('p'), 'local:ada', say.draft('l-plan'));
  return store;
};

export function plansContract(open: () => Promise<Store>): void {
  it('keeps a plan once, as a draft, with its ledger record', async () => {
    await using store = await planned(open);
    await store.savePlan(plan('p'), 'local:ada', say.draft('l-plan'));
    expect(await store.plan('p')).toEqual({
      plan: plan('p'),
      state: 'draft',
      requestedBy: 'local:ada',
      approvals: [],
      steps: [],
    });
    expect(await store.plan('none')).toBeUndefined();
    expect(await store.ledger(0, 10)).toHaveLength(1);
  });

  it('refuses another plan under the same id', async () => {
    await using store = await planned(open);
    await expect(store.savePlan({ ...plan('p'), hash: 'other' }, 'local:eve', say.draft('l2'))).rejects.toThrow(RefusedError);
    expect(await store.ledger(0, 10)).toHaveLength(1);
  });

  it('lists plans, the newest first', async () => {
    await using store = await planned(open);
    await store.savePlan(plan('q', 5), 'local:ada', say.draft('l-q'));
    expect((await store.plans(10)).map((p) => p.plan.id)).toEqual(['q', 'p']);
    expect((await store.plans(1)).map((p) => p.plan.id)).toEqual(['q']);
  });

  it('sets the state of a plan, and refuses to for one it does not have', async () => {
    await using store = await planned(open);
    await store.setPlanState('p', 'running');
    expect((await store.plan('p'))?.state).toBe('running');
    await expect(store.setPlanState('none', 'done')).rejects.toThrow(RefusedError);
  });

  it('keeps one approval per person, the last', async () => {
    await using store = await planned(open);
    const approval = { plan: 'p', hash: 'hash-of-p', by: 'ada', at: say.at(1), expiresAt: say.at(60) };
    await store.approve(approval, say.draft('a1', 'approval'));
    await store.approve(approval, say.draft('a1', 'approval'));
    await store.approve({ ...approval, by: 'bob', at: say.at(2) }, say.draft('a2', 'approval'));
    await store.approve({ ...approval, at: say.at(3) }, say.draft('a3', 'approval'));
    expect((await store.plan('p'))?.approvals.map((a) => [a.by, a.at])).toEqual([
      ['bob', say.at(2)],
      ['ada', say.at(3)],
    ]);
    expect((await store.ledger(0, 10)).map((r) => r.id)).toEqual(['l-plan', 'a1', 'a2', 'a3']);
    await expect(store.approve({ ...approval, plan: 'none' }, say.draft('a4', 'approval'))).rejects.toThrow(RefusedError);
  });

  it('takes an approval back, for the person who gave it, and says whether there was one', async () => {
    await using store = await planned(open);
    const approval = { plan: 'p', hash: 'hash-of-p', by: 'ada', at: say.at(1), expiresAt: say.at(60) };
    await store.approve(approval, say.draft('a1', 'approval'));
    await store.approve({ ...approval, by: 'bob' }, say.draft('a2', 'approval'));
    expect(await store.withdrawApproval('p', 'ada', say.draft('w1', 'withdrawal'))).toBe(true);
    expect(await store.withdrawApproval('p', 'ada', say.draft('w1', 'withdrawal'))).toBe(true);
    expect(await store.withdrawApproval('p', 'ada', say.draft('w2', 'withdrawal'))).toBe(false);
    expect((await store.plan('p'))?.approvals.map(({ by }) => by)).toEqual(['bob']);
    expect((await store.ledger(0, 10)).map(({ id }) => id)).toEqual(['l-plan', 'a1', 'a2', 'w1']);
    await expect(store.withdrawApproval('none', 'ada', say.draft('w3', 'withdrawal'))).rejects.toThrow(RefusedError);
  });

  it('moves several steps at once, each from where it may come', async () => {
    await using store = await planned(open);
    const move = (step: string, from: readonly StepRecord['state'][], ledger = [say.draft(`i-${step}`, 'intent')]) => ({
      record: record(step, 'requested'),
      from,
      ledger,
    });
    expect(await store.moveSteps([])).toEqual([]);
    expect(
      await store.moveSteps([
        { ...move('s1', ['planned']), hold: hold('h1') },
        move('s2', ['approved']),
        move('s3', ['planned'], []),
      ]),
    ).toEqual([true, false, true]);
    expect((await store.plan('p'))?.steps.map(({ step }) => step)).toEqual(['s1', 's3']);
    expect((await store.ledger(1, 10)).map(({ id }) => id)).toEqual(['i-s1']);
    expect((await store.holds()).map(({ id }) => id)).toEqual(['h1']);
  });

  it('finds plans by the states of their steps', async () => {
    await using store = await planned(open);
    await store.savePlan(plan('q', 1), 'local:ada', say.draft('l-q'));
    await store.moveStep({ record: record('s1', 'effective'), from: ['planned'], ledger: [] });
    await store.moveStep({ record: record('s2', 'effective'), from: ['planned'], ledger: [] });
    await store.moveStep({ record: record('s1', 'requested', { plan: 'q' }), from: ['planned'], ledger: [] });
    expect(await store.plansWithSteps(['effective'])).toEqual(['p']);
    expect(await store.plansWithSteps(['requested', 'effective'])).toEqual(['p', 'q']);
    expect(await store.plansWithSteps(['undone'])).toEqual([]);
  });

  it('counts the actions of other plans since a time, by owner: called, or approved in a plan that runs', async () => {
    await using store = await planned(open);
    await store.savePlan(plan('q', 1), 'local:ada', say.draft('l-q'));
    const save = (step: string, state: StepRecord['state'], more: Partial<StepRecord>) =>
      store.moveStep({ record: record(step, state, more), from: ['planned'], ledger: [] });
    await save('called', 'effective', { owner: 'team/a', updatedAt: say.at(10) });
    await save('called-too', 'failed', { updatedAt: say.at(10) });
    await save('old', 'effective', { owner: 'team/a', updatedAt: say.at(4) });
    await save('approved', 'approved', { attempts: 0, owner: 'team/a', updatedAt: say.at(10) });
    await save('other', 'effective', { plan: 'q', updatedAt: say.at(10) });
    const counts = async () =>
      (await store.actionsSince(say.at(5), 'q')).toSorted((a, b) => String(a.owner).localeCompare(String(b.owner)));
    expect(await counts()).toEqual([
      { owner: null, actions: 1 },
      { owner: 'team/a', actions: 1 },
    ]);
    await store.setPlanState('p', 'running');
    expect(await counts()).toEqual([
      { owner: null, actions: 1 },
      { owner: 'team/a', actions: 2 },
    ]);
  });

  it('gives a hold another end, or marks it due, while it is open', async () => {
    await using store = await planned(open);
    await store.moveStep({ record: record('s1', 'requested'), from: ['planned'], ledger: [], hold: hold('h1') });
    expect(await store.changeHold('h1', { expires: say.at(90) }, say.draft('e1', 'extend'))).toBe(true);
    expect(await store.changeHold('h1', { due: say.at(91) }, say.draft('d1', 'due'))).toBe(true);
    expect(await store.changeHold('h1', { due: say.at(91) }, say.draft('d1', 'due'))).toBe(true);
    expect(await store.holds({ id: 'h1' })).toEqual([hold('h1', { expires: say.at(90), due: say.at(91) })]);
    await store.releaseHold('h1', say.at(95), say.draft('r1', 'release'));
    expect(await store.changeHold('h1', { expires: null }, say.draft('e2', 'extend'))).toBe(false);
    expect((await store.ledger(1, 10)).map(({ id }) => id)).toEqual(['e1', 'd1', 'r1']);
    await expect(store.changeHold('none', { expires: null }, say.draft('e3', 'extend'))).rejects.toThrow(RefusedError);
  });

  it('moves a step only from the states it may come from; one without record is planned', async () => {
    await using store = await planned(open);
    const requested = record('s1', 'requested', { preImage: 'sealed', residualUntil: say.at(90) });
    expect(await store.moveStep({ record: requested, from: ['approved'], ledger: [say.draft('i0', 'intent')] })).toBe(false);
    expect(
      await store.moveStep({ record: requested, from: ['planned'], ledger: [say.draft('i1', 'intent')], hold: hold('h1') }),
    ).toBe(true);
    expect(
      await store.moveStep({ record: requested, from: ['planned'], ledger: [say.draft('i2', 'intent')], hold: hold('h2') }),
    ).toBe(false);
    expect((await store.plan('p'))?.steps).toEqual([requested]);
    expect((await store.ledger(1, 10)).map((r) => r.id)).toEqual(['i1']);
    expect((await store.holds()).map((h) => h.id)).toEqual(['h1']);
    const effective = record('s1', 'effective');
    const both = [say.draft('c1', 'call'), say.draft('o1', 'outcome')];
    expect(await store.moveStep({ record: effective, from: ['requested', 'accepted'], ledger: both })).toBe(true);
    expect((await store.plan('p'))?.steps).toEqual([effective]);
    expect((await store.ledger(2, 10)).map((r) => r.id)).toEqual(['c1', 'o1']);
  });

  it('takes the same transition twice for one', async () => {
    await using store = await planned(open);
    const move = {
      record: record('s1', 'requested'),
      from: ['planned'],
      ledger: [say.draft('i1', 'intent')],
      hold: hold('h1'),
    } as const;
    expect(await store.moveStep(move)).toBe(true);
    expect(await store.moveStep(move)).toBe(true);
    expect(await store.ledger(1, 10)).toHaveLength(1);
    expect(await store.holds()).toHaveLength(1);
  });

  it('lets one of two movers win', async () => {
    await using store = await planned(open);
    const move = (id: string) =>
      store.moveStep({ record: record('s1', 'requested'), from: ['planned'], ledger: [say.draft(id, 'intent')] });
    expect((await Promise.all([move('i1'), move('i2'), move('i3')])).filter(Boolean)).toHaveLength(1);
    expect(await store.ledger(1, 10)).toHaveLength(1);
  });

  it('refuses a step of a plan it does not have', async () => {
    await using store = await open();
    await expect(store.moveStep({ record: record('s1', 'requested'), from: ['planned'], ledger: [] })).rejects.toThrow(
      RefusedError,
    );
  });

  it('keeps holds of several holders and tells who still holds', async () => {
    await using store = await planned(open);
    await store.savePlan(plan('q', 1), 'local:ada', say.draft('l-q'));
    const move = (step: string, placed: Hold) =>
      store.moveStep({
        record: record(step, 'requested', { plan: placed.holder }),
        from: ['planned'],
        ledger: [say.draft(`i-${placed.id}`, 'intent')],
        hold: placed,
      });
    const second = hold('h2', { holder: 'q', preexisting: true, since: say.at(2), expires: say.at(60) });
    await move('s1', hold('h1'));
    await move('s1', second);
    await move('s2', hold('h3', { control: 'connection-limit', since: say.at(3) }));
    expect(await store.holds()).toEqual([hold('h1'), second, hold('h3', { control: 'connection-limit', since: say.at(3) })]);
    expect((await store.holds({ target: 'postgres:db/roles/app', control: 'login' })).map((h) => h.id)).toEqual(['h1', 'h2']);
    expect((await store.holds({ holder: 'q' })).map((h) => h.id)).toEqual(['h2']);
    expect(await store.releaseHold('h1', say.at(5), say.draft('r1', 'release'))).toEqual([second]);
    expect(await store.releaseHold('h1', say.at(6), say.draft('r1', 'release'))).toEqual([second]);
    expect((await store.holds({ open: false })).map((h) => [h.id, h.released])).toEqual([['h1', say.at(5)]]);
    expect((await store.holds({ open: true })).map((h) => h.id)).toEqual(['h2', 'h3']);
    expect(await store.releaseHold('h2', say.at(7), say.draft('r2', 'release'))).toEqual([]);
    await expect(store.releaseHold('none', say.at(7), say.draft('r3', 'release'))).rejects.toThrow(RefusedError);
    expect((await store.ledger(0, 20)).filter((r) => r.type === 'release').map((r) => r.id)).toEqual(['r1', 'r2']);
  });

  it('remembers the pause', async () => {
    await using store = await open();
    expect(await store.paused()).toBe(false);
    await store.setPaused(true, say.draft('p1', 'pause'));
    expect(await store.paused()).toBe(true);
    await store.setPaused(false, say.draft('p2', 'resume'));
    expect(await store.paused()).toBe(false);
    expect((await store.ledger(0, 9)).map((r) => r.type)).toEqual(['pause', 'resume']);
  });
}
