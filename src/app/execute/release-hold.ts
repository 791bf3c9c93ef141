import { RefusedError } from '../../model/errors.ts';
import { underPlanLease } from './execute-plan.ts';
import { type ExecuteContext, type ExecutionResult, openRun, type RunOptions, resultOf, stepsOf, storedPlan } from './run.ts';
import { undoStep } from './undo-plan.ts';

/** Releases one hold: undoes the step that placed it. The control is restored only when nobody else holds it. */
export async function releaseHold(context: ExecuteContext, holdId: string, options: RunOptions): Promise<ExecutionResult> {
  const hold = (await context.store.holds({})).find((candidate) => candidate.id === holdId);
  if (!hold) throw new RefusedError(`${holdId}: no such hold; \`interlock holds\` lists them`);
  return underPlanLease(context, hold.holder, async () => {
    const run = await openRun(context, hold.holder, options);
    const step = stepsOf(run.plan).find(({ id }) => id === hold.step);
    if (!step) throw new RefusedError(`hold ${holdId} is of step ${hold.step}, which plan ${hold.holder} does not have`);
    const stopped = hold.released === undefined ? await undoStep(run, step) : [`hold ${holdId} was released at ${hold.released}`];
    return resultOf(run, (await storedPlan(context, hold.holder)).state, stopped);
  });
}
