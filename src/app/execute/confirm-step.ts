import { RefusedError } from '../../model/errors.ts';
import { underPlanLease } from './execute-plan.ts';
import { planStateOf, undoneState } from './plan-state.ts';
import {
  type ExecuteContext,
  type ExecutionResult,
  enforcerOf,
  moveStep,
  openRun,
  type RunOptions,
  recordOf,
  resultOf,
  stepDraft,
  stepsOf,
} from './run.ts';
import { UNDO_ASKED } from './undo-plan.ts';

/** A person says that a step by hand was done (or, after `undo`, that its inverse was). Confirming twice changes nothing. */
export async function confirmStep(
  context: ExecuteContext,
  planId: string,
  stepId: string,
  options: RunOptions,
): Promise<ExecutionResult> {
  return underPlanLease(context, planId, async () => {
    const run = await openRun(context, planId, options);
    const step = stepsOf(run.plan).find(({ id }) => id === stepId);
    if (!step) throw new RefusedError(`${stepId}: plan ${planId} has no such step`);
    const { state, evidence } = recordOf(run, step);
    const isUndo = evidence.includes(UNDO_ASKED);
    const to = isUndo ? 'undone' : 'effective';
    if (state === to) return resultOf(run, planStateOf(run));
    if (!(await enforcerOf(run, step)).waitsForPerson)
      throw new RefusedError(`step ${stepId} is done by ${step.connector}: its probe says when it is effective`);
    if (!isUndo && state !== 'accepted')
      throw new RefusedError(`step ${stepId} is ${state}: only what was asked of a person is confirmed; execute the plan first`);
    await moveStep(run, step, {
      to,
      from: [state],
      evidence: [`${isUndo ? 'undo ' : ''}confirmed by ${options.actor}`],
      ledger: [stepDraft(run, step, 'confirm', { by: options.actor, undo: isUndo })],
    });
    const planState = isUndo ? undoneState(run) : planStateOf(run);
    await context.store.setPlanState(planId, planState);
    return resultOf(run, planState);
  });
}
