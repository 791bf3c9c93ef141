/** The REST endpoints that are read, and the permission that each needs. A new one is a line here and a use in `../organisation`. */
import type { z } from 'zod';
import { grouped } from '../../../model/grouped.ts';
import * as guarding from './protection-shapes.ts';
import * as shapes from './shapes.ts';

export interface Endpoint {
  /** As GitHub documents it, with `{parameters}`. */
  readonly path: string;
  /** Of one item, or of the whole answer where it is no list. */
  readonly shape: z.ZodType;
  /** The key of the list in an answer that also counts; `''`: the answer is the list; undefined: it is one object. */
  readonly list: string | undefined;
  /** Of a GitHub App, as the header `x-accepted-github-permissions` writes it. */
  readonly permission: string;
}

const one = (path: string, shape: z.ZodType, permission: string): Endpoint => ({ path, shape, list: undefined, permission });
const all = (path: string, shape: z.ZodType, permission: string, list = ''): Endpoint => ({ path, shape, list, permission });

const ORG = '/orgs/{org}';
const REPO = '/repos/{owner}/{repo}';
const SERVICES = ['actions', 'dependabot', 'codespaces'] as const;
/** Permissions on the secrets of each service. */
const SECRETS: Readonly<Record<(typeof SERVICES)[number], readonly [organisation: string, repository: string]>> = {
  actions: ['organization_secrets=read', 'secrets=read'],
  dependabot: ['organization_dependabot_secrets=read', 'dependabot_secrets=read'],
  codespaces: ['organization_codespaces_secrets=read', 'codespaces_secrets=read'],
};

export const endpoints: readonly Endpoint[] = [
  one(ORG, shapes.organisation, 'organization_administration=read'),
  all(`${ORG}/members`, shapes.user, 'members=read'),
  all(`${ORG}/outside_collaborators`, shapes.user, 'members=read'),
  all(`${ORG}/teams`, shapes.team, 'members=read'),
  all(`${ORG}/teams/{team}/members`, shapes.user, 'members=read'),
  all(`${ORG}/teams/{team}/repos`, shapes.repository, 'members=read'),
  all(`${ORG}/repos`, shapes.repository, 'metadata=read'),
  all(`${ORG}/custom-repository-roles`, shapes.customRole, 'organization_custom_roles=read', 'custom_roles'),
  all(`${ORG}/organization-roles`, shapes.organisationRole, 'organization_custom_org_roles=read', 'roles'),
  all(`${ORG}/organization-roles/{role}/users`, shapes.user, 'organization_custom_org_roles=read'),
  all(`${ORG}/organization-roles/{role}/teams`, shapes.team, 'organization_custom_org_roles=read'),
  ...SERVICES.flatMap((service) => [
    all(`${ORG}/${service}/secrets`, shapes.secret, SECRETS[service][0], 'secrets'),
    all(`${ORG}/${service}/secrets/{secret}/repositories`, shapes.repository, SECRETS[service][0], 'repositories'),
    all(`${REPO}/${service}/secrets`, shapes.secret, SECRETS[service][1], 'secrets'),
  ]),
  all(`${ORG}/actions/variables`, shapes.variable, 'organization_actions_variables=read', 'variables'),
  all(`${ORG}/installations`, shapes.installation, 'organization_administration=read', 'installations'),
  all(`${ORG}/personal-access-tokens`, shapes.tokenGrant, 'organization_personal_access_tokens=read'),
  all(`${ORG}/personal-access-tokens/{grant}/repositories`, shapes.repository, 'organization_personal_access_tokens=read'),
  all(`${ORG}/personal-access-token-requests`, shapes.tokenGrant, 'organization_personal_access_token_requests=read'),
  all(`${ORG}/credential-authorizations`, shapes.credentialAuthorization, 'organization_administration=read'),
  all(`${ORG}/hooks`, shapes.hook, 'organization_hooks=read'),
  all(`${ORG}/rulesets`, guarding.ruleset, 'organization_administration=write'),
  one(`${ORG}/rulesets/{ruleset}`, guarding.ruleset, 'organization_administration=write'),
  all(`${ORG}/actions/runners`, shapes.runner, 'organization_self_hosted_runners=read', 'runners'),
  all(`${ORG}/actions/runner-groups`, shapes.runnerGroup, 'organization_self_hosted_runners=read', 'runner_groups'),
  all(
    `${ORG}/actions/runner-groups/{group}/repositories`,
    shapes.repository,
    'organization_self_hosted_runners=read',
    'repositories',
  ),
  one(`${ORG}/actions/permissions/workflow`, shapes.workflowPermissions, 'organization_administration=read'),
  one(`${ORG}/actions/oidc/customization/sub`, shapes.oidcSub, 'organization_administration=read'),
  all(`${ORG}/secret-scanning/alerts`, shapes.alert, 'secret_scanning_alerts=read'),
  all(`${ORG}/audit-log`, shapes.auditEvent, 'organization_administration=read'),
  one(REPO, shapes.repository, 'metadata=read'),
  all(`${REPO}/collaborators`, shapes.collaborator, 'metadata=read'),
  all(`${REPO}/teams`, shapes.team, 'administration=read'),
  all(`${REPO}/branches`, guarding.branch, 'contents=read'),
  all(`${REPO}/commits`, shapes.commit, 'contents=read'),
  one(`${REPO}/branches/{branch}/protection`, guarding.protection, 'administration=read'),
  // Of the GraphQL API, whose protections have patterns.
  all(`${REPO}/branch-protection-rules`, guarding.protectionRule, 'administration=read', 'nodes'),
  all(`${REPO}/rulesets`, guarding.ruleset, 'metadata=read'),
  one(`${REPO}/rulesets/{ruleset}`, guarding.ruleset, 'administration=write'),
  all(`${REPO}/environments`, guarding.environment, 'actions=read', 'environments'),
  all(`${REPO}/environments/{environment}/deployment-branch-policies`, guarding.branchPolicy, 'actions=read', 'branch_policies'),
  all(`${REPO}/environments/{environment}/secrets`, shapes.secret, 'environments=read', 'secrets'),
  all(`${REPO}/environments/{environment}/variables`, shapes.variable, 'environments=read', 'variables'),
  all(`${REPO}/actions/organization-secrets`, shapes.secret, 'secrets=read', 'secrets'),
  all(`${REPO}/actions/variables`, shapes.variable, 'actions_variables=read', 'variables'),
  all(`${REPO}/keys`, shapes.deployKey, 'administration=read'),
  all(`${REPO}/hooks`, shapes.hook, 'repository_hooks=read'),
  all(`${REPO}/actions/runners`, shapes.runner, 'administration=read', 'runners'),
  one(`${REPO}/actions/permissions/workflow`, shapes.workflowPermissions, 'administration=read'),
  one(`${REPO}/actions/oidc/customization/sub`, shapes.oidcSub, 'actions=read'),
  all(`${REPO}/secret-scanning/alerts`, shapes.alert, 'secret_scanning_alerts=read'),
];

export interface Called {
  readonly endpoint: Endpoint;
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

const byLength = grouped(endpoints, ({ path }) => String(path.split('/').length));

/** The endpoint that a path calls: `/orgs/acme/members?role=admin`, whatever the host and a prefix of GitHub Enterprise Server. */
export function calledBy(url: string): Called | undefined {
  const found = /^(?:https?:\/\/[^/]+)?(?:\/api\/v3)?(\/(?:orgs|repos)\/[^?#]+?)\/?(?:\?([^#]*))?$/.exec(url);
  if (!found) return undefined;
  const parts = (found[1] as string).split('/').map(decoded);
  for (const endpoint of byLength.get(String(parts.length)) ?? []) {
    const parameters = matched(endpoint.path.split('/'), parts);
    if (parameters) return { endpoint, parameters, query: new URLSearchParams(found[2] ?? '') };
  }
  return undefined;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function matched(template: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [at, wanted] of template.entries()) {
    const part = parts[at] as string;
    if (wanted.startsWith('{')) parameters[wanted.slice(1, -1)] = part;
    else if (wanted !== part) return undefined;
  }
  return parameters;
}

/** The path with its parameters filled in. */
export const pathOf = (template: string, parameters: Readonly<Record<string, string>>): string =>
  template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parameters[name] ?? ''));
