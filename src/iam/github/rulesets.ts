/**
 * Rulesets of a repository or an organisation as guards.
 * https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets
 */
import { foreignCheck, type ReviewSetting, reviewDemand } from './branch-protection.ts';
import type { Actor, Demand, RefGuard } from './ref-guards.ts';
import { refMatches } from './ref-pattern.ts';

export interface Rule {
  readonly type: string;
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
}

export interface Ruleset {
  readonly id: number;
  readonly name: string;
  readonly target: 'branch' | 'tag' | 'push' | 'repository';
  readonly source: 'repository' | 'organisation' | 'enterprise';
  readonly isActive: boolean;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly rules: readonly Rule[];
  /** Undefined: the answer does not show it, since only those who may change the ruleset see it. */
  readonly bypass?: readonly Actor[] | undefined;
}

/** Rules that may ask something of whoever writes; the others shape commits, or keep refs from being deleted. */
export const GUARDING_RULES: readonly string[] = [
  'creation',
  'update',
  'pull_request',
  'required_status_checks',
  'required_deployments',
];

/** Ids of the roles that a ruleset names. */
export const ROLE_IDS: Readonly<Record<number, string>> = { 1: 'read', 2: 'maintain', 3: 'triage', 4: 'write', 5: 'admin' };

export function rulesetGuards(ruleset: Ruleset, defaultBranch: string, setting: ReviewSetting): RefGuard[] {
  if (!ruleset.isActive || (ruleset.target !== 'branch' && ruleset.target !== 'tag')) return [];
  const prefix = ruleset.target === 'branch' ? 'refs/heads/' : 'refs/tags/';
  const guard = {
    name: `ruleset ${ruleset.name}`,
    covers: (ref: string): boolean => ref.startsWith(prefix) && isTargeted(ruleset, ref, `refs/heads/${defaultBranch}`),
    bypass: ruleset.bypass ?? [],
    adminsMayLift: ruleset.source === 'repository',
    liftedBy: ruleset.source === 'repository' ? ['edit_repo_protections'] : [],
  };
  const guards = ruleset.rules.flatMap((rule): RefGuard[] => {
    const update = updateDemand(rule, ruleset, setting);
    const create: Demand | undefined =
      rule.type === 'creation' ? { kind: 'consent', text: `somebody past the ruleset ${ruleset.name} creates it` } : undefined;
    return update || create ? [{ ...guard, update, create }] : [];
  });
  return guards;
}

function isTargeted({ include, exclude }: Ruleset, ref: string, defaultRef: string): boolean {
  const fits = (pattern: string): boolean =>
    pattern === '~ALL' || (pattern === '~DEFAULT_BRANCH' ? ref === defaultRef : refMatches(pattern, ref));
  return include.some(fits) && !exclude.some(fits);
}

function updateDemand({ type, parameters = {} }: Rule, { name, target }: Ruleset, setting: ReviewSetting): Demand | undefined {
  const where = `what the ruleset ${name} guards`;
  switch (type) {
    case 'update':
      return { kind: 'consent', text: `somebody past the ruleset ${name} does it` };
    case 'pull_request': {
      const approvals = Number(parameters['required_approving_review_count'] ?? 0);
      const reviewers = Array.isArray(parameters['required_reviewers']) && parameters['required_reviewers'].length > 0;
      const codeOwners = parameters['require_code_owner_review'] === true || reviewers;
      return target === 'branch' ? reviewDemand({ approvals, codeOwners }, setting, where) : undefined;
    }
    case 'required_status_checks':
      return checkDemand(parameters, name);
    case 'required_deployments':
      return { kind: 'check', text: `the deployments that the ruleset ${name} asks for succeed` };
    default:
      return undefined;
  }
}

/** A check that any writer's workflow or token can report is no gate; one that only another app reports is. */
function checkDemand(parameters: NonNullable<Rule['parameters']>, name: string): Demand | undefined {
  const listed: unknown = parameters['required_status_checks'];
  const checks = (Array.isArray(listed) ? listed : []).map((check) => {
    const app: unknown = check?.integration_id;
    return { name: String(check?.context), ...(typeof app === 'number' && { app }) };
  });
  const foreign = foreignCheck(checks);
  return foreign && { kind: 'check', text: `the check ${foreign.name} that the ruleset ${name} asks another app for passes` };
}
