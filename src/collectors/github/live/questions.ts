/** What is asked of GitHub, and what follows from an answer. The permission of each is that of its endpoint. */

export interface Question {
  /** With parameters filled in. */
  readonly path: string;
  /** Questions that the answer raises. */
  readonly raises?: (items: readonly Item[]) => Question[];
  /** What organisations of other plans than Enterprise do not have: no gap there. */
  readonly isOfEnterprise?: boolean;
  /** GitHub answers 404 or 403 where the thing is not switched on: there is none of it then. */
  readonly mayBeOff?: boolean;
  /** Of a list so many of the first items are enough. */
  readonly first?: number;
}

type Item = Readonly<Record<string, unknown>>;

const part = (value: unknown): string => encodeURIComponent(String(value));
const each =
  (ask: (item: Item) => string, only: (item: Item) => boolean = () => true) =>
  (items: readonly Item[]) =>
    items.filter(only).map((item): Question => ({ path: ask(item) }));

export function organisationQuestions(org: string): Question[] {
  const base = `/orgs/${part(org)}`;
  const selected = ({ visibility }: Item): boolean => visibility === 'selected';
  const isWhole = ({ rules }: Item): boolean => rules == null;
  return [
    { path: `${base}/members?role=admin` },
    { path: `${base}/members?role=member` },
    { path: `${base}/outside_collaborators` },
    { path: `${base}/teams`, raises: each(({ slug }) => `${base}/teams/${part(slug)}/members`) },
    { path: `${base}/custom-repository-roles`, isOfEnterprise: true },
    {
      path: `${base}/organization-roles`,
      raises: (roles) =>
        roles.flatMap(({ id }) => ['users', 'teams'].map((who) => ({ path: `${base}/organization-roles/${part(id)}/${who}` }))),
    },
    {
      path: `${base}/actions/secrets`,
      raises: each(({ name }) => `${base}/actions/secrets/${part(name)}/repositories`, selected),
    },
    { path: `${base}/dependabot/secrets` },
    { path: `${base}/codespaces/secrets` },
    { path: `${base}/actions/variables` },
    { path: `${base}/installations` },
    {
      path: `${base}/personal-access-tokens`,
      raises: each(
        ({ id }) => `${base}/personal-access-tokens/${part(id)}/repositories`,
        ({ repository_selection: selection }) => selection === 'subset',
      ),
    },
    { path: `${base}/personal-access-token-requests` },
    { path: `${base}/credential-authorizations`, isOfEnterprise: true, mayBeOff: true },
    { path: `${base}/hooks` },
    { path: `${base}/rulesets`, raises: each(({ id }) => `${base}/rulesets/${part(id)}`, isWhole), mayBeOff: true },
    { path: `${base}/actions/runners` },
    {
      path: `${base}/actions/runner-groups`,
      raises: each(({ id }) => `${base}/actions/runner-groups/${part(id)}/repositories`, selected),
    },
    { path: `${base}/actions/permissions/workflow` },
    { path: `${base}/actions/oidc/customization/sub`, mayBeOff: true },
    { path: `${base}/secret-scanning/alerts`, mayBeOff: true },
    { path: `${base}/audit-log?include=all`, isOfEnterprise: true },
  ];
}

export function repositoryQuestions(name: string): Question[] {
  const base = `/repos/${name.split('/').map(part).join('/')}`;
  const environment = ({ name: one }: Item): string => `${base}/environments/${part(one)}`;
  const hasPolicies = ({ deployment_branch_policy: policy }: Item): boolean =>
    (policy as { readonly custom_branch_policies?: boolean } | null | undefined)?.custom_branch_policies === true;
  return [
    { path: `${base}/collaborators?affiliation=direct` },
    { path: `${base}/teams` },
    { path: `${base}/commits`, mayBeOff: true, first: 30 },
    {
      path: `${base}/branches?protected=true`,
      raises: each(({ name: branch }) => `${base}/branches/${part(branch)}/protection`),
    },
    {
      path: `${base}/rulesets?includes_parents=true`,
      mayBeOff: true,
      raises: each(
        ({ id }) => `${base}/rulesets/${part(id)}`,
        ({ source_type: source }) => source !== 'Organization',
      ),
    },
    {
      path: `${base}/environments`,
      mayBeOff: true,
      raises: (found) => [
        ...found.map((one) => ({ path: `${environment(one)}/secrets` })),
        ...found.filter(hasPolicies).map((one) => ({ path: `${environment(one)}/deployment-branch-policies` })),
      ],
    },
    { path: `${base}/actions/secrets` },
    { path: `${base}/dependabot/secrets` },
    { path: `${base}/codespaces/secrets` },
    { path: `${base}/actions/variables` },
    { path: `${base}/keys` },
    { path: `${base}/hooks` },
    { path: `${base}/actions/runners` },
    { path: `${base}/actions/permissions/workflow` },
    { path: `${base}/actions/oidc/customization/sub` },
  ];
}
