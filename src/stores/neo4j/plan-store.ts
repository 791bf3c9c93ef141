import type { Json } from '../../model/entity.ts';
import { RefusedError } from '../../model/errors.ts';
import { canonicalJson, type LedgerDraft } from '../../model/ledger.ts';
import type { Approval, Hold, Plan, PlanState, StepRecord, StoredPlan } from '../../model/plan.ts';
import type { LedgerStore, PlanStore, StepTransition } from '../../ports/store.ts';
import type { Client, Run } from './client.ts';
import { bodies } from './finding-store.ts';
import { appendNew, appendTo, type Head, locked } from './head.ts';
import * as ledger from './queries/ledger.ts';
import * as meta from './queries/meta.ts';
import * as plans from './queries/plans.ts';
import type { ValuesOf } from './shapes.ts';

export const createPlanStore = (client: Client): PlanStore & LedgerStore => ({
  savePlan: (plan, requestedBy, draft) =>
    locked(client, async (run, head) => {
      const [known] = await run(plans.find, { id: plan.id });
      if (known && (JSON.parse(known.body) as Plan).hash !== plan.hash) {
        throw new RefusedError(`plan ${plan.id}: another plan has this id; plan again`);
      }
      if (!known) await savePlan(run, { plan, requestedBy, state: 'draft' });
      await appendTo(run, head, draft);
    }),

  plan: (id) => client.read(async (run) => (await run(plans.find, { id })).map(storedPlan)[0]),

  plans: (limit) => client.read(async (run) => (await run(plans.list, { limit })).map(storedPlan)),

  setPlanState: (id, state) =>
    locked(client, async (run) => {
      await existing(run, id);
      await run(plans.save, { id, fields: { state } });
    }),

  approve: (approval, draft) =>
    locked(client, async (run, head) => {
      await existing(run, approval.plan);
      await saveApproval(run, approval);
      await appendTo(run, head, draft);
    }),

  withdrawApproval: (plan, by, draft) =>
    locked(client, async (run, head) => {
      await existing(run, plan);
      const [removed] = await run(plans.removeApproval, { id: approvalId({ plan, by }) });
      const [known] = await run(ledger.known, { ids: [draft.id] });
      if (removed && !known) await appendNew(run, head, [draft]);
      return removed !== undefined || known !== undefined;
    }),

  moveStep: async (transition) => (await locked(client, (run, head) => moveSteps(run, head, [transition])))[0] ?? false,

  moveSteps: (transitions) => locked(client, (run, head) => moveSteps(run, head, transitions)),

  plansWithSteps: (states) => client.read(async (run) => (await run(plans.withSteps, { states })).map(({ id }) => id)),

  actionsSince: (at, except) => client.read((run) => run(plans.actionsSince, { at, except })),

  holds: ({ id = null, target = null, control = null, holder = null, open = null } = {}) =>
    client.read(async (run) =>
      bodies<Hold>(
        target === null || id !== null
          ? await run(plans.holds, { id, target, control, holder, open })
          : await run(plans.holdsOfTarget, { target, control, holder, open }),
      ),
    ),

  changeHold: (id, change, draft) =>
    locked(client, async (run, head) => {
      const [known] = await run(ledger.known, { ids: [draft.id] });
      if (known) return true;
      const hold = await findHold(run, id);
      if (hold.released !== undefined) return false;
      await saveHolds(run, [{ ...hold, ...change }]);
      await appendNew(run, head, [draft]);
      return true;
    }),

  releaseHold: (id, at, draft) => locked(client, (run, head) => releaseHold(run, head, { id, at, draft })),

  paused: () => client.read(async (run) => (await run(meta.readHead, {}))[0]?.paused ?? false),

  setPaused: (paused, draft) =>
    locked(client, async (run, head) => {
      head.paused = paused;
      await appendTo(run, head, draft);
    }),

  append: (draft) => locked(client, (run, head) => appendTo(run, head, draft)),

  ledger: (after, limit) => client.read(async (run) => bodies(await run(ledger.after, { after, limit }))),
});

export const storedPlan = (row: ValuesOf<typeof plans.find.row>): StoredPlan => ({
  plan: JSON.parse(row.body) as Plan,
  state: row.state as PlanState,
  requestedBy: row.requestedBy,
  approvals: row.approvals.map((body) => JSON.parse(body) as Approval),
  steps: row.steps.map((body) => JSON.parse(body) as StepRecord),
});

export async function savePlan(run: Run, stored: Pick<StoredPlan, 'plan' | 'state' | 'requestedBy'>): Promise<void> {
  const { plan, state, requestedBy } = stored;
  const fields = { hash: plan.hash, createdAt: plan.createdAt, body: JSON.stringify(plan), state, requestedBy };
  await run(plans.save, { id: plan.id, fields });
}

/** One for each person and plan. */
export async function saveApproval(run: Run, approval: Approval): Promise<void> {
  const { plan, by, at } = approval;
  await run(plans.saveApproval, { id: approvalId(approval), fields: { plan, by, at, body: JSON.stringify(approval) } });
}

export async function saveSteps(run: Run, records: readonly StepRecord[]): Promise<void> {
  const rows = records.map((record) => {
    const { plan, step, state, attempts, owner = null, updatedAt } = record;
    return { id: stepId(record), plan, step, state, called: attempts > 0, owner, updatedAt, body: JSON.stringify(record) };
  });
  await run(plans.saveSteps, { rows });
}

export async function saveHolds(run: Run, holds: readonly Hold[]): Promise<void> {
  const rows = holds.map((hold) => {
    const { id, target, control, holder, since, released } = hold;
    return { id, target, control, holder, since, open: released === undefined, body: JSON.stringify(hold) };
  });
  await run(plans.saveHolds, { rows });
}

const approvalId = ({ plan, by }: Pick<Approval, 'plan' | 'by'>): string => JSON.stringify([plan, by]);

const stepId = ({ plan, step }: StepRecord): string => JSON.stringify([plan, step]);

async function existing(run: Run, id: string): Promise<void> {
  const [found] = await run(plans.exists, { id });
  if (!found) throw new RefusedError(`plan ${id}: no such plan; list them with \`interlock plan\` or make one`);
}

/** One question and one write for all of them, however many. */
async function moveSteps(run: Run, head: Head, transitions: readonly StepTransition[]): Promise<boolean[]> {
  const [first] = transitions;
  if (!first) return [];
  await existing(run, first.record.plan);
  const drafts = transitions.flatMap((transition) => transition.ledger);
  const [found, appended] = await Promise.all([
    run(plans.steps, { ids: transitions.map(({ record }) => stepId(record)) }),
    drafts.length > 0 ? run(ledger.known, { ids: drafts.map(({ id }) => id) }) : [],
  ]);
  const known = new Map(found.map(({ id, body }) => [id, JSON.parse(body) as StepRecord]));
  const inLedger = new Set(appended.map(({ id }) => id));
  const states = transitions.map((transition) => whatIs(transition, known.get(stepId(transition.record)), inLedger));
  await saveMoved(
    run,
    head,
    transitions.filter((_, i) => states[i] === 'moves'),
  );
  return states.map((state) => state !== 'stays');
}

/** `done`: drivers retry; the very same transition was made, and its records are in the ledger. */
function whatIs(
  { record, from, ledger: drafts }: StepTransition,
  known: StepRecord | undefined,
  inLedger: ReadonlySet<string>,
): 'done' | 'moves' | 'stays' {
  const isSaid = drafts.length > 0 && drafts.every(({ id }) => inLedger.has(id));
  if (isSaid && known && canonicalJson(known as unknown as Json) === canonicalJson(record)) return 'done';
  return from.includes(known?.state ?? 'planned') ? 'moves' : 'stays';
}

async function saveMoved(run: Run, head: Head, moved: readonly StepTransition[]): Promise<void> {
  if (moved.length === 0) return;
  const holds = moved.flatMap(({ hold }) => (hold ? [hold] : []));
  await Promise.all([
    saveSteps(
      run,
      moved.map(({ record }) => record),
    ),
    holds.length > 0 ? saveHolds(run, holds) : undefined,
    appendNew(
      run,
      head,
      moved.flatMap((transition) => transition.ledger),
    ),
  ]);
}

async function findHold(run: Run, id: string): Promise<Hold> {
  const [found] = await run(plans.hold, { id });
  if (!found) throw new RefusedError(`hold ${id}: no such hold; list them with \`interlock holds\``);
  return JSON.parse(found.body) as Hold;
}

async function releaseHold(
  run: Run,
  head: Head,
  { id, at, draft }: { readonly id: string; readonly at: string; readonly draft: LedgerDraft },
): Promise<Hold[]> {
  const hold = await findHold(run, id);
  if (hold.released === undefined) {
    await saveHolds(run, [{ ...hold, released: at }]);
    await appendTo(run, head, draft);
  }
  const { target, control } = hold;
  return bodies<Hold>(await run(plans.holdsOfTarget, { target, control, holder: null, open: true }));
}
