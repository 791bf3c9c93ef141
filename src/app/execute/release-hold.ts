import { RefusedError } from '../../model/errors.ts';
import type { Hold } from '../../model/plan.ts';
import { underPlanLease } from './execute-plan.ts';
import { undoneState } from './plan-state.ts';
import {
  type ExecuteContext,
  type ExecutionResult,
  ledgerDraft,
  openRun,
  type RunOptions,
  recordOf,
  resultOf,
  stepsOf,
  storedPlan,
} from './run.ts';
import { undoStep } from './undo-plan.ts';

export interface ReleaseOptions extends RunOptions {
  /** Also where lifting re-arms whoever holds what was minted (R!): a person has decided it. */
  readonly anyway?: boolean;
}

/** Releases one hold: undoes the step that placed it. The control is restored only when nobody else holds it. */
export async function releaseHold(context: ExecuteContext, holdId: string, options: ReleaseOptions): Promise<ExecutionResult> {
  const hold = await requireHold(context, holdId);
  return underPlanLease(context, hold.holder, async () => {
    const run = await openRun(context, hold.holder, options);
    const step = stepsOf(run.plan).find(({ id }) => id === hold.step);
    if (!step) throw new RefusedError(`hold ${holdId} is of step ${hold.step}, which plan ${hold.holder} does not have`);
    const { anyway = false } = options;
    const stopped =
      hold.released === undefined ? await undoStep(run, step, { anyway }) : [`hold ${holdId} was released at ${hold.released}`];
    const { state } = await storedPlan(context, hold.holder);
    const after = stopped.length === 0 && recordOf(run, step).state === 'undone' ? undoneState(run) : state;
    if (after !== state) await context.store.setPlanState(hold.holder, after);
    return resultOf(run, after, stopped);
  });
}

async function requireHold(context: ExecuteContext, holdId: string): Promise<Hold> {
  const [hold] = await context.store.holds({ id: holdId });
  if (!hold) throw new RefusedError(`${holdId}: no such hold; \`interlock holds\` lists them`);
  return hold;
}

/** Gives an open hold another end, counted from now: later, or sooner. Returns the hold as it is then. */
export async function extendHold(
  context: ExecuteContext,
  holdId: string,
  { actor, forMs }: { readonly actor: string; readonly forMs: number },
): Promise<Hold> {
  const hold = await requireHold(context, holdId);
  const expires = new Date(context.wallClock().getTime() + forMs).toISOString();
  const { target, control, holder, step } = hold;
  const body = { plan: holder, step, hold: holdId, target, control, before: hold.expires, expires };
  if (!(await context.store.changeHold(holdId, { expires }, ledgerDraft({ context, actor }, 'extend', body))))
    throw new RefusedError(`hold ${holdId} was released at ${hold.released ?? 'another moment'}: it cannot be extended`);
  return { ...hold, expires };
}
