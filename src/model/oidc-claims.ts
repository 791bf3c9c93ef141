/**
 * What a token says beside its subject, as far as the subject tells, and whether it meets what a trust asks. Unknown parts are `*`.
 *
 * GitHub: https://docs.github.com/actions/reference/security/oidc
 * GitLab: https://docs.gitlab.com/ci/secrets/id_token_authentication/
 * HCP Terraform: https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/workload-identity-tokens
 */
import type { ClaimTest } from './subject-pattern.ts';
import { type Matched, matchedBy } from './wildcard.ts';

export const GITHUB_ISSUER = 'token.actions.githubusercontent.com';

/** Null: the token has no such claim. */
export type Claims = ReadonlyMap<string, string | null>;

/** Claims that are not here are not known. */
export function claimsOfSubject(issuer: string, sub: string): Claims {
  const said: [string, string | null][] = [['sub', sub]];
  if (issuer === GITHUB_ISSUER) said.push(...githubClaims(sub));
  else if (sub.startsWith('project_path:')) said.push(...namedParts(sub, GITLAB_PARTS));
  else if (sub.startsWith('organization:')) said.push(...namedParts(sub, TERRAFORM_PARTS));
  return new Map(said);
}

/** `all`: every token of such a subject meets every test; `some`: it cannot be told. */
export function meetsTests(claims: Claims, tests: readonly ClaimTest[]): Matched {
  const answers = tests.map((test) => meetsTest(claims.get(test.claim), test));
  return answers.includes('none') ? 'none' : answers.includes('some') ? 'some' : 'all';
}

function meetsTest(value: string | null | undefined, { patterns, not = false, ignoreCase = false }: ClaimTest): Matched {
  if (value === undefined) return 'some';
  const fold = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
  const found = value === null ? [] : patterns.map((pattern) => matchedBy(fold(value), fold(pattern)));
  const met = found.includes('all') ? 'all' : found.includes('some') ? 'some' : 'none';
  return not ? OPPOSITE[met] : met;
}

const OPPOSITE: Readonly<Record<Matched, Matched>> = { all: 'none', some: 'some', none: 'all' };

/** `repo:<owner>/<name>:<context>`, with or without the immutable ids. */
function githubClaims(sub: string): [string, string | null][] {
  const found = /^repo:([^/:@]+)(?:@([^/:]*))?\/([^/:@]+)(?:@([^:]*))?:(.*)$/.exec(sub);
  if (!found) return [];
  const [, owner = '', ownerId, name = '', repositoryId, context = ''] = found;
  const claims: [string, string | null][] = [
    ['repository', `${owner}/${name}`],
    ['repository_owner', owner],
  ];
  if (ownerId) claims.push(['repository_owner_id', ownerId]);
  if (repositoryId) claims.push(['repository_id', repositoryId]);
  const [kind = '', ...rest] = context.split(':');
  if (kind === 'environment') claims.push(['environment', rest.join(':').replaceAll('%3A', ':')]);
  else if (kind === 'ref') claims.push(['ref', rest.join(':')], ['environment', null]);
  else if (kind === 'pull_request') claims.push(['environment', null]);
  return claims;
}

const GITLAB_PARTS: Readonly<Record<string, string>> = { project_path: 'project_path', ref_type: 'ref_type', ref: 'ref' };
const TERRAFORM_PARTS: Readonly<Record<string, string>> = {
  organization: 'terraform_organization_name',
  project: 'terraform_project_name',
  workspace: 'terraform_workspace_name',
  run_phase: 'terraform_run_phase',
};

/** `name:value:name:value`; where a value holds a colon or an unknown part the names are not told apart. */
function namedParts(sub: string, names: Readonly<Record<string, string>>): [string, string][] {
  const parts = sub.split(':');
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [name = '', value = ''] = [parts[at], parts[at + 1]];
    if (!Object.hasOwn(names, name) || value.includes('*')) return pairs;
    pairs.push([names[name] as string, value]);
  }
  return pairs;
}
