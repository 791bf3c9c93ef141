import { messageOf } from '../../model/errors.ts';
import type { Action, PlanStep, StepState } from '../../model/plan.ts';
import type { Enforcer, Probed } from '../../ports/enforcer.ts';
import { awaitEffect, callStep } from './carry-out.ts';
import { withControl } from './control-lease.ts';
import { deniedTargets } from './guard-rails.ts';
import { controlOf } from './holds.ts';
import { enforcerOf, moveStep, type Run, recordOf, stepDraft, timeOf } from './run.ts';

/** Actions that leave a control in place. Whatever else a step does is over once it was seen: a new key may be replaced again. */
const STANDING: readonly Action[] = [
  'step-up',
  'shorten',
  'reduce',
  'block',
  'quarantine',
  'revoke',
  'disable',
  'delete',
  'detach',
];

export const isStanding = ({ action }: PlanStep): boolean => STANDING.includes(action);

export interface FoundDrift {
  readonly plan: string;
  readonly step: string;
  readonly target: string;
  readonly owner: string | null;
  readonly since: string;
  readonly evidence: readonly string[];
  readonly restored: boolean;
  /** Why it was not put back. */
  readonly why: string;
}

/** Somebody has removed a control that was seen: kept with the step, said in the ledger, and put back where that is configured. */
export async function noteDrift(run: Run, step: PlanStep, enforcer: Enforcer, probed: Probed): Promise<FoundDrift> {
  const { state, drift: known } = recordOf(run, step);
  const drift = known ?? { since: timeOf(run.context), evidence: probed.evidence };
  if (!known) {
    const ledger = [stepDraft(run, step, 'drift', { since: drift.since, evidence: [...drift.evidence] })];
    const evidence = [`drift: it was in place and is not any more: ${probed.evidence.join('; ')}`];
    await moveStep(run, step, { to: state, from: [state], drift, evidence, ledger });
  }
  const { owner = null } = recordOf(run, step);
  const why = await whyNotRestored(run, step);
  const found = { plan: run.plan.id, step: step.id, target: step.target, owner, ...drift };
  if (why !== '') return { ...found, restored: false, why };
  const problem = await putBack(run, step, enforcer);
  return { ...found, restored: problem === '', why: problem };
}

/** It is in place again, by whomsoever. */
export async function endDrift(run: Run, step: PlanStep, { evidence }: Probed): Promise<void> {
  const { state } = recordOf(run, step);
  const ledger = [stepDraft(run, step, 'drift', { ended: timeOf(run.context), evidence: [...evidence] })];
  await moveStep(run, step, { to: state, from: [state], drift: null, evidence: ['drift: it is in place again'], ledger });
}

export async function whyNotRestored(run: Run, step: PlanStep): Promise<string> {
  if (run.context.settings.execution?.drift !== 'restore')
    return 'execution.drift is report: put it back with a new plan, or undo this one';
  if (step.reversibility === 'R2') return 'an irreversible call is not repeated: plan again';
  if (await run.context.store.paused()) return 'execution is paused';
  const [denied] = (await deniedTargets(run)).filter((reason) => reason.startsWith(`step ${step.id}:`));
  return denied ?? '';
}

const BEFORE: readonly StepState[] = ['effective', 'partial', 'requested'];

/** Why it is not back; empty when it was seen to be. */
export async function putBack(run: Run, step: PlanStep, enforcer: Enforcer): Promise<string> {
  const { state, attempts } = recordOf(run, step);
  try {
    if (state !== 'requested') {
      const ledger = [stepDraft(run, step, 'intent', { command: step.commands.apply, why: 'drift: it is put back' })];
      await withControl(run, controlOf(enforcer, step), () =>
        moveStep(run, step, { to: 'requested', from: BEFORE, change: { attempts: attempts + 1 }, ledger }),
      );
    }
    await callStep(run, step, await enforcerOf(run, step), state === 'requested');
    if (recordOf(run, step).state === 'accepted') await awaitEffect(run, step, enforcer);
  } catch (error) {
    run.signal.throwIfAborted();
    return messageOf(error);
  }
  const after = recordOf(run, step);
  return after.state === 'effective' || after.state === 'partial' ? '' : `${after.state}: ${after.evidence.at(-1) ?? ''}`;
}
