import { HOUR_MS } from '../../model/durations.ts';
import { RefusedError } from '../../model/errors.ts';
import type { Approval, PlanStep, StoredPlan } from '../../model/plan.ts';
import { type ExecuteContext, ledgerDraft, stepsOf, storedPlan, timeOf } from './run.ts';

/** How long an approval holds. */
const APPROVAL_HOURS = 24;

const isLocal = (actor: string): boolean => actor.startsWith('local:');

/** Distinct people that steps need: what they say, two for anything irreversible or over the configured budget of things down. */
export function approvalsNeeded(steps: readonly PlanStep[], budgets: ExecuteContext['settings']['budgets']): number {
  const irreversible = steps.filter((step) => step.reversibility === 'R2').length;
  const down = Math.max(0, ...steps.map((step) => step.outageAfter.lo.down));
  return Math.max(0, ...steps.map((step) => step.approvals), irreversible > 0 || down > budgets.down ? 2 : 0);
}

/** The same, and two for more things of tier 0 than configured. */
export async function approvalsFor(
  context: Pick<ExecuteContext, 'store' | 'settings'>,
  steps: readonly PlanStep[],
): Promise<number> {
  const { budgets } = context.settings;
  const needed = approvalsNeeded(steps, budgets);
  if (needed >= 2) return needed;
  const targets = await context.store.entities([...new Set(steps.map(({ target }) => target))]);
  return targets.filter(({ tier }) => tier === 0).length > (budgets.tier0 ?? 0) ? 2 : needed;
}

/**
 * Those that count at a time: of this hash, not expired, one per person, never the requester's own. A local user is nobody that we can
 * tell from the requester: one counts at most, and none where the requester is a local user too.
 */
export function approvalsThatCount(
  { plan, requestedBy, approvals }: Pick<StoredPlan, 'plan' | 'requestedBy' | 'approvals'>,
  now: string,
): string[] {
  const valid = approvals.filter(({ hash, by, expiresAt }) => hash === plan.hash && by !== requestedBy && expiresAt > now);
  const people = [...new Set(valid.map(({ by }) => by))];
  const local = isLocal(requestedBy) ? [] : people.filter(isLocal).slice(0, 1);
  return [...people.filter((by) => !isLocal(by)), ...local];
}

export interface ApprovalResult {
  readonly plan: string;
  readonly hash: string;
  readonly needed: number;
  readonly approvedBy: readonly string[];
  readonly expiresAt: string;
}

/** Refuses the requester, and a local user where it could not count. Approving twice renews. */
export async function approvePlan(
  context: Pick<ExecuteContext, 'store' | 'wallClock' | 'newId' | 'settings'>,
  planId: string,
  { actor }: { readonly actor: string },
): Promise<ApprovalResult> {
  const stored = await storedPlan(context, planId);
  const { plan, requestedBy } = stored;
  if (stored.state === 'done' || stored.state === 'undone') {
    throw new RefusedError(`plan ${planId} is ${stored.state}: there is nothing to approve any more`);
  }
  const now = timeOf(context);
  refuseApprover(actor, stored, now);
  const expiresAt = new Date(Date.parse(now) + APPROVAL_HOURS * HOUR_MS).toISOString();
  const approval: Approval = { plan: planId, hash: plan.hash, by: actor, at: now, expiresAt };
  await context.store.approve(
    approval,
    ledgerDraft({ context, actor }, 'approval', { plan: planId, hash: plan.hash, requestedBy, expiresAt }),
  );
  const approvedBy = approvalsThatCount({ ...stored, approvals: [...stored.approvals, approval] }, now);
  const needed = await approvalsFor(context, stepsOf(plan));
  if (stored.state === 'draft' && approvedBy.length >= needed) await context.store.setPlanState(planId, 'approved');
  return { plan: planId, hash: plan.hash, needed, approvedBy, expiresAt };
}

function refuseApprover(actor: string, stored: StoredPlan, now: string): void {
  const { requestedBy, plan } = stored;
  if (actor === requestedBy)
    throw new RefusedError(`${actor} asked for plan ${plan.id} and cannot approve it: another person must`);
  if (!isLocal(actor)) return;
  const others = approvalsThatCount(stored, now).filter((by) => by !== actor);
  if (isLocal(requestedBy) || others.some(isLocal)) {
    throw new RefusedError(
      `${actor} cannot be told from ${isLocal(requestedBy) ? requestedBy : 'the other local user'}: approve with a token of your own (INTERLOCK_TOKEN, \`interlock token create --role approver\`)`,
    );
  }
}

/**
 * Takes one's own approval back. What is on its way comes to its end; the next wave begins only with enough approvals. Returns those
 * that still count.
 */
export async function withdrawApproval(
  context: Pick<ExecuteContext, 'store' | 'wallClock' | 'newId' | 'settings'>,
  planId: string,
  { actor }: { readonly actor: string },
): Promise<Omit<ApprovalResult, 'expiresAt'>> {
  const { plan } = await storedPlan(context, planId);
  const ledger = ledgerDraft({ context, actor }, 'withdrawal', { plan: planId, hash: plan.hash });
  if (!(await context.store.withdrawApproval(planId, actor, ledger)))
    throw new RefusedError(`${actor} has not approved plan ${planId}: there is nothing to take back`);
  const stored = await storedPlan(context, planId);
  const approvedBy = approvalsThatCount(stored, timeOf(context));
  const needed = await approvalsFor(context, stepsOf(plan));
  if (stored.state === 'approved' && approvedBy.length < needed) await context.store.setPlanState(planId, 'draft');
  return { plan: planId, hash: plan.hash, needed, approvedBy };
}
