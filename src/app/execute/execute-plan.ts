import { RefusedError } from '../../model/errors.ts';
import type { LedgerDraft } from '../../model/ledger.ts';
import type { PlanState, PlanStep } from '../../model/plan.ts';
import { withLease } from '../lease.ts';
import { ownersOf } from './action-budgets.ts';
import { approvalsFor, approvalsThatCount } from './approve-plan.ts';
import { OPEN, preflightOf } from './begin-step.ts';
import { inTurn } from './control-lease.ts';
import { guardRails, nextWave, toDoUpTo } from './guard-rails.ts';
import { pausedError } from './patience.ts';
import { isBlocking, isToDo, planStateOf } from './plan-state.ts';
import { isHandedOver } from './rotation.ts';
import {
  type ExecuteContext,
  type ExecutedStep,
  type ExecutionResult,
  hasEnded,
  ledgerDraft,
  moveSteps,
  openRun,
  type Run,
  type RunOptions,
  recordOf,
  resultOf,
  stepsOf,
  storedPlan,
  timeOf,
} from './run.ts';
import { runWave } from './wave.ts';

export interface ExecuteOptions extends RunOptions {
  /** False: nothing is called and nothing is stored; every open step is answered as `skipped` with what would be done. */
  readonly apply: boolean;
}

/**
 * Carries a plan out, wave after wave, and goes on where an earlier run ended, also after a crash. Throws a RefusedError before any
 * call when a guard rail forbids it; a refusal or failure of a step ends the run with state `stopped`, not with an error.
 */
export async function executePlan(context: ExecuteContext, planId: string, options: ExecuteOptions): Promise<ExecutionResult> {
  if (!options.apply) return rehearse(context, planId, options);
  return underPlanLease(context, planId, async (lost) => {
    const { run } = await admit(context, planId, whileHeld(options, lost));
    let stopped: readonly string[] = [];
    for (let wave = 0; wave < run.plan.waves.length && stopped.length === 0; wave++) {
      // Between two waves an approval may have been withdrawn, or the ledger broken.
      if (wave > 0 && !isOver(run)) stopped = await forbiddenNow(run, wave);
      if (stopped.length === 0) stopped = await runWave(run, wave);
    }
    return conclude(run, stopped);
  });
}

export interface WaveOptions extends RunOptions {
  readonly plan: string;
  readonly wave: number;
}

export interface WaveResult extends ExecutionResult {
  /** The wave to run next; null when there is none, or something must happen first. */
  readonly next: number | null;
}

/** What a queue's job calls: one wave, when all before it have come to their end. A LaterError while execution is paused. */
export async function executeWave(context: ExecuteContext, { plan: planId, wave, ...options }: WaveOptions): Promise<WaveResult> {
  return underPlanLease(context, planId, async (lost) => {
    if (await context.store.paused()) throw pausedError();
    const { run } = await admit(context, planId, { ...whileHeld(options, lost), wave });
    const before = run.plan.waves.slice(0, wave).flatMap(({ steps }) => steps);
    const open = before.filter((step) => !hasEnded(recordOf(run, step).state) || isBlocking(run, step));
    if (open.length > 0) throw new RefusedError(`wave ${wave + 1} of plan ${planId} must wait for step ${open[0]?.id}`);
    const stopped = await runWave(run, wave);
    const result = await conclude(run, stopped);
    if (stopped.includes(pausedError().message)) throw pausedError();
    return { ...result, next: stopped.length === 0 && wave + 1 < run.plan.waves.length ? wave + 1 : null };
  });
}

export const underPlanLease = <T>(context: ExecuteContext, planId: string, work: (lost: AbortSignal) => Promise<T>): Promise<T> =>
  withLease(context, { name: `plan/${planId}`, holder: context.newId() }, work);

/** Whoever has lost the plan's lease begins nothing more. */
export const whileHeld = <T extends RunOptions>(options: T, lost: AbortSignal): T => ({
  ...options,
  signal: AbortSignal.any([options.signal, lost]),
});

/** All guard rails, before any call; in turn with other plans, so that two do not both take what is left of a budget. */
async function admit(
  context: ExecuteContext,
  planId: string,
  { wave, ...options }: RunOptions & { readonly wave?: number },
): Promise<{ readonly run: Run }> {
  const run = await openRun(context, planId, options);
  if (isOver(run)) return { run };
  await inTurn(run, 'admission', async () => {
    const upTo = wave ?? nextWave(run);
    const reasons = await guardRails(run, upTo);
    if (reasons.length > 0) {
      await context.store.append(ledgerDraft(run, 'refusal', { plan: planId, hash: run.plan.hash, reasons }));
      throw new RefusedError(`plan ${planId} may not run: ${reasons.join('; ')}`);
    }
    await context.store.append(ledgerDraft(run, 'decision', await decisionOf(run, upTo)));
    await context.store.setPlanState(planId, 'running');
    const owners = await ownersOf(run);
    const planned = stepsOf(run.plan).filter((step) => recordOf(run, step).state === 'planned');
    await moveSteps(run, planned, ({ target }) => {
      const owner = owners.get(target);
      return { to: 'approved', from: ['planned'], ...(owner !== undefined && { change: { owner } }) };
    });
  });
  return { run };
}

/** The facts on which it was admitted. */
async function decisionOf(run: Run, wave: number): Promise<LedgerDraft['body']> {
  const { plan, requestedBy, context } = run;
  const stored = await storedPlan(context, plan.id);
  const ahead = stepsOf(plan).filter((step) => isToDo(run, step));
  return {
    plan: plan.id,
    hash: plan.hash,
    decision: 'may run',
    requestedBy,
    approvedBy: approvalsThatCount(stored, timeOf(context)),
    wave: wave + 1,
    approvalsNeeded: await approvalsFor(context, toDoUpTo(run, wave)),
    steps: ahead.length,
    irreversible: ahead.filter(({ reversibility }) => reversibility === 'R2').length,
    generation: await context.store.generation(),
  };
}

async function forbiddenNow(run: Run, wave: number): Promise<readonly string[]> {
  const reasons = await guardRails(run, wave);
  if (reasons.length === 0) return [];
  const { plan, context } = run;
  await context.store.append(ledgerDraft(run, 'refusal', { plan: plan.id, hash: plan.hash, reasons }));
  return reasons;
}

function isOver(run: Run): boolean {
  const steps = stepsOf(run.plan);
  return steps.length > 0 && !steps.some((step) => isToDo(run, step));
}

async function conclude(run: Run, stopped: readonly string[]): Promise<ExecutionResult> {
  const before = (await storedPlan(run.context, run.plan.id)).state;
  const state = before === 'undone' ? before : stateAfter(run, stopped);
  if (state !== before) await run.context.store.setPlanState(run.plan.id, state);
  if (isHandedOver(run)) run.context.handOvers?.drop(run.plan.id);
  return resultOf(run, state, stopped);
}

/** A plan whose wave waits for a person, or for `resume`, still runs; one that may not go on is stopped. */
function stateAfter(run: Run, stopped: readonly string[]): PlanState {
  const state = planStateOf(run);
  if (state !== 'running' || stopped.length === 0 || stopped.includes(pausedError().message)) return state;
  const isWaiting = stepsOf(run.plan).some((step) => ['accepted', 'propagating'].includes(recordOf(run, step).state));
  return isWaiting ? state : 'stopped';
}

/** The dry run: reads and preflights only. */
async function rehearse(context: ExecuteContext, planId: string, options: RunOptions): Promise<ExecutionResult> {
  const run = await openRun(context, planId, options);
  const { state } = await storedPlan(context, planId);
  const steps: ExecutedStep[] = [];
  for (const step of stepsOf(run.plan)) {
    const record = recordOf(run, step);
    const evidence = OPEN.includes(record.state) ? await rehearseStep(run, step) : record.evidence;
    const shown = OPEN.includes(record.state) ? 'skipped' : record.state;
    steps.push({ id: step.id, state: shown, evidence, residualUntil: record.residualUntil ?? null });
  }
  return { plan: planId, state, steps, stopped: await guardRails(run, nextWave(run)) };
}

async function rehearseStep(run: Run, step: PlanStep): Promise<string[]> {
  const would = `dry run: would ${step.commands.apply || step.action}`;
  const enforcer = await run.context.enforcerFor(step.connector);
  if (!enforcer) return [would, `preflight: no enforcer ${step.connector} is configured`];
  const before = step.needs.filter((id) => !hasEnded(run.records.get(id)?.state ?? 'planned'));
  // What earlier waves will have done is not refused for not being done yet.
  const { refusals } = await preflightOf(run, { ...step, needs: [] }, enforcer);
  const outcome = refusals.length === 0 ? ['preflight: may run'] : refusals.map((reason) => `preflight: refused: ${reason}`);
  return [would, ...outcome, ...(before.length > 0 ? [`after ${before.join(', ')}`] : [])];
}
