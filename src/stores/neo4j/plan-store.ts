import type { Json } from '../../model/entity.ts';
import { RefusedError } from '../../model/errors.ts';
import { canonicalJson, type LedgerDraft } from '../../model/ledger.ts';
import type { Approval, Hold, Plan, PlanState, StepRecord, StoredPlan } from '../../model/plan.ts';
import type { LedgerStore, PlanStore, StepTransition } from '../../ports/store.ts';
import type { Client, Run } from './client.ts';
import { bodies } from './finding-store.ts';
import { appendTo, type Head, locked } from './head.ts';
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

  moveStep: (transition) => locked(client, (run, head) => moveStep(run, head, transition)),

  holds: ({ target = null, control = null, holder = null, open = null } = {}) =>
    client.read(async (run) => bodies<Hold>(await run(plans.holds, { target, control, holder, open }))),

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
  const id = JSON.stringify([plan, by]);
  await run(plans.saveApproval, { id, fields: { plan, by, at, body: JSON.stringify(approval) } });
}

export async function saveStep(run: Run, record: StepRecord): Promise<void> {
  const { plan, step, state } = record;
  await run(plans.saveStep, { id: stepId(record), fields: { plan, step, state, body: JSON.stringify(record) } });
}

export async function saveHold(run: Run, hold: Hold): Promise<void> {
  const { id, target, control, holder, since, released } = hold;
  const fields = { target, control, holder, since, open: released === undefined, body: JSON.stringify(hold) };
  await run(plans.saveHold, { id, fields });
}

const stepId = ({ plan, step }: StepRecord): string => JSON.stringify([plan, step]);

async function existing(run: Run, id: string): Promise<void> {
  const [found] = await run(plans.find, { id });
  if (!found) throw new RefusedError(`plan ${id}: no such plan; list them with \`interlock plan\` or make one`);
}

async function moveStep(run: Run, head: Head, { record, from, ledger: drafts, hold }: StepTransition): Promise<boolean> {
  await existing(run, record.plan);
  if (await isDone(run, record, drafts)) return true;
  const [known] = await run(plans.step, { id: stepId(record) });
  const state = known ? (JSON.parse(known.body) as StepRecord).state : 'planned';
  if (!from.includes(state)) return false;
  await saveStep(run, record);
  if (hold) await saveHold(run, hold);
  for (const draft of drafts) await appendTo(run, head, draft);
  return true;
}

/** Drivers retry: the very same transition was made, and its records are in the ledger. */
async function isDone(run: Run, record: StepRecord, drafts: readonly LedgerDraft[]): Promise<boolean> {
  if (drafts.length === 0) return false;
  for (const { id } of drafts) if ((await run(ledger.find, { id })).length === 0) return false;
  const [known] = await run(plans.step, { id: stepId(record) });
  return known !== undefined && canonicalJson(JSON.parse(known.body) as Json) === canonicalJson(record);
}

async function releaseHold(
  run: Run,
  head: Head,
  { id, at, draft }: { readonly id: string; readonly at: string; readonly draft: LedgerDraft },
): Promise<Hold[]> {
  const [found] = await run(plans.hold, { id });
  if (!found) throw new RefusedError(`hold ${id}: no such hold; list them with \`interlock holds\``);
  const hold = JSON.parse(found.body) as Hold;
  if (hold.released === undefined) {
    await saveHold(run, { ...hold, released: at });
    await appendTo(run, head, draft);
  }
  const { target, control } = hold;
  return bodies<Hold>(await run(plans.holds, { target, control, holder: null, open: true }));
}
