import { RefusedError } from '../../model/errors.ts';
import type { PlanState, PlanStep } from '../../model/plan.ts';
import { OPEN, preflightOf, recordIntent, refuseStep } from './begin-step.ts';
import { awaitEffect, callStep } from './carry-out.ts';
import { readyHandOver } from './rotation.ts';
import { enforcerOf, hasEnded, moveStep, type Run, recordOf, stepsOf } from './run.ts';
import { watchStep } from './watch.ts';

/** Why a wave did not come to its end; empty when it did. */
export type Stopped = readonly string[];

/** Runs one wave: all may begin before one does, then at once, one at a time per connector. Waits for the effects. */
export async function runWave(run: Run, wave: number): Promise<Stopped> {
  const steps = run.plan.waves[wave]?.steps ?? [];
  const refused = await refuseEarly(run, steps);
  if (refused.length > 0) return refused;
  const again = await writtenAgain(run, steps);
  if ('refusal' in again) return [again.refusal];
  const all = [...again.steps, ...steps];
  const connectors = [...new Set(all.map((step) => step.connector))];
  const ends = await allOf(
    connectors.map((connector) =>
      runInTurn(
        run,
        all.filter((step) => step.connector === connector),
      ),
    ),
  );
  const stopped = ends.flat();
  await allOf(all.map((step) => settle(run, step)));
  return stopped.length > 0 ? stopped : unfinished(run, all);
}

async function writtenAgain(
  run: Run,
  steps: readonly PlanStep[],
): Promise<{ readonly steps: readonly PlanStep[] } | { readonly refusal: string }> {
  try {
    return { steps: await readyHandOver(run, steps) };
  } catch (error) {
    if (error instanceof RefusedError) return { refusal: error.message };
    throw error;
  }
}

/** Like Promise.all, but nothing is still running when it throws: the plan's lease ends with it. */
async function allOf<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const ends = await Promise.allSettled(work);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
  return ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
}

async function refuseEarly(run: Run, steps: readonly PlanStep[]): Promise<Stopped> {
  const refused: string[] = [];
  for (const step of steps.filter((candidate) => OPEN.includes(recordOf(run, candidate).state))) {
    const { refusals } = await preflightOf(run, step, await enforcerOf(run, step));
    if (refusals.length === 0) continue;
    await refuseStep(run, step, refusals);
    refused.push(`step ${step.id} (${step.action} ${step.target}) was refused: ${refusals.join('; ')}`);
  }
  return refused;
}

async function runInTurn(run: Run, steps: readonly PlanStep[]): Promise<Stopped> {
  for (const step of steps) {
    run.signal.throwIfAborted();
    if (await run.context.store.paused()) return ['execution is paused: `interlock resume`, then execute again'];
    try {
      await begin(run, step);
    } catch (error) {
      if (error instanceof RefusedError && recordOf(run, step).state === 'refused') return [error.message];
      throw error;
    }
    const { state } = recordOf(run, step);
    if (state === 'refused' || state === 'failed') return [`step ${step.id} (${step.action} ${step.target}) ${state}`];
  }
  return [];
}

async function begin(run: Run, step: PlanStep): Promise<void> {
  const enforcer = await enforcerOf(run, step);
  const { state, attempts } = recordOf(run, step);
  if (OPEN.includes(state)) {
    await recordIntent(run, step, enforcer);
    return callStep(run, step, enforcer, false);
  }
  if (state === 'failed') {
    await moveStep(run, step, { to: 'requested', from: ['failed'], change: { attempts: attempts + 1 } });
    return callStep(run, step, enforcer, true);
  }
  if (state === 'requested') return callStep(run, step, enforcer, true);
}

/** Waits for what was called. A step that a person does is waited for by nobody: logs, or `confirm`, move it on. */
async function settle(run: Run, step: PlanStep): Promise<void> {
  const { state } = recordOf(run, step);
  if (state !== 'accepted' && state !== 'propagating') return;
  const enforcer = await enforcerOf(run, step);
  if (enforcer.waitsForPerson) await watchStep(run, step);
  else await awaitEffect(run, step, enforcer);
}

function unfinished(run: Run, steps: readonly PlanStep[]): Stopped {
  return steps.flatMap((step) => {
    const { state } = recordOf(run, step);
    if (state === 'failed') return [`step ${step.id} (${step.action} ${step.target}) failed`];
    if (hasEnded(state)) return [];
    return [
      `step ${step.id} (${step.action} ${step.target}) waits for a person: \`interlock confirm ${run.plan.id} ${step.id}\``,
    ];
  });
}

/** What the steps amount to. */
export function planStateOf(run: Run): PlanState {
  const states = stepsOf(run.plan).map((step) => recordOf(run, step).state);
  if (states.some((state) => state === 'refused' || state === 'failed')) return 'stopped';
  if (!states.every(hasEnded)) return 'running';
  return states.includes('partial') ? 'partial' : 'done';
}
