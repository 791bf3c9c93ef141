import type { Hold, PlanStep } from '../../model/plan.ts';
import { ownersOf } from './action-budgets.ts';
import { ledgerDraft, type Run, recordOf, stepsOf, timeOf } from './run.ts';
import { isReplaced, undoStep } from './undo-plan.ts';

export interface LiftedHold {
  readonly id: string;
  readonly plan: string;
  readonly step: string;
  readonly target: string;
  readonly control: string;
}

export interface DueHold extends LiftedHold {
  readonly due: string;
  /** Who is to be told: the target's owner, and who asked for the plan. */
  readonly owner: string | null;
  readonly requestedBy: string;
}

export interface Expired {
  readonly lifted: readonly LiftedHold[];
  readonly due: readonly DueHold[];
  /** Holds whose time is over and that could not be lifted, with why. */
  readonly kept: readonly (LiftedHold & { readonly why: string })[];
}

/**
 * Lifts the holds of a plan whose time is over, the newest first. What would re-arm an attacker (R!) becomes due instead: it stays until
 * a person lifts it, or until the credential was replaced and what was minted has died.
 */
export async function expireHolds(run: Run): Promise<Expired> {
  const now = timeOf(run.context);
  const open = await run.context.store.holds({ holder: run.plan.id, open: true });
  const lifted: LiftedHold[] = [];
  const due: DueHold[] = [];
  const kept: (LiftedHold & { why: string })[] = [];
  for (const hold of open.reverse()) {
    if (hold.expires === null || hold.expires > now) continue;
    const said = { id: hold.id, plan: run.plan.id, step: hold.step, target: hold.target, control: hold.control };
    const step = stepsOf(run.plan).find(({ id }) => id === hold.step);
    if (!step) {
      kept.push({ ...said, why: `the plan has no step ${hold.step}` });
    } else if (step.reversibility === 'R!' && !isSafe(run, step)) {
      due.push({ ...said, ...(await becomeDue(run, step, hold)) });
    } else {
      const why = await undoStep(run, step);
      if (why.length === 0) lifted.push(said);
      else kept.push({ ...said, why: why.join('; ') });
    }
  }
  return { lifted, due, kept };
}

/** Replaced, and nothing that was minted lives. */
function isSafe(run: Run, step: PlanStep): boolean {
  const until = recordOf(run, step).residualUntil ?? step.residualUntil;
  return isReplaced(run, step) && (until === null || until < timeOf(run.context));
}

async function becomeDue(run: Run, step: PlanStep, hold: Hold): Promise<Pick<DueHold, 'due' | 'owner' | 'requestedBy'>> {
  const owner = recordOf(run, step).owner ?? (await ownersOf(run)).get(step.target) ?? null;
  const { requestedBy } = run;
  if (hold.due !== undefined) return { due: hold.due, owner, requestedBy };
  const due = timeOf(run.context);
  const { id, target, control, expires } = hold;
  const why = 'lifting it re-arms whoever holds what was minted';
  const body = { plan: run.plan.id, step: step.id, hold: id, target, control, expires, owner, requestedBy, why };
  await run.context.store.changeHold(id, { due }, ledgerDraft(run, 'due', body));
  return { due, owner, requestedBy };
}
