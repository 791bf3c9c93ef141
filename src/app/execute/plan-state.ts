/** What states of steps mean for the plan that they are of. */
import type { PlanState, PlanStep, StepState } from '../../model/plan.ts';
import { hasEnded, type Run, recordOf, stepsOf } from './run.ts';

/** Tried in vain: it has ended without an effect that anybody has seen. Whoever executes the plan again tries it again. */
export const isVain = (state: StepState | undefined): boolean => state === 'refused' || state === 'failed';

/** Has not ended, or in vain: it will be called, so it needs its approvals and counts against budgets. */
export const isToDo = (run: Run, step: PlanStep): boolean => {
  const { state } = recordOf(run, step);
  return !hasEnded(state) || isVain(state);
};

/** In vain, and what comes after it may not go on without it. */
export const isBlocking = (run: Run, step: PlanStep): boolean => isVain(recordOf(run, step).state) && step.continue !== true;

/** Whatever may have had an effect. */
export const UNDOABLE: readonly StepState[] = ['requested', 'accepted', 'propagating', 'effective', 'partial', 'failed'];

/** What the steps amount to. */
export function planStateOf(run: Run): PlanState {
  const steps = stepsOf(run.plan);
  const states = steps.map((step) => recordOf(run, step).state);
  if (steps.some((step) => isBlocking(run, step))) return 'stopped';
  if (!states.every(hasEnded)) return 'running';
  if (states.includes('undone')) return undoneState(run);
  return states.some((state) => state === 'partial' || isVain(state)) ? 'partial' : 'done';
}

/** What a plan is after some of it was undone. */
export const undoneState = (run: Run): PlanState =>
  stepsOf(run.plan).some((step) => UNDOABLE.includes(recordOf(run, step).state)) ? 'partial' : 'undone';
