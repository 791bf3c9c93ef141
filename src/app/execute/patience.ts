import { MINUTE_MS } from '../../model/durations.ts';
import { LaterError, messageOf, ThrottledError } from '../../model/errors.ts';
import type { PlanStep } from '../../model/plan.ts';
import { type Run, recordOf, sleep, stepDraft } from './run.ts';

/** A step that the plan says is effective at once still gets this long. */
const LEAST_BUDGET_MS = 5000;
/** For a provider that asks to wait. */
const LEAST_PATIENCE_MS = MINUTE_MS;

/** How long its provider may take to make it visible, as the plan says. */
export const propagationMs = (step: PlanStep): number =>
  Math.max(LEAST_BUDGET_MS, Date.parse(step.effectiveBy) - Date.parse(step.startsAt) || 0);

const PAUSE_LOOK_MS = 1000;

export const pausedError = (): LaterError =>
  new LaterError('execution is paused: `interlock resume`, then execute again', { afterMs: PAUSE_LOOK_MS, holdsAll: true });

/**
 * Makes a call again for as long as its provider asks to wait, since a call that was throttled has done nothing; gives up with its
 * ThrottledError when the wait would be longer than the step has, and with a LaterError when execution was paused meanwhile.
 */
export async function patiently<T>(run: Run, step: PlanStep, call: () => Promise<T>): Promise<T> {
  const mostMs = Math.max(LEAST_PATIENCE_MS, propagationMs(step));
  let waitedMs = 0;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ThrottledError) || waitedMs + error.retryAfterMs > mostMs) throw error;
      await recordWait(run, step, error);
      waitedMs += error.retryAfterMs;
      await sleep(run, error.retryAfterMs);
      if (await run.context.store.paused()) throw pausedError();
    }
  }
}

/** Of calls that change something; looks leave no trace. */
async function recordWait(run: Run, step: PlanStep, error: ThrottledError): Promise<void> {
  if (recordOf(run, step).state !== 'requested') return;
  const body = { outcome: 'throttled', error: messageOf(error), retryAfterMs: error.retryAfterMs };
  await run.context.store.append(stepDraft(run, step, 'call', body));
}
