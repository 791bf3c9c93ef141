import { messageOf, RefusedError } from '../../model/errors.ts';
import type { PlanState, PlanStep, StepState } from '../../model/plan.ts';
import type { Enforcer } from '../../ports/enforcer.ts';
import { look } from './carry-out.ts';
import { withControl } from './control-lease.ts';
import { underPlanLease, whileHeld } from './execute-plan.ts';
import { controlOf, holdState } from './holds.ts';
import { patiently } from './patience.ts';
import {
  type ExecuteContext,
  type ExecutionResult,
  enforcerContext,
  enforcerOf,
  gateOf,
  moveStep,
  openRun,
  type Run,
  type RunOptions,
  recordOf,
  resultOf,
  sleep,
  stepDraft,
  stepsOf,
  storedPlan,
  timeOf,
} from './run.ts';

/** Whatever may have had an effect. */
const UNDOABLE: readonly StepState[] = ['requested', 'accepted', 'propagating', 'effective', 'partial', 'failed'];

/** Marks a step whose inverse a person was asked to do; `confirm` then ends it. */
export const UNDO_ASKED = 'undo: waits for a person';

export interface UndoOptions extends RunOptions {
  readonly apply: boolean;
}

/**
 * Runs the inverses in reverse order. What may not be lifted (it would re-arm the attacker, or a person must do it) stays, and with it
 * what it needs; the others are lifted. Irreversible steps stay as they are. Without `apply` it only says what would be done.
 */
export async function undoPlan(context: ExecuteContext, planId: string, options: UndoOptions): Promise<ExecutionResult> {
  return underPlanLease(context, planId, async (lost) => {
    const run = await openRun(context, planId, whileHeld(options, lost));
    const steps = stepsOf(run.plan)
      .filter((step) => UNDOABLE.includes(recordOf(run, step).state))
      .reverse();
    if (!options.apply) return rehearseUndo(run, steps);
    const stopped = await undoAll(run, steps);
    const before = (await storedPlan(context, planId)).state;
    const state = before === 'draft' || before === 'approved' ? before : undoneState(run);
    if (state !== before) await context.store.setPlanState(planId, state);
    return resultOf(run, state, stopped);
  });
}

/** `steps`: the last first. Answers why some were not undone. */
async function undoAll(run: Run, steps: readonly PlanStep[]): Promise<string[]> {
  const stopped: string[] = [];
  /** Step → the later one that stays and was built on it. */
  const kept = new Map<string, string>();
  for (const step of steps) {
    if (await run.context.store.paused()) return [...stopped, 'execution is paused: `interlock resume`, then undo again'];
    const later = kept.get(step.id);
    const why =
      later === undefined
        ? await undoStep(run, step)
        : [`step ${step.id} (${step.action} ${step.target}) stays as long as step ${later}, which needs it`];
    stopped.push(...why);
    if (why.length > 0) for (const needed of step.needs) kept.set(needed, step.id);
  }
  return stopped;
}

/** What a plan is after some of it was undone. */
export const undoneState = (run: Run): PlanState =>
  stepsOf(run.plan).some((step) => UNDOABLE.includes(recordOf(run, step).state)) ? 'partial' : 'undone';

/** Why it was not undone; empty when it was, or when nothing can. */
export async function undoStep(
  run: Run,
  step: PlanStep,
  { anyway = false }: { readonly anyway?: boolean } = {},
): Promise<string[]> {
  if (isFinal(run, step)) {
    await noteOnce(run, step, `${step.action} is irreversible: it stays`);
    return [];
  }
  const danger = rearms(run, step);
  if (danger && !anyway) return [danger];
  const enforcer = await enforcerOf(run, step);
  if (enforcer.waitsForPerson) return step.commands.inverse === '' ? endUndone(run, step) : askPerson(run, step, enforcer);
  try {
    const turn = { now: run.context.wallClock, sleep: (ms: number) => sleep(run, ms) };
    const lifting = () => withControl(run, controlOf(enforcer, step), () => lift(run, step, enforcer));
    await gateOf(run, step).change(turn, lifting);
    return [];
  } catch (error) {
    run.signal.throwIfAborted();
    await run.context.store.append(stepDraft(run, step, 'undo', { outcome: 'error', error: messageOf(error) }));
    return [`step ${step.id} (${step.action} ${step.target}) was not undone: ${messageOf(error)}`];
  }
}

/** Irreversible: nothing was saved by which it could come back, or there is no inverse, whatever was saved for its probe. */
const isFinal = (run: Run, step: PlanStep): boolean =>
  step.reversibility === 'R2' && (recordOf(run, step).preImage === undefined || step.commands.inverse === '');

/** Another proof of the same is in force, or this one is dead. */
export const isReplaced = (run: Run, step: PlanStep): boolean =>
  stepsOf(run.plan).some(
    (other) =>
      (other.target === step.target || other.for === step.target) &&
      ['rotate', 'revoke', 'delete'].includes(other.action) &&
      recordOf(run, other).state === 'effective',
  );

/** R!: only once nothing that was minted lives, or the credential is another. */
function rearms(run: Run, step: PlanStep): string | undefined {
  if (step.reversibility !== 'R!') return undefined;
  const until = recordOf(run, step).residualUntil ?? step.residualUntil;
  if (isReplaced(run, step) || (until !== null && until < timeOf(run.context))) return undefined;
  const when = until === null ? 'rotate the credential first' : `wait until ${until}, or rotate the credential first`;
  return `step ${step.id} (${step.action} ${step.target}): undoing it re-arms whoever holds what was minted: ${when}`;
}

async function lift(run: Run, step: PlanStep, enforcer: Enforcer): Promise<void> {
  const control = controlOf(enforcer, step);
  const { own, others, preexisting, preImage } = await holdState(run, step, control);
  const evidence = [
    ...(await restore(run, step, { enforcer, others: others.map((hold) => hold.holder), preexisting, preImage })),
  ];
  if (own && own.released === undefined) {
    await run.context.store.releaseHold(own.id, timeOf(run.context), stepDraft(run, step, 'release', { hold: own.id }));
  }
  const ledger = [stepDraft(run, step, 'undo', { outcome: 'undone', evidence })];
  const said = evidence.map((line) => `undo: ${line}`);
  await moveStep(run, step, { to: 'undone', from: UNDOABLE, evidence: said, drift: null, ledger });
}

interface Restore {
  readonly enforcer: Enforcer;
  readonly others: readonly string[];
  readonly preexisting: boolean;
  readonly preImage: string | undefined;
}

async function restore(
  run: Run,
  step: PlanStep,
  { enforcer, others, preexisting, preImage }: Restore,
): Promise<readonly string[]> {
  if (others.length > 0) return [`still held by ${others.join(', ')}: nothing was restored`];
  if (preexisting) return ['it was so before us: nothing was restored'];
  if (preImage === undefined) return ['nothing to bring back'];
  await run.context.store.append(stepDraft(run, step, 'undo', { outcome: 'intent', command: step.commands.inverse }));
  const { evidence } = await patiently(run, step, () => enforcer.undo(step, preImage, enforcerContext(run, step)));
  const probed = await look(run, step, enforcer);
  if (probed.state === 'effective')
    throw new RefusedError(`the inverse ran, but the step is still effective: ${probed.evidence.join('; ')}`);
  return [...evidence, ...probed.evidence];
}

async function askPerson(run: Run, step: PlanStep, enforcer: Enforcer): Promise<string[]> {
  const { state, evidence } = recordOf(run, step);
  if (!evidence.includes(UNDO_ASKED)) {
    const asked = await enforcer.undo(step, '', enforcerContext(run, step));
    const ledger = [stepDraft(run, step, 'undo', { outcome: 'asked', evidence: [...asked.evidence] })];
    await moveStep(run, step, { to: state, from: [state], evidence: [...asked.evidence, UNDO_ASKED], ledger });
  }
  return [
    `step ${step.id} (${step.action} ${step.target}) is undone by hand: then \`interlock confirm ${run.plan.id} ${step.id}\``,
  ];
}

/** A notice, a look, a wait: nothing of it is left to take back. */
async function endUndone(run: Run, step: PlanStep): Promise<string[]> {
  const note = 'nothing to bring back';
  const ledger = [stepDraft(run, step, 'undo', { outcome: 'undone', evidence: [note] })];
  await moveStep(run, step, { to: 'undone', from: UNDOABLE, evidence: [`undo: ${note}`], ledger });
  return [];
}

async function noteOnce(run: Run, step: PlanStep, note: string): Promise<void> {
  const { state, evidence } = recordOf(run, step);
  if (!evidence.includes(note)) await moveStep(run, step, { to: state, from: [state], evidence: [note] });
}

async function rehearseUndo(run: Run, steps: readonly PlanStep[]): Promise<ExecutionResult> {
  const { state } = await storedPlan(run.context, run.plan.id);
  const said = new Map(steps.map((step) => [step.id, wouldUndo(run, step)]));
  const result = resultOf(run, state);
  return {
    ...result,
    steps: result.steps.map((step) => {
      const line = said.get(step.id);
      return line === undefined ? step : { ...step, evidence: [line] };
    }),
  };
}

function wouldUndo(run: Run, step: PlanStep): string {
  if (isFinal(run, step)) return `dry run: ${step.action} is irreversible: it stays`;
  const danger = rearms(run, step);
  if (danger) return danger;
  return step.commands.inverse === '' ? 'dry run: nothing to bring back' : `dry run: would ${step.commands.inverse}`;
}
