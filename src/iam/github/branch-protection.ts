/**
 * Classic branch protection as a guard.
 * https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-protected-branches/about-protected-branches
 */
import type { Actor, Demand, RefGuard } from './ref-guards.ts';
import { isPattern, refMatches } from './ref-pattern.ts';

/** One protection, from REST (one branch) or GraphQL (a pattern). */
export interface BranchProtection {
  /** `main` or `release/*`. */
  readonly pattern: string;
  /** Undefined: no pull request is asked for. */
  readonly review?: { readonly approvals: number; readonly codeOwners: boolean; readonly bypass: readonly Actor[] } | undefined;
  /** Who alone may push; undefined: everybody who may write. */
  readonly pushers?: readonly Actor[] | undefined;
  /** Checks that must pass, and the one app that may report each; undefined: any. */
  readonly checks?: readonly { readonly name: string; readonly app?: number | undefined }[] | undefined;
  readonly isLocked: boolean;
  readonly blocksCreation: boolean;
}

export interface ReviewSetting {
  /** A workflow's token may approve pull requests. */
  readonly actionsMayApprove: boolean;
}

/** Its checks any writer's workflow gives. */
const ACTIONS_APP = 15_368;

/** The first that only another app than Actions may report: no gate is what any writer's workflow or token can pass. */
export const foreignCheck = <T extends { readonly app?: number | undefined }>(checks: readonly T[]): T | undefined =>
  checks.find(({ app }) => app !== undefined && app > 0 && app !== ACTIONS_APP);

/** Permissions of custom roles. */
const LIFTS = ['bypass_branch_protection', 'edit_repo_protections'];

/** One for each thing asked: who may push is asked besides whether somebody reviewed. Administrators may change any. */
export function protectionGuards(protection: BranchProtection, setting: ReviewSetting): RefGuard[] {
  const { pattern, review, pushers, checks = [], isLocked, blocksCreation } = protection;
  const name = `branch protection of ${pattern}`;
  const covers = (ref: string): boolean => ref.startsWith('refs/heads/') && refMatches(pattern, ref.slice('refs/heads/'.length));
  const common = { name, covers, adminsMayLift: true };
  const guards: RefGuard[] = [];
  const reviewed = review && reviewDemand(review, setting, pattern);
  if (reviewed) guards.push({ ...common, update: reviewed, bypass: review.bypass, liftedBy: LIFTS });
  const check = foreignCheck(checks);
  if (check) {
    const update: Demand = { kind: 'check', text: `the check ${check.name} that the ${name} asks another app for passes` };
    guards.push({ ...common, update, bypass: [], liftedBy: LIFTS });
  }
  if (isLocked) {
    const update: Demand = { kind: 'consent', text: `an administrator unlocks ${pattern}` };
    guards.push({ ...common, update, bypass: [], liftedBy: ['edit_repo_protections'] });
  }
  if (pushers) {
    const update: Demand = { kind: 'consent', text: `somebody who may push to ${pattern} does it` };
    const create = blocksCreation && isPattern(pattern) ? update : undefined;
    const liftedBy = [...LIFTS, 'push_protected_branch'];
    guards.push({ ...common, update, create, bypass: pushers, liftedBy });
  }
  return guards;
}

/**
 * Undefined when a writer can do it alone: no approval is needed, or one that a workflow's own token may give.
 * https://docs.github.com/actions/reference/security/secure-use
 */
export function reviewDemand(
  { approvals, codeOwners }: { readonly approvals: number; readonly codeOwners: boolean },
  { actionsMayApprove }: ReviewSetting,
  where: string,
): Demand | undefined {
  if (approvals < 1 && !codeOwners) return undefined;
  if (actionsMayApprove && approvals <= 1 && !codeOwners) return undefined;
  const who = codeOwners ? 'a code owner' : approvals > 1 ? `${approvals} others` : 'somebody else';
  return { kind: 'consent', text: `${who} approves a pull request into ${where}` };
}
