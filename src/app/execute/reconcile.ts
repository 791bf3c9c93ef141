/**
 * Looks again at what was done, as the store has it: is it still there, what has come to its end, what a crash has left behind, which
 * holds are over. Plans that somebody is carrying out are left to them.
 */
import { LaterError, messageOf } from '../../model/errors.ts';
import type { PlanStep, StepState } from '../../model/plan.ts';
import type { Enforcer, Probed } from '../../ports/enforcer.ts';
import { acceptFound, endStep, look, lookOnce } from './carry-out.ts';
import { endDrift, type FoundDrift, isStanding, noteDrift, putBack, whyNotRestored } from './drift.ts';
import { underPlanLease, whileHeld } from './execute-plan.ts';
import { type Expired, expireHolds } from './expire-holds.ts';
import { isHeldUp } from './newcomers.ts';
import { planStateOf, undoneState } from './plan-state.ts';
import {
  type ExecuteContext,
  enforcerOf,
  ledgerDraft,
  openRun,
  type Run,
  type RunOptions,
  recordOf,
  stepsOf,
  storedPlan,
  timeOf,
} from './run.ts';
import { watchStep } from './watch.ts';

const LOOKED_AT: readonly StepState[] = ['requested', 'accepted', 'propagating', 'effective', 'partial'];

export interface StepNews {
  readonly plan: string;
  readonly step: string;
  readonly target: string;
  readonly state: StepState;
  readonly evidence: string;
}

export interface Reconciled extends Expired {
  readonly plans: number;
  /** Steps that were looked at. */
  readonly looked: number;
  /** Steps that moved. */
  readonly moved: readonly StepNews[];
  readonly drift: readonly FoundDrift[];
  /** Steps that need somebody: their call was interrupted, or they cannot be seen. */
  readonly open: readonly StepNews[];
  /** Plans that were left alone, with why. */
  readonly busy: readonly { readonly plan: string; readonly why: string }[];
}

type Found = { -readonly [K in keyof Reconciled]: Reconciled[K] extends readonly (infer T)[] ? T[] : Reconciled[K] };

export async function reconcile(context: ExecuteContext, options: RunOptions): Promise<Reconciled> {
  const found: Found = { plans: 0, looked: 0, moved: [], drift: [], open: [], busy: [], lifted: [], due: [], kept: [] };
  for (const plan of await plansToLookAt(context)) {
    options.signal.throwIfAborted();
    try {
      await underPlanLease(context, plan, async (lost) => {
        await reconcilePlan(await openRun(context, plan, whileHeld(options, lost)), found);
        found.plans++;
      });
    } catch (error) {
      options.signal.throwIfAborted();
      if (!(error instanceof LaterError)) throw error;
      found.busy.push({ plan, why: error.message });
    }
  }
  const { actor } = options;
  if (found.plans > 0) await context.store.append(ledgerDraft({ context, actor }, 'reconcile', countsOf(found)));
  return found;
}

const countsOf = ({ plans, looked, moved, drift, open, lifted, due, kept, busy }: Found) => ({
  plans,
  looked,
  moved: moved.length,
  drift: drift.length,
  restored: drift.filter(({ restored }) => restored).length,
  open: open.length,
  lifted: lifted.length,
  due: due.length,
  kept: kept.length,
  busy: busy.length,
});

async function plansToLookAt(context: ExecuteContext): Promise<string[]> {
  const now = timeOf(context);
  const open = await context.store.holds({ open: true });
  const expired = open.filter(({ expires }) => expires !== null && expires <= now).map(({ holder }) => holder);
  return [...new Set([...(await context.store.plansWithSteps(LOOKED_AT)), ...expired])].sort();
}

async function reconcilePlan(run: Run, found: Found): Promise<void> {
  for (const step of stepsOf(run.plan)) {
    run.signal.throwIfAborted();
    const { state } = recordOf(run, step);
    if (!LOOKED_AT.includes(state)) continue;
    await reconcileStep(run, step, found);
    const after = recordOf(run, step);
    if (after.state !== state) found.moved.push(newsOf(run, step, after.evidence.at(-1) ?? ''));
  }
  if (!(await run.context.store.paused())) {
    const { lifted, due, kept } = await expireHolds(run);
    found.lifted.push(...lifted);
    found.due.push(...due);
    found.kept.push(...kept);
  }
  await keepState(run);
}

const newsOf = (run: Run, { id, target }: PlanStep, evidence: string): StepNews => {
  const state = run.records.get(id)?.state ?? 'planned';
  return { plan: run.plan.id, step: id, target, state, evidence };
};

/** Looks once; what cannot be seen is told, and stays as it is. */
async function reconcileStep(run: Run, step: PlanStep, found: Found): Promise<void> {
  try {
    const enforcer = await enforcerOf(run, step);
    const { state } = recordOf(run, step);
    if (enforcer.waitsForPerson) {
      if (state === 'accepted' && !(await isHeldUp(run, step))) await watchStep(run, step);
      return;
    }
    found.looked++;
    if (state === 'accepted' || state === 'propagating') await lookOnce(run, step, enforcer);
    else if (state === 'requested') await lookAtInterrupted(run, step, enforcer, found);
    else await lookAtStanding(run, step, enforcer, found);
  } catch (error) {
    run.signal.throwIfAborted();
    if (error instanceof LaterError) throw error;
    found.open.push(newsOf(run, step, `it cannot be seen: ${messageOf(error)}`));
  }
}

async function lookAtInterrupted(run: Run, step: PlanStep, enforcer: Enforcer, found: Found): Promise<void> {
  const probed = await look(run, step, enforcer);
  if (probed.state === 'effective') return acceptFound(run, step, probed);
  if (recordOf(run, step).drift && (await whyNotRestored(run, step)) === '') {
    const why = await putBack(run, step, enforcer);
    if (why !== '') found.open.push(newsOf(run, step, why));
    return;
  }
  const say = 'its call was interrupted and has had no effect that can be seen: execute the plan again, or undo it';
  found.open.push(newsOf(run, step, say));
}

async function lookAtStanding(run: Run, step: PlanStep, enforcer: Enforcer, found: Found): Promise<void> {
  const { state, drift } = recordOf(run, step);
  if (state === 'effective' && !isStanding(step)) return;
  const probed: Probed = await look(run, step, enforcer);
  if (state === 'partial') {
    if (probed.state === 'effective') await endStep(run, step, 'effective', probed);
    return;
  }
  if (probed.state === 'not-effective') found.drift.push(await noteDrift(run, step, enforcer, probed));
  else if (probed.state === 'effective' && drift) await endDrift(run, step, probed);
}

/** What the steps amount to now, unless nobody has begun it, or it was undone. */
async function keepState(run: Run): Promise<void> {
  const { state } = await storedPlan(run.context, run.plan.id);
  if (state === 'draft' || state === 'approved' || state === 'undone') return;
  const isUndone = stepsOf(run.plan).some((step) => recordOf(run, step).state === 'undone');
  const now = isUndone ? undoneState(run) : planStateOf(run);
  // A plan that was stopped goes on only when somebody executes it again.
  if (now !== state && !(state === 'stopped' && now === 'running')) await run.context.store.setPlanState(run.plan.id, now);
}
