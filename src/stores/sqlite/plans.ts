import { RefusedError } from '../../model/errors.ts';
import type { Approval, Plan, PlanState, StepRecord, StepState, StoredPlan } from '../../model/plan.ts';
import type { PlanStore, StepTransition } from '../../ports/store.ts';
import type { Access } from './access.ts';
import { type Connection, marks } from './connection.ts';
import { changeHold, findHolds, placeHold, releaseHold } from './holds.ts';
import { append, ledgerRecord } from './ledger.ts';
import { metaText, setMeta } from './meta.ts';

type PlanRow = [id: string, state: PlanState, requestedBy: string, body: string];
const PLAN = 'SELECT id, state, requested_by, body FROM plan';

function storedPlan(db: Connection, [id, state, requestedBy, body]: PlanRow): StoredPlan {
  const approvals = db.all<[string]>('SELECT body FROM approval WHERE plan = ? ORDER BY at, by', [id]);
  const steps = db.all<[string]>('SELECT body FROM step WHERE plan = ? ORDER BY step', [id]);
  const plan = JSON.parse(body) as Plan;
  const order = new Map(plan.waves.flatMap((wave) => wave.steps).map((step, i) => [step.id, i]));
  const placeOf = ({ step }: StepRecord): number => order.get(step) ?? -1;
  return {
    plan,
    state,
    requestedBy,
    approvals: approvals.map(([text]) => JSON.parse(text) as Approval),
    steps: steps.map(([text]) => JSON.parse(text) as StepRecord).sort((a, b) => placeOf(a) - placeOf(b)),
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
  const { plan, step, state, attempts, owner = null, updatedAt } = record;
  const values = [plan, step, state, JSON.stringify(record), attempts > 0 ? 1 : 0, owner, updatedAt];
  db.run('INSERT OR REPLACE INTO step (plan, step, state, body, called, owner, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)', values);
}

/** The row of a plan may be megabytes long, and SQLite reads all of it to find it: it is asked for where no step shows that it is there. */
function moveSteps(db: Connection, transitions: readonly StepTransition[]): boolean[] {
  const known = new Set<string>();
  return transitions.map((transition) => moveStep(db, transition, known));
}

function moveStep(db: Connection, { record, from, ledger, hold }: StepTransition, known: Set<string>): boolean {
  if (ledger[0] && ledgerRecord(db, ledger[0].id)) return true;
  const row = db.get<[StepRecord['state']]>('SELECT state FROM step WHERE plan = ? AND step = ?', [record.plan, record.step]);
  if (!row && !known.has(record.plan)) requirePlan(db, record.plan);
  known.add(record.plan);
  if (!from.includes(row?.[0] ?? 'planned')) return false;
  writeStep(db, record);
  for (const draft of ledger) append(db, draft);
  if (hold) placeHold(db, hold);
  return true;
}

const PLANS_WITH = (states: number): string => `SELECT DISTINCT plan FROM step WHERE state IN ${marks(states)} ORDER BY plan`;

const plansWithSteps = (db: Connection, states: readonly StepState[]): string[] =>
  db.all<[string]>(PLANS_WITH(states.length), [...states]).map(([plan]) => plan);

const ACTIONS_SINCE = `SELECT owner, count(*) FROM step WHERE updated_at >= ? AND plan <> ?
  AND (called = 1 OR (state = 'approved' AND plan IN (SELECT id FROM plan WHERE state = 'running'))) GROUP BY owner`;

const actionsSince = (db: Connection, at: string, exceptPlan: string): { owner: string | null; actions: number }[] =>
  db.all<[string | null, number]>(ACTIONS_SINCE, [at, exceptPlan]).map(([owner, actions]) => ({ owner, actions }));

function withdrawApproval(db: Connection, plan: string, by: string): boolean {
  requirePlan(db, plan);
  return db.run('DELETE FROM approval WHERE plan = ? AND by = ?', [plan, by]) > 0;
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
  withdrawApproval: (plan, by, draft) =>
    access.write((db) => {
      const known = ledgerRecord(db, draft.id) !== undefined;
      const isWithdrawn = withdrawApproval(db, plan, by);
      if (isWithdrawn) append(db, draft);
      return isWithdrawn || known;
    }),
  moveStep: (transition) => access.write((db) => moveSteps(db, [transition])[0] ?? false),
  moveSteps: (transitions) => access.write((db) => moveSteps(db, transitions)),
  plansWithSteps: (states) => access.read((db) => plansWithSteps(db, states)),
  actionsSince: (at, exceptPlan) => access.read((db) => actionsSince(db, at, exceptPlan)),
  holds: (filter) => access.read((db) => findHolds(db, filter)),
  changeHold: (id, change, draft) =>
    access.write((db) => {
      if (ledgerRecord(db, draft.id)) return true;
      const isChanged = changeHold(db, id, change);
      if (isChanged) append(db, draft);
      return isChanged;
    }),
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
