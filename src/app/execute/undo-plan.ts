import { messageOf, RefusedError } from '../../model/errors.ts';
import { deletionOf, isFinal, isPreparation } from '../../model/final-step.ts';
import type { PlanStep, StepState } from '../../model/plan.ts';
import type { Enforcer } from '../../ports/enforcer.ts';
import { look } from './carry-out.ts';
import { withControl } from './control-lease.ts';
import { underPlanLease, whileHeld } from './execute-plan.ts';
import { controlOf, holdState } from './holds.ts';
import { patiently } from './patience.ts';
import { UNDOABLE, undoneState } from './plan-state.ts';
import {
  type ExecuteContext,
  type ExecutionResult,
  enforcerContext,
  enforcerOf,
  gateOf,
  moveStep,
  moveSteps,
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

/** Steps that an undo forestalls. */
const NOT_BEGUN: readonly StepState[] = ['planned', 'approved', 'refused'];

/** Marks a step whose inverse a person was asked to do; `confirm` then ends it. */
export const UNDO_ASKED = 'undo: waits for a person';

export interface UndoOptions extends RunOptions {
  readonly apply: boolean;
}

/**
 * Runs the inverses in reverse order. What may not be lifted (it would re-arm the attacker, or a person must do it) stays, and with it
 * what it needs; the others are lifted. Irreversible steps stay as they are, and so does what took the place of something deleted. Steps
 * of a running plan that have not begun never will. Without `apply` it only says what would be done.
 */
export async function undoPlan(context: ExecuteContext, planId: string, options: UndoOptions): Promise<ExecutionResult> {
  return underPlanLease(context, planId, async (lost) => {
    const run = await openRun(context, planId, whileHeld(options, lost));
    const steps = stepsOf(run.plan)
      .filter((step) => UNDOABLE.includes(recordOf(run, step).state))
      .reverse();
    if (!options.apply) return rehearseUndo(run, steps);
    const before = (await storedPlan(context, planId)).state;
    const hasRun = before !== 'draft' && before !== 'approved';
    if (hasRun) await forestall(run);
    const stopped = await undoAll(run, steps);
    const state = hasRun ? undoneState(run) : before;
    if (state !== before) await context.store.setPlanState(planId, state);
    return resultOf(run, state, stopped);
  });
}

/** Whoever goes on with the plan later, a job of the queue that was asked for before, finds nothing left to begin. */
async function forestall(run: Run): Promise<void> {
  const steps = stepsOf(run.plan).filter((step) => NOT_BEGUN.includes(recordOf(run, step).state));
  await moveSteps(run, steps, (step) => ({
    to: 'skipped',
    from: NOT_BEGUN,
    evidence: ['the plan was undone before this step: it is not begun any more'],
    ledger: [stepDraft(run, step, 'undo', { outcome: 'not begun any more' })],
  }));
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

/** Why it was not undone; empty when it was, or when nothing can. */
export async function undoStep(
  run: Run,
  step: PlanStep,
  { anyway = false }: { readonly anyway?: boolean } = {},
): Promise<string[]> {
  if (isFinal(step, recordOf(run, step))) {
    await noteOnce(run, step, `${step.action} is irreversible: it stays`);
    return [];
  }
  const danger = strands(run, step) ?? (anyway ? undefined : rearms(run, step));
  if (danger) return [danger];
  const enforcer = await enforcerOf(run, step);
  if (enforcer.waitsForPerson)
    return step.commands.inverse === '' || isDeleted(run, step) ? endUndone(run, step) : askPerson(run, step, enforcer);
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

/**
 * Another proof of the same is in force, or this one is dead. A session that was minted from it and is revoked leaves it as good as ever.
 */
export const isReplaced = (run: Run, step: PlanStep): boolean =>
  stepsOf(run.plan).some((other) => {
    const isOfIt = other.target === step.target && ['rotate', 'revoke', 'delete'].includes(other.action);
    const isForIt = other.for === step.target && other.action === 'rotate';
    return (isOfIt || isForIt) && recordOf(run, other).state === 'effective';
  });

const deletedBy = (run: Run, step: PlanStep): PlanStep | undefined =>
  deletionOf(step, stepsOf(run.plan), (id) => run.records.get(id));

const isDeleted = (run: Run, step: PlanStep): boolean => deletedBy(run, step) !== undefined;

/** Who was moved to a new proof has nothing else once the old one is deleted: the new one, and where it was put, stay. */
function strands(run: Run, step: PlanStep): string | undefined {
  const deletion = isPreparation(step) ? deletedBy(run, step) : undefined;
  if (!deletion) return undefined;
  return `step ${step.id} (${step.action} ${step.target}) stays: step ${deletion.id} has deleted ${deletion.target}, and its consumers have nothing but what took its place`;
}

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
  if (isDeleted(run, step)) return [`${step.target} was deleted: nothing to bring back`];
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
  if (isFinal(step, recordOf(run, step))) return `dry run: ${step.action} is irreversible: it stays`;
  const danger = strands(run, step) ?? rearms(run, step);
  if (danger) return danger;
  return step.commands.inverse === '' || isDeleted(run, step)
    ? 'dry run: nothing to bring back'
    : `dry run: would ${step.commands.inverse}`;
}
