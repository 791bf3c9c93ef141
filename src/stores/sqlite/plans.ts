import { RefusedError } from '../../model/errors.ts';
import type { Approval, Plan, PlanState, StepRecord, StoredPlan } from '../../model/plan.ts';
import type { PlanStore, StepTransition } from '../../ports/store.ts';
import type { Access } from './access.ts';
import type { Connection } from './connection.ts';
import { findHolds, placeHold, releaseHold } from './holds.ts';
import { append, ledgerRecord } from './ledger.ts';
import { metaText, setMeta } from './meta.ts';

type PlanRow = [id: string, state: PlanState, requestedBy: string, body: string];
const PLAN = 'SELECT id, state, requested_by, body FROM plan';

function storedPlan(db: Connection, [id, state, requestedBy, body]: PlanRow): StoredPlan {
  const approvals = db.all<[string]>('SELECT body FROM approval WHERE plan = ? ORDER BY at, by', [id]);
  const steps = db.all<[string]>('SELECT body FROM step WHERE plan = ? ORDER BY step', [id]);
  const plan = JSON.parse(body) as Plan;
  const order = plan.waves.flatMap((wave) => wave.steps.map((step) => step.id));
  return {
    plan,
    state,
    requestedBy,
    approvals: approvals.map(([text]) => JSON.parse(text) as Approval),
    steps: steps.map(([text]) => JSON.parse(text) as StepRecord).sort((a, b) => order.indexOf(a.step) - order.indexOf(b.step)),
  };
}

export function readPlans(db: Connection): StoredPlan[] {
  return db.all<PlanRow>(`${PLAN} ORDER BY id`).map((row) => storedPlan(db, row));
}

function planOf(db: Connection, id: string): StoredPlan | undefined {
  const row = db.get<PlanRow>(`${PLAN} WHERE id = ?`, [id]);
  return row && storedPlan(db, row);
}

const newestPlans = (db: Connection, limit: number): StoredPlan[] =>
  db.all<PlanRow>(`${PLAN} ORDER BY created_at DESC, id LIMIT ?`, [limit]).map((row) => storedPlan(db, row));

function requirePlan(db: Connection, id: string): void {
  if (db.get('SELECT 1 FROM plan WHERE id = ?', [id])) return;
  throw new RefusedError(`plan ${id}: the store has no such plan; make one with \`interlock plan <key>\``);
}

export function writePlan(db: Connection, { plan, state, requestedBy, approvals, steps }: StoredPlan): void {
  db.run('INSERT INTO plan VALUES (?, ?, ?, ?, ?, ?)', [
    plan.id,
    plan.hash,
    state,
    requestedBy,
    plan.createdAt,
    JSON.stringify(plan),
  ]);
  for (const approval of approvals) writeApproval(db, approval);
  for (const step of steps) writeStep(db, step);
}

function savePlan(db: Connection, plan: Plan, requestedBy: string): void {
  const known = db.get<[string]>('SELECT hash FROM plan WHERE id = ?', [plan.id])?.[0];
  if (known === plan.hash) return;
  if (known !== undefined) throw new RefusedError(`plan ${plan.id}: another plan has this id; make the plan again`);
  writePlan(db, { plan, state: 'draft', requestedBy, approvals: [], steps: [] });
}

function writeApproval(db: Connection, approval: Approval): void {
  db.run('INSERT OR REPLACE INTO approval VALUES (?, ?, ?, ?)', [
    approval.plan,
    approval.by,
    approval.at,
    JSON.stringify(approval),
  ]);
}

function writeStep(db: Connection, record: StepRecord): void {
  db.run('INSERT OR REPLACE INTO step VALUES (?, ?, ?, ?)', [record.plan, record.step, record.state, JSON.stringify(record)]);
}

function moveStep(db: Connection, { record, from, ledger, hold }: StepTransition): boolean {
  requirePlan(db, record.plan);
  if (ledger[0] && ledgerRecord(db, ledger[0].id)) return true;
  const row = db.get<[StepRecord['state']]>('SELECT state FROM step WHERE plan = ? AND step = ?', [record.plan, record.step]);
  if (!from.includes(row?.[0] ?? 'planned')) return false;
  writeStep(db, record);
  for (const draft of ledger) append(db, draft);
  if (hold) placeHold(db, hold);
  return true;
}

function setPlanState(db: Connection, plan: string, state: PlanState): void {
  requirePlan(db, plan);
  db.run('UPDATE plan SET state = ? WHERE id = ?', [state, plan]);
}

export const createPlanStore = (access: Access): PlanStore => ({
  savePlan: (plan, requestedBy, draft) =>
    access.write((db) => {
      savePlan(db, plan, requestedBy);
      append(db, draft);
    }),
  plan: (id) => access.read((db) => planOf(db, id)),
  plans: (limit) => access.read((db) => newestPlans(db, limit)),
  setPlanState: (plan, state) => access.write((db) => setPlanState(db, plan, state)),
  approve: (approval, draft) =>
    access.write((db) => {
      requirePlan(db, approval.plan);
      if (ledgerRecord(db, draft.id)) return;
      writeApproval(db, approval);
      append(db, draft);
    }),
  moveStep: (transition) => access.write((db) => moveStep(db, transition)),
  holds: (filter) => access.read((db) => findHolds(db, filter)),
  releaseHold: (id, at, draft) =>
    access.write((db) => {
      const open = releaseHold(db, id, at);
      append(db, draft);
      return open;
    }),
  paused: () => access.read((db) => metaText(db, 'paused') === 'yes'),
  setPaused: (paused, draft) =>
    access.write((db) => {
      if (ledgerRecord(db, draft.id)) return;
      setMeta(db, 'paused', paused ? 'yes' : 'no');
      append(db, draft);
    }),
});
