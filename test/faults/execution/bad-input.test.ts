/** Plans, approvals and ledgers that somebody has changed, or that were made elsewhere: refused with the reason, and nothing is called. */
import { expect, it } from 'vitest';
import { planHash } from '../../../src/analysis/plan/plan-hash.ts';
import { verifyLedger } from '../../../src/app/audit.ts';
import { approvePlan } from '../../../src/app/execute/approve-plan.ts';
import { executePlan } from '../../../src/app/execute/execute-plan.ts';
import { planOfFileIn } from '../../../src/app/execute/plan-file.ts';
import { chainRecord, GENESIS, type LedgerRecord } from '../../../src/model/ledger.ts';
import type { Plan } from '../../../src/model/plan.ts';
import { applying, type Bench, openBench } from '../../app/execute/bench.ts';
import { makePlan, makeStep, PLANNED_AT } from '../../app/execute/plans.ts';
import { faultTable } from './fault-table.ts';

const A = 'sample:a';
const B = 'sample:b';
const print = faultTable('Bad input');

async function refusalOf(bench: Bench, plan = 'p1'): Promise<string> {
  const said = await executePlan(bench.context, plan, applying()).then(
    () => 'it was not refused',
    (error: Error) => error.message,
  );
  expect(bench.switches.calls()).toEqual([]);
  return said;
}

const show = (fault: string, said: string): void =>
  print({ fault, at: 'admission', outcome: 'refused', said, after: 'nothing was called', calls: 0 });

const irreversible = (target = A) => makeStep({ id: 's1', target, action: 'delete', reversibility: 'R2', approvals: 2 });
const planFor = (target: string, id = 'p1') => makePlan(id, [[makeStep({ id: 's1', target })]]);

it('an unknown plan, and a plan whose target nobody knows', async () => {
  await using bench = await openBench();
  expect(await refusalOf(bench, 'nope')).toMatch(/nope: no such plan/);
  await bench.save(planFor('sample:unknown'));
  const said = await refusalOf(bench);
  expect(said).toMatch(/sample:unknown is not in the graph: collect and plan again/);
  show('unknown target', said);
});

/** The store's plan as somebody with access to the database has left it. */
async function withStoredPlan(bench: Bench, change: (plan: Plan) => Plan): Promise<void> {
  const { store } = bench;
  const plan = store.plan.bind(store);
  Object.assign(store, {
    plan: async (id: string) => {
      const stored = await plan(id);
      return stored && { ...stored, plan: change(stored.plan) };
    },
  });
}

const retargeted = (plan: Plan): Plan => ({ ...plan, waves: [{ steps: [makeStep({ id: 's1', target: B })] }] });

it.each([
  ['another target', retargeted],
  ['another target and the hash that fits', (plan: Plan) => ({ ...retargeted(plan), hash: planHash(retargeted(plan)) })],
  [
    'a figure that approvals go by',
    (plan: Plan) => ({ ...plan, waves: [{ steps: [{ ...irreversible(), reversibility: 'R0' as const }] }] }),
  ],
])('a plan that was edited in the store: %s', async (what, change) => {
  await using bench = await openBench();
  await bench.save(makePlan('p1', [[irreversible()]]));
  await withStoredPlan(bench, change);
  const said = await refusalOf(bench);
  expect(said).toMatch(/plan p1 was changed after it was made: plan again/);
  show(`plan edited: ${what}`, said);
});

it('a plan that was put into the store without its record', async () => {
  await using bench = await openBench();
  const draft = { id: 'l1', at: PLANNED_AT, actor: 'eve', type: 'plan' as const, body: {} };
  await bench.store.savePlan(planFor(A), 'eve', draft);
  const said = await refusalOf(bench);
  expect(said).toMatch(/plan p1 is not in the ledger: it was not made here/);
  show('plan without a record', said);
});

it('files: a plan of another estate, one edited by hand, one that is none', async () => {
  await using bench = await openBench();
  await bench.save(planFor(A));
  const read = (plan: unknown) =>
    planOfFileIn(bench.store, { place: 'plan.json', content: typeof plan === 'string' ? plan : JSON.stringify(plan) }).catch(
      (error: Error) => error.message,
    );
  expect(await read(planFor(A))).toBe('p1');
  const cases = [
    ['a plan of another estate', planFor(A, 'p9'), /plan\.json: this store has no plan p9: it was made for another estate/],
    ['another plan of the same id', planFor(B), /plan\.json: plan p1 is another one here/],
    ['a plan edited by hand', { ...planFor(A), targets: [B] }, /plan\.json: it was edited: its content does not have the hash/],
    ['a step edited by hand', { ...retargeted(planFor(A)) }, /plan\.json: it was edited/],
    ['a file that is no plan', { id: 'p1' }, /plan\.json: hash: .*this is no plan/],
    ['a file that is no JSON', '{', /plan\.json: .*JSON/],
  ] as const;
  for (const [fault, plan, says] of cases) {
    const said = await read(plan);
    expect(said, fault).toMatch(says);
    show(fault, said);
  }
});

it('approvals that do not count: expired, of another hash, of the requester, and one that the ledger does not know', async () => {
  await using bench = await openBench({ settings: { maxGraphAgeMinutes: 10_000 } });
  await bench.save(makePlan('p1', [[irreversible()]]));
  await approvePlan(bench.context, 'p1', { actor: 'ann' });
  bench.wait(25 * 3_600_000);
  const expired = await refusalOf(bench);
  expect(expired).toMatch(/2 people must approve, 0 did/);
  show('expired approval', expired);
  const { plan } = (await bench.store.plan('p1'))!;
  const at = bench.context.wallClock().toISOString();
  const foreign = { plan: 'p1', hash: plan.hash, by: 'mallory', at, expiresAt: '2027-01-01T00:00:00.000Z' };
  const said = { id: 'x', at, actor: 'mallory', type: 'approval' as const, body: { plan: 'p9', hash: plan.hash } };
  await bench.store.approve(foreign, said);
  const refusal = await refusalOf(bench);
  expect(refusal).toMatch(/the approval of mallory is not in the ledger: it was not given here/);
  show('foreign approval', refusal);
});

/** The chain after each kind of tampering; `rewritten`: with the hashes that then fit. */
const TAMPERINGS: readonly (readonly [string, (records: LedgerRecord[]) => LedgerRecord[], RegExp])[] = [
  [
    'a record was edited',
    (records) => records.map((one) => (one.seq === 2 ? { ...one, actor: 'eve' } : one)),
    /record 2 was changed/,
  ],
  ['a record was deleted', (records) => records.filter(({ seq }) => seq !== 2), /record 2 is missing \(found 3\)/],
  ['two records were swapped', (records) => [records[1]!, records[0]!, ...records.slice(2)], /record 1 is missing \(found 2\)/],
  [
    'a record was inserted',
    (records) => [records[0]!, chainRecord({ ...bare(records[0]!), id: 'z' }, 2, records[0]!.hash), ...records.slice(1)],
    /record 3 is missing \(found 2\)/,
  ],
  [
    'a record was rewritten with its hash',
    (records) => records.map((one) => (one.seq === 2 ? chainRecord({ ...bare(one), actor: 'eve' }, 2, records[0]!.hash) : one)),
    /record 3 does not follow record 2/,
  ],
];

const bare = ({ id, at, actor, type, body }: LedgerRecord) => ({ id, at, actor, type, body });

const replaced = (bench: Bench, change: (records: LedgerRecord[]) => LedgerRecord[]): void => {
  const ledger = bench.store.ledger.bind(bench.store);
  Object.assign(bench.store, {
    ledger: async (after: number, limit: number) =>
      change(await ledger(0, 1000))
        .filter(({ seq }) => seq > after)
        .slice(0, limit),
  });
};

it.each(TAMPERINGS)('a ledger in which %s is refused, and the first broken link is named', async (fault, change, says) => {
  await using bench = await openBench();
  await bench.save(planFor(A));
  for (const id of ['p2', 'p3', 'p4']) await bench.save(planFor(B, id));
  replaced(bench, change);
  expect(await verifyLedger(bench.store)).toMatchObject({ holds: false, problem: expect.stringMatching(says) });
  const said = await refusalOf(bench);
  expect(said).toMatch(/the ledger is broken/);
  show(fault, said);
});

it('a ledger whose end was cut off is told by the head that was kept, and by a process that has seen it', async () => {
  await using bench = await openBench();
  await bench.save(planFor(A));
  await bench.save(planFor(B, 'p2'));
  const { head } = await verifyLedger(bench.store);
  expect(await verifyLedger(bench.store, head as string)).toMatchObject({ holds: true });
  await executePlan(bench.context, 'p2', { ...applying(), apply: false });
  replaced(bench, (records) => records.slice(0, 1));
  expect(await verifyLedger(bench.store)).toMatchObject({ holds: true, records: 1 });
  expect(await verifyLedger(bench.store, head as string)).toMatchObject({
    holds: false,
    problem: expect.stringMatching(/cut off/),
  });
  const said = await refusalOf(bench);
  expect(said).toMatch(/the ledger is broken \(record 2 is not the one that was there before\)/);
  show('the end was cut off', said);
});

it('a ledger that was written anew from the beginning does not hold the head that was kept', async () => {
  await using bench = await openBench();
  await bench.save(planFor(A));
  const { head } = await verifyLedger(bench.store);
  replaced(bench, (records) => records.map((one) => chainRecord({ ...bare(one), actor: 'eve' }, 1, GENESIS)));
  expect(await verifyLedger(bench.store)).toMatchObject({ holds: true });
  expect(await verifyLedger(bench.store, head as string)).toMatchObject({ holds: false });
});
