/**
 * A new value lives in memory only, between the step that issues it and the steps that distribute it:
 *
 *     issue ──value──► distribute (place 1, place 2, …) ──► confirm ──► disable ──► soak ──► delete
 *       ▲                  │
 *       └── issue anew ◄───┘ the value was lost with a process: what was issued is taken back, and every place is written again
 */
import { messageOf, RefusedError } from '../../model/errors.ts';
import type { PlanStep, StepState } from '../../model/plan.ts';
import { tracesWith } from './carry-out.ts';
import { withControl } from './control-lease.ts';
import { slotOf } from './hand-over.ts';
import { controlOf } from './holds.ts';
import { enforcerContext, enforcerOf, hasEnded, moveStep, type Run, recordOf, stepDraft, stepsOf, timeOf } from './run.ts';

const DONE: readonly StepState[] = ['accepted', 'propagating', 'effective', 'partial'];

const isDistribution = (step: PlanStep): boolean => step.action === 'distribute' && step.for !== undefined;

/**
 * Before a wave: what its distributions need is in the hand-over, or is issued again. Answers the steps of earlier waves that have to
 * run once more with this one, since they wrote a value that is not in force any more.
 */
export async function readyHandOver(run: Run, steps: readonly PlanStep[]): Promise<PlanStep[]> {
  const again: PlanStep[] = [];
  const open = await openDistributions(run, steps);
  for (const slot of new Set(open.map(slotOf))) {
    if (run.handOver.find(slot) !== undefined) continue;
    await issueAgain(run, slot);
    again.push(...(await reopen(run, slot)).filter((step) => !steps.includes(step)));
  }
  return again;
}

/** Distributions of the wave that an enforcer makes and that have yet to be made. */
async function openDistributions(run: Run, steps: readonly PlanStep[]): Promise<PlanStep[]> {
  const open: PlanStep[] = [];
  for (const step of steps) {
    const { state } = recordOf(run, step);
    const isOver = DONE.includes(state) || state === 'undone' || state === 'skipped';
    if (!isDistribution(step) || isOver) continue;
    const enforcer = await enforcerOf(run, step);
    if (!enforcer.waitsForPerson && !enforcer.simulates) open.push(step);
  }
  return open;
}

/** `slot`: which new credential, as `slotOf` says. */
async function issueAgain(run: Run, slot: string): Promise<void> {
  const issue = stepsOf(run.plan).find((step) => step.action === 'issue' && slotOf(step) === slot);
  const [credential] = slot.split('\n');
  if (!issue) throw new RefusedError(`the plan issues no replacement of ${credential}: plan again`);
  const record = recordOf(run, issue);
  if (!hasEnded(record.state) || record.preImage === undefined) {
    throw new RefusedError(
      `step ${issue.id} (issue ${credential}) is ${record.state}, and its new value is not known here: distribute it by hand`,
    );
  }
  const enforcer = await enforcerOf(run, issue);
  const why = 'the new value was lost with the process that issued it';
  await withControl(run, controlOf(enforcer, issue), async () => {
    await run.context.store.append(stepDraft(run, issue, 'intent', { why: `${why}: it is taken back and issued anew` }));
    try {
      const preImage = run.sealer.open(record.preImage as string, `${run.plan.id}/${issue.id}`);
      const undone = await enforcer.undo(issue, preImage, enforcerContext(run, issue));
      await moveStep(run, issue, { to: record.state, from: [record.state], change: { requestedAt: timeOf(run.context) } });
      const applied = await enforcer.apply(issue, enforcerContext(run, issue));
      const said = [...undone.evidence, ...applied.evidence];
      const ledger = [stepDraft(run, issue, 'call', { outcome: 'accepted', evidence: said })];
      const change = tracesWith(run, issue, applied);
      await moveStep(run, issue, { to: record.state, from: [record.state], evidence: [why, ...said], ledger, change });
    } catch (error) {
      run.signal.throwIfAborted();
      await run.context.store.append(stepDraft(run, issue, 'call', { outcome: 'error', error: messageOf(error) }));
      throw new RefusedError(`step ${issue.id}: ${why}, and it cannot be issued anew: ${messageOf(error)}`);
    }
  });
}

/** Places that got the lost value are written again. They keep their first pre-image. */
async function reopen(run: Run, slot: string): Promise<PlanStep[]> {
  const written = stepsOf(run.plan).filter(
    (step) => isDistribution(step) && slotOf(step) === slot && DONE.includes(recordOf(run, step).state),
  );
  const byEnforcer: PlanStep[] = [];
  for (const step of written) {
    if ((await enforcerOf(run, step)).waitsForPerson) continue;
    const evidence = ['what was written here is not in force any more: written again'];
    const ledger = [stepDraft(run, step, 'outcome', { state: 'approved', evidence })];
    await moveStep(run, step, { to: 'approved', from: DONE, evidence, ledger });
    byEnforcer.push(step);
  }
  return byEnforcer;
}

/** Why a replacement may not be issued by an enforcer: a place that a person fills would never get it, since it is shown to nobody. */
export async function strandedValue(run: Run, step: PlanStep): Promise<string[]> {
  if (step.action !== 'issue' || (await enforcerOf(run, step)).waitsForPerson) return [];
  const slot = slotOf(step);
  const distributions = stepsOf(run.plan).filter((one) => isDistribution(one) && slotOf(one) === slot);
  const found = distributions.length > 0 ? [] : ['no step distributes what it would issue, and the new value is shown to nobody'];
  for (const other of distributions) {
    if ((await enforcerOf(run, other)).waitsForPerson)
      found.push(`step ${other.id} distributes it by hand, and the new value is shown to nobody`);
  }
  return found.map((why) => `${why}: issue it by hand`);
}

/** Nothing will ask for the new values any more. */
export const isHandedOver = (run: Run): boolean =>
  stepsOf(run.plan)
    .filter(isDistribution)
    .every((step) => [...DONE, 'undone', 'skipped'].includes(recordOf(run, step).state));
