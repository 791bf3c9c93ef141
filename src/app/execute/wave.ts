import { LaterError, RefusedError } from '../../model/errors.ts';
import type { PlanStep, StepState } from '../../model/plan.ts';
import { OPEN, preflightOf, recordIntent, refuseStep } from './begin-step.ts';
import { awaitEffect, callStep } from './carry-out.ts';
import { isHeldUp } from './newcomers.ts';
import { pausedError } from './patience.ts';
import { isBlocking } from './plan-state.ts';
import { readyHandOver } from './rotation.ts';
import { enforcerOf, hasEnded, moveStep, type Run, recordOf, sleep, stepDraft } from './run.ts';
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
  const ends = await allOf([...groupsOf(all)].map(([connector, some]) => runOn(run, connector, some)));
  const waits = await allOf(all.map((step) => settle(run, step)));
  const stopped = [...ends, ...waits].flat();
  return stopped.length > 0 ? [...new Set(stopped)] : unfinished(run, all);
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
  const open = steps.filter((candidate) => OPEN.includes(recordOf(run, candidate).state));
  const said = await allOf(open.map((step) => refuseOne(run, step)));
  return said.flat();
}

async function refuseOne(run: Run, step: PlanStep): Promise<Stopped> {
  const { refusals } = await preflightOf(run, step, await enforcerOf(run, step));
  if (refusals.length === 0) return [];
  await refuseStep(run, step, refusals);
  return step.continue ? [] : [`step ${step.id} (${step.action} ${step.target}) was refused: ${refusals.join('; ')}`];
}

function groupsOf(steps: readonly PlanStep[]): Map<string, PlanStep[]> {
  const groups = new Map<string, PlanStep[]>();
  for (const step of steps) {
    const group = groups.get(step.connector) ?? [];
    group.push(step);
    groups.set(step.connector, group);
  }
  return groups;
}

/** In their order, as many at once as the connector takes; none begins after one that stops the plan. */
async function runOn(run: Run, connector: string, steps: readonly PlanStep[]): Promise<Stopped> {
  const gate = run.gates.of(connector);
  const waiting = steps[Symbol.iterator]();
  const stopped: string[] = [];
  const turn = { now: run.context.wallClock, sleep: (ms: number) => sleep(run, ms) };
  const one = async (): Promise<void> => {
    for (const step of waiting) {
      if (stopped.length > 0) return;
      if (isToBegin(recordOf(run, step).state)) stopped.push(...(await gate.change(turn, () => runStep(run, step))));
    }
  };
  await allOf(Array.from({ length: gate.pace.concurrency }, one));
  return stopped;
}

const isToBegin = (state: StepState): boolean => OPEN.includes(state) || state === 'failed' || state === 'requested';

/** Why the plan stops with it; empty when it goes on. */
async function runStep(run: Run, step: PlanStep): Promise<Stopped> {
  run.signal.throwIfAborted();
  if (await run.context.store.paused()) return [pausedError().message];
  try {
    await begin(run, step);
  } catch (error) {
    run.signal.throwIfAborted();
    if (error instanceof LaterError) return [error.message];
    const isRefused = error instanceof RefusedError && recordOf(run, step).state === 'refused';
    if (!isRefused) throw error;
    return step.continue ? [] : [error.message];
  }
  if (!isBlocking(run, step)) return [];
  const { state, evidence } = recordOf(run, step);
  return [`step ${step.id} (${step.action} ${step.target}) ${state}: ${evidence.at(-1) ?? ''}`];
}

async function begin(run: Run, step: PlanStep): Promise<void> {
  const enforcer = await enforcerOf(run, step);
  const { state, attempts } = recordOf(run, step);
  if (OPEN.includes(state)) {
    await recordIntent(run, step, enforcer);
    return callStep(run, step, enforcer, false);
  }
  if (state === 'failed') {
    const ledger = [stepDraft(run, step, 'intent', { command: step.commands.apply, why: 'it failed before: looked at first' })];
    await moveStep(run, step, { to: 'requested', from: ['failed'], change: { attempts: attempts + 1 }, ledger });
    return callStep(run, step, enforcer, true);
  }
  if (state === 'requested') return callStep(run, step, enforcer, true);
}

/** Waits for what was called. A step that a person does is waited for by nobody: logs, or `confirm`, move it on. */
async function settle(run: Run, step: PlanStep): Promise<Stopped> {
  const { state } = recordOf(run, step);
  if (state !== 'accepted' && state !== 'propagating') return [];
  const enforcer = await enforcerOf(run, step);
  try {
    if (!enforcer.waitsForPerson) await awaitEffect(run, step, enforcer);
    else if (!(await isHeldUp(run, step))) await watchStep(run, step);
    return [];
  } catch (error) {
    run.signal.throwIfAborted();
    if (error instanceof LaterError) return [error.message];
    throw error;
  }
}

function unfinished(run: Run, steps: readonly PlanStep[]): Stopped {
  return steps.flatMap((step) => {
    const { state } = recordOf(run, step);
    if (isBlocking(run, step)) return [`step ${step.id} (${step.action} ${step.target}) ${state}`];
    if (hasEnded(state)) return [];
    return [
      `step ${step.id} (${step.action} ${step.target}) waits for a person: \`interlock confirm ${run.plan.id} ${step.id}\``,
    ];
  });
}
