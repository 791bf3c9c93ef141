import { RefusedError } from '../../model/errors.ts';
import type { PlanStep } from '../../model/plan.ts';
import { withLease } from '../lease.ts';
import { OPEN, preflightOf } from './begin-step.ts';
import { guardRails } from './guard-rails.ts';
import { isHandedOver } from './rotation.ts';
import {
  type ExecuteContext,
  type ExecutedStep,
  type ExecutionResult,
  hasEnded,
  ledgerDraft,
  moveStep,
  openRun,
  type Run,
  type RunOptions,
  recordOf,
  resultOf,
  stepsOf,
  storedPlan,
} from './run.ts';
import { planStateOf, runWave } from './wave.ts';

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
  return underPlanLease(context, planId, async () => {
    const run = await admit(context, planId, options);
    let stopped: readonly string[] = [];
    for (let wave = 0; wave < run.plan.waves.length && stopped.length === 0; wave++) stopped = await runWave(run, wave);
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

/** What a queue's job calls: one wave, when all before it have come to their end. */
export async function executeWave(context: ExecuteContext, { plan: planId, wave, ...options }: WaveOptions): Promise<WaveResult> {
  return underPlanLease(context, planId, async () => {
    const run = await admit(context, planId, options);
    const before = run.plan.waves.slice(0, wave).flatMap(({ steps }) => steps);
    const open = before.filter((step) => !hasEnded(recordOf(run, step).state) || isOpenAgain(run, step));
    if (open.length > 0) throw new RefusedError(`wave ${wave + 1} of plan ${planId} must wait for step ${open[0]?.id}`);
    const stopped = await runWave(run, wave);
    const result = await conclude(run, stopped);
    return { ...result, next: stopped.length === 0 && wave + 1 < run.plan.waves.length ? wave + 1 : null };
  });
}

export const underPlanLease = <T>(context: ExecuteContext, planId: string, work: () => Promise<T>): Promise<T> =>
  withLease(context, { name: `plan/${planId}`, holder: context.newId() }, work);

/** All guard rails, before any call. */
async function admit(context: ExecuteContext, planId: string, options: RunOptions): Promise<Run> {
  const run = await openRun(context, planId, options);
  const steps = stepsOf(run.plan);
  const isOver = steps.every((step) => hasEnded(recordOf(run, step).state) && !isOpenAgain(run, step));
  if (isOver && steps.length > 0) return run;
  const reasons = await guardRails(run);
  if (reasons.length > 0) {
    await context.store.append(ledgerDraft(run, 'refusal', { plan: planId, hash: run.plan.hash, reasons }));
    throw new RefusedError(`plan ${planId} may not run: ${reasons.join('; ')}`);
  }
  await context.store.setPlanState(planId, 'running');
  for (const step of stepsOf(run.plan)) {
    if (recordOf(run, step).state === 'planned') await moveStep(run, step, { to: 'approved', from: ['planned'] });
  }
  return run;
}

const isOpenAgain = (run: Run, step: PlanStep): boolean => ['refused', 'failed'].includes(recordOf(run, step).state);

async function conclude(run: Run, stopped: readonly string[]): Promise<ExecutionResult> {
  const before = (await storedPlan(run.context, run.plan.id)).state;
  const state = before === 'undone' ? before : planStateOf(run);
  if (state !== before) await run.context.store.setPlanState(run.plan.id, state);
  if (isHandedOver(run)) run.context.handOvers?.drop(run.plan.id);
  return resultOf(run, state, stopped);
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
  return { plan: planId, state, steps, stopped: await guardRails(run) };
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
