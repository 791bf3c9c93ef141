/** Answers on protections, rulesets and environments → what the rules are. */
import type { BranchProtection } from '../../../iam/github/branch-protection.ts';
import type { DeploymentEnvironment } from '../../../iam/github/environment-entry.ts';
import type { Actor } from '../../../iam/github/ref-guards.ts';
import { refMatches } from '../../../iam/github/ref-pattern.ts';
import { GUARDING_RULES, ROLE_IDS, type Ruleset } from '../../../iam/github/rulesets.ts';
import type { Answers } from '../answers/answers.ts';
import * as guarding from '../answers/protection-shapes.ts';
import * as shapes from '../answers/shapes.ts';
import type { OrganisationView } from './organisation-view.ts';

const REPO = '/repos/{owner}/{repo}';

export interface Known<T> {
  readonly known: readonly T[];
  /** What was not answered, in words. */
  readonly unknown: readonly string[];
}

/** From the GraphQL rules, which are all of them, or from REST, branch by branch. */
export function protectionsIn(answers: Answers, repository: string): Known<BranchProtection> {
  const rules = answers.all(guarding.protectionRule, `${REPO}/branch-protection-rules`, repository);
  const pages = answers.pages(guarding.protection, `${REPO}/branches/{branch}/protection`, repository);
  const branches = answers.all(guarding.branch, `${REPO}/branches`, repository);
  const byBranch = pages.flatMap(({ parameters, items }) =>
    items.map((item) => restProtection(parameters['branch'] ?? '', item)),
  );
  const known = [...(rules ?? []).map(graphqlProtection), ...byBranch];
  if (rules) return { known, unknown: [] };
  const lacking = (branches ?? []).filter(
    (branch) => branch.protected && !byBranch.some(({ pattern }) => pattern === branch.name),
  );
  if (!branches && pages.length === 0) return { known, unknown: ['branch protection'] };
  return { known, unknown: lacking.slice(0, 1).map(({ name }) => `branch protection of ${name}`) };
}

function restProtection(pattern: string, answer: guarding.ProtectionAnswer): BranchProtection {
  const reviews = answer.required_pull_request_reviews;
  return {
    pattern: pattern.replace(/[*?[\]\\]/g, '\\$&'),
    ...(reviews && {
      review: {
        approvals: reviews.required_approving_review_count ?? 1,
        codeOwners: reviews.require_code_owner_reviews === true,
        bypass: actorsIn(reviews.bypass_pull_request_allowances),
      },
    }),
    ...(answer.restrictions && { pushers: actorsIn(answer.restrictions) }),
    checks: answer.required_status_checks?.checks?.map(({ context, app_id: app }) => ({ name: context, app: app ?? undefined })),
    isLocked: answer.lock_branch?.enabled === true,
    blocksCreation: answer.block_creations?.enabled === true,
  };
}

const actorsIn = (actors: guarding.ActorsAnswer): Actor[] => [
  ...(actors?.users ?? []).map(({ login }): Actor => ({ type: 'user', name: login })),
  ...(actors?.teams ?? []).map(({ slug }): Actor => ({ type: 'team', name: slug })),
  ...(actors?.apps ?? []).flatMap(({ slug }): Actor[] => (slug ? [{ type: 'app', name: slug }] : [])),
];

function graphqlProtection(rule: guarding.ProtectionRuleAnswer): BranchProtection {
  return {
    pattern: rule.pattern,
    ...(rule.requiresApprovingReviews && {
      review: {
        approvals: rule.requiredApprovingReviewCount ?? 0,
        codeOwners: rule.requiresCodeOwnerReviews === true,
        bypass: allowed(rule.bypassPullRequestAllowances),
      },
    }),
    ...(rule.restrictsPushes && { pushers: allowed(rule.pushAllowances) }),
    ...(rule.requiresStatusChecks && {
      checks: (rule.requiredStatusChecks ?? []).map(({ context, app }) => ({ name: context, app: app?.databaseId ?? undefined })),
    }),
    isLocked: rule.lockBranch === true,
    blocksCreation: rule.blocksCreations === true,
  };
}

const allowed = (allowances: guarding.AllowancesAnswer): Actor[] =>
  (allowances?.nodes ?? []).flatMap(({ actor }): Actor[] => {
    if (actor?.login) return [{ type: 'user', name: actor.login }];
    if (!actor?.slug) return [];
    return [{ type: actor.__typename === 'App' ? 'app' : 'team', name: actor.slug }];
  });

/** The repository's own, and those of the organisation that are for it; of a list alone the rules are not known. */
export function rulesetsIn(organisation: OrganisationView, about: shapes.RepositoryAnswer): Known<Ruleset> {
  const { answers, login } = organisation;
  const listed = answers.all(guarding.ruleset, `${REPO}/rulesets`, about.full_name);
  const own = answers.all(guarding.ruleset, `${REPO}/rulesets/{ruleset}`, about.full_name) ?? [];
  const shared = [
    ...(answers.all(guarding.ruleset, '/orgs/{org}/rulesets', login) ?? []),
    ...(answers.all(guarding.ruleset, '/orgs/{org}/rulesets/{ruleset}', login) ?? []),
  ].filter((answer) => isFor(answer, about) || listed?.some(({ id }) => id === answer.id));
  const byId = new Map<number, guarding.RulesetAnswer>();
  for (const answer of [...(listed ?? []), ...shared, ...own]) byId.set(answer.id, { ...byId.get(answer.id), ...stated(answer) });
  const all = [...byId.values()];
  const lacking = all.filter(({ rules, enforcement }) => enforcement === 'active' && !rules);
  const unseen = all.filter((answer) => answer.enforcement === 'active' && answer.bypass_actors == null && isGuarding(answer));
  const unknown = [
    ...(listed ? [] : ['rulesets']),
    ...lacking.slice(0, 1).map(({ name }) => `the rules of the ruleset ${name}`),
    ...unseen.slice(0, 1).map(({ name }) => `who may bypass the ruleset ${name}, which only those see who may change it`),
  ];
  return { known: all.filter(({ rules }) => rules).map((answer) => rulesetOf(answer, organisation)), unknown };
}

const isGuarding = ({ rules }: guarding.RulesetAnswer): boolean =>
  rules?.some(({ type }) => GUARDING_RULES.includes(type)) === true;

/** A list says less than the ruleset itself: what it leaves out does not overwrite. */
const stated = (answer: guarding.RulesetAnswer): guarding.RulesetAnswer =>
  Object.fromEntries(Object.entries(answer).filter(([, value]) => value != null)) as unknown as guarding.RulesetAnswer;

function isFor({ conditions }: guarding.RulesetAnswer, { full_name: name, id }: shapes.RepositoryAnswer): boolean {
  const ids = conditions?.repository_id?.repository_ids;
  if (ids) return ids.some((one) => String(one) === String(id));
  const names = conditions?.repository_name;
  if (!names) return false;
  const own = name.slice(name.indexOf('/') + 1);
  const fits = (pattern: string): boolean => pattern === '~ALL' || refMatches(pattern, own);
  return (names.include ?? []).some(fits) && !(names.exclude ?? []).some(fits);
}

function rulesetOf(answer: guarding.RulesetAnswer, organisation: OrganisationView): Ruleset {
  const target = answer.target ?? 'branch';
  return {
    id: answer.id,
    name: answer.name,
    target: target === 'tag' || target === 'push' || target === 'repository' ? target : 'branch',
    source:
      answer.source_type === 'Organization' ? 'organisation' : answer.source_type === 'Enterprise' ? 'enterprise' : 'repository',
    isActive: answer.enforcement === 'active',
    include: answer.conditions?.ref_name?.include ?? [],
    exclude: answer.conditions?.ref_name?.exclude ?? [],
    rules: (answer.rules ?? []).map(({ type, parameters }) => ({ type, ...(parameters && { parameters }) })),
    ...(answer.bypass_actors && { bypass: answer.bypass_actors.map((actor) => bypassActor(actor, organisation)) }),
  };
}

function bypassActor(actor: NonNullable<guarding.RulesetAnswer['bypass_actors']>[number], organisation: OrganisationView): Actor {
  const { answers, login } = organisation;
  const id = String(actor.actor_id ?? '');
  switch (actor.actor_type) {
    case 'Team':
      return { type: 'team', name: organisation.teamById(id) ?? `#${id}` };
    case 'Integration': {
      const apps = answers.all(shapes.installation, '/orgs/{org}/installations', login) ?? [];
      return { type: 'app', name: apps.find((app) => String(app.app_id) === id)?.app_slug ?? `#${id}` };
    }
    case 'RepositoryRole':
      return { type: 'role', name: ROLE_IDS[Number(id)] ?? organisation.roleById(id) ?? `#${id}` };
    case 'DeployKey':
      return { type: 'deploy-key', name: '' };
    case 'User':
      return { type: 'user', name: organisation.userById(id) ?? `#${id}` };
    default:
      return { type: 'organisation-owner', name: '' };
  }
}

/** Undefined when nothing was answered. */
export function environmentsIn(answers: Answers, repository: string): Known<DeploymentEnvironment> | undefined {
  const policies = answers.pages(
    guarding.branchPolicy,
    `${REPO}/environments/{environment}/deployment-branch-policies`,
    repository,
  );
  const listed = answers.all(guarding.environment, `${REPO}/environments`, repository);
  if (!listed) return undefined;
  const unknown: string[] = [];
  const known = listed.map((answer): DeploymentEnvironment => {
    const rules = answer.protection_rules ?? [];
    const required = rules.find(({ type }) => type === 'required_reviewers');
    const own = policies
      .filter(({ parameters }) => parameters['environment']?.toLowerCase() === answer.name.toLowerCase())
      .flatMap(({ items }) => items);
    if (answer.deployment_branch_policy?.custom_branch_policies && own.length === 0) {
      unknown.push(`the branch policies of the environment ${answer.name}`);
    }
    return {
      name: answer.name,
      refs: refsOf(answer, own),
      ...(required && {
        reviewers: { actors: reviewersIn(required.reviewers), preventsSelfReview: required.prevent_self_review === true },
      }),
      gates: rules.flatMap(({ type, app }) => (OWN_RULES.includes(type) ? [] : [app?.slug ?? type])),
    };
  });
  return { known, unknown };
}

const OWN_RULES = ['required_reviewers', 'wait_timer', 'branch_policy'];

function refsOf(
  { deployment_branch_policy: policy }: guarding.EnvironmentAnswer,
  own: readonly { name: string; type?: string | null | undefined }[],
): DeploymentEnvironment['refs'] {
  if (!policy) return 'any';
  if (policy.protected_branches) return 'protected';
  return own.map(({ name, type }) => ({ type: type === 'tag' ? 'tag' : 'branch', pattern: name }));
}

const reviewersIn = (reviewers: NonNullable<guarding.EnvironmentAnswer['protection_rules']>[number]['reviewers']): Actor[] =>
  (reviewers ?? []).flatMap(({ reviewer }): Actor[] => {
    if (reviewer?.login) return [{ type: 'user', name: reviewer.login }];
    return reviewer?.slug ? [{ type: 'team', name: reviewer.slug }] : [];
  });
