/**
 * What can be done to GitHub secrets, deploy keys, tokens, apps, webhooks and runners, and the literal command of it:
 * `parameters.control` says which. The enforcer makes the same calls. Pure text.
 *
 *   control               actions                     parameters                          reversible
 *   deploy-key            quarantine disable revoke   repository, keyId, sshFingerprint?  R1  added again it has another id
 *   actions-secret        distribute                  place, name, field                  R2  the old value cannot be read
 *                         delete                      place, name                         R2
 *   installation          quarantine disable          installation                        R0  by the app that owns it, with its own key
 *   personal-token        revoke delete               organization, tokenId or grantId    R2  the token's access to the organisation
 *   sso-authorization     revoke delete               organization, credentialId          R2  its owner may authorise it again
 *   token                 revoke                      tokenFile                           R2  the raw token, from a file of mode 0600
 *   oauth-token           revoke                      clientId, tokenFile, grant?         R2
 *   workflow-permissions  reduce                      place                               R1
 *   webhook               quarantine disable          place, hookId                       R0
 *   runner                revoke delete               place, runnerId                     R2
 *
 * A place is `repository` (owner/name, with `environment` for a secret of one) or `organization`.
 *
 * Overwriting an Actions secret is irreversible (its value cannot be read back), and it leaves the credential that was inside alive:
 * that one is ended at its issuer. `POST /credentials/revoke` takes no authorization; it works for `ghp_`, `github_pat_`,
 * `gho_`, `ghu_` and `ghr_` tokens, 60 calls an hour, and "cannot be undone".
 *
 * Sources: GitHub REST API: "Actions secrets", "Deploy keys", "Revocation", "Apps" (suspend an installation).
 */
import { z } from 'zod';
import type { Action, StepCommands } from './plan.ts';
import { shellQuote as q } from './shell.ts';

const login = z.string().regex(/^(?!\.\.?$)[\w.-]{1,100}$/, 'the name of an organisation or an account');
const repository = z.string().regex(/^(?!\.\.?\/)[\w.-]{1,100}\/(?!\.\.?$)[\w.-]{1,100}$/, 'expected owner/name');
const id = z.string().regex(/^\d{1,20}$/, 'a number');
const secretName = z.string().regex(/^\w{1,255}$/, 'the name of a secret');
const file = z.string().min(1).max(4096);
const place = { repository: repository.optional(), organization: login.optional() };

const controls = [
  z.strictObject({ control: z.literal('deploy-key'), repository, keyId: id, sshFingerprint: z.string().optional() }),
  z.strictObject({
    control: z.literal('actions-secret'),
    ...place,
    environment: z.string().min(1).optional(),
    name: secretName,
    /** Which part of the new credential goes there; only of `distribute`. */
    field: z.string().min(1).optional(),
  }),
  z.strictObject({ control: z.literal('installation'), installation: id }),
  z.strictObject({
    control: z.literal('personal-token'),
    organization: login.optional(),
    tokenId: id.optional(),
    grantId: id.optional(),
  }),
  z.strictObject({ control: z.literal('sso-authorization'), organization: login, credentialId: id }),
  /** `tokenFile`: absolute, or a name in the enforcer's folder `tokens`. */
  z.strictObject({ control: z.literal('token'), tokenFile: file }),
  z.strictObject({
    control: z.literal('oauth-token'),
    clientId: z.string().regex(/^[\w.-]{1,100}$/, 'the client id of an OAuth app'),
    tokenFile: file,
    /** All tokens of the app for this user. */
    grant: z.boolean().optional(),
  }),
  z.strictObject({ control: z.literal('workflow-permissions'), ...place }),
  z.strictObject({ control: z.literal('webhook'), ...place, hookId: id }),
  z.strictObject({ control: z.literal('runner'), ...place, runnerId: id }),
] as const;

const parameters = z.discriminatedUnion('control', controls);
export type GithubStep = z.infer<typeof parameters>;
export type GithubControl = GithubStep['control'];
export type GithubStepOf<C extends GithubControl> = Extract<GithubStep, { control: C }>;

/** Which actions each control is a part of. */
export const GITHUB_ACTIONS: Readonly<Record<GithubControl, readonly Action[]>> = {
  'deploy-key': ['quarantine', 'disable', 'revoke', 'delete'],
  'actions-secret': ['distribute', 'delete', 'revoke'],
  installation: ['quarantine', 'disable'],
  'personal-token': ['revoke', 'delete'],
  'sso-authorization': ['revoke', 'delete'],
  token: ['revoke', 'delete'],
  'oauth-token': ['revoke', 'delete'],
  'workflow-permissions': ['reduce'],
  webhook: ['quarantine', 'disable'],
  runner: ['revoke', 'delete'],
};

export const isGithubAction = (action: Action): boolean =>
  Object.values(GITHUB_ACTIONS).some((actions) => actions.includes(action));

/** Throws a ZodError that names the field. */
export function parseGithubStep(action: Action, given: unknown): GithubStep {
  return parameters
    .refine(({ control }) => GITHUB_ACTIONS[control].includes(action), `this control is no part of ${action}`)
    .refine((step) => !isPlaced(step) || (step.repository === undefined) !== (step.organization === undefined), {
      message: 'expected either a repository or an organization',
    })
    .refine((step) => step.control !== 'actions-secret' || (step.field !== undefined) === (action === 'distribute'), {
      message: 'field: which part of the new credential is written, and nothing else',
    })
    .refine((step) => step.control !== 'personal-token' || (step.tokenId === undefined) !== (step.grantId === undefined), {
      message: 'expected either tokenId or grantId',
    })
    .parse(given);
}

type Placed = GithubStepOf<'actions-secret' | 'workflow-permissions' | 'webhook' | 'runner'>;
const PLACED: readonly GithubControl[] = ['actions-secret', 'workflow-permissions', 'webhook', 'runner'];
const isPlaced = (step: GithubStep): step is Placed => PLACED.includes(step.control);

/** Steps of two incidents that work on one of these share a hold. */
export const githubControl = ({ control }: GithubStep): string =>
  control === 'workflow-permissions' || control === 'webhook' || control === 'installation' ? control : 'existence';

type Place = Readonly<Partial<Record<'repository' | 'organization' | 'environment', string | undefined>>>;

/** `/repos/acme/shop` or `/orgs/acme`. */
export const githubPlacePath = ({ repository: repo, organization }: Place): string =>
  repo === undefined
    ? `/orgs/${encodeURIComponent(organization ?? '')}`
    : `/repos/${repo.split('/').map(encodeURIComponent).join('/')}`;

/** Where a secret of Actions is: `/repos/acme/shop/environments/prod/secrets`, `/orgs/acme/actions/secrets`. */
export const githubSecretsPath = (where: Place): string =>
  where.environment === undefined
    ? `${githubPlacePath(where)}/actions/secrets`
    : `${githubPlacePath(where)}/environments/${encodeURIComponent(where.environment)}/secrets`;

/** What a leaked token is called in the enforcer's folder of such files. */
export const githubTokenFile = (digest: string): string => `token-${digest}`;

/** Where a secret is kept: a repository, one of its environments, or an organisation. */
export interface GithubSecretPlace {
  readonly name: string;
  readonly repository?: string;
  readonly environment?: string;
  readonly organization?: string;
}

/** The native id in a key of GitHub, whichever installation it is of: `github@ghe.example:8443:acme/shop` → `acme/shop`. */
export const githubIdIn = (key: string): string | undefined => /^github(?:@[^:/]+(?::\d+)?)?:(.+)$/.exec(key)?.[1];

/** `github:acme/shop/actions/secrets/TOKEN`, `github:acme/shop/environments/prod/secrets/TOKEN`, `github:org/acme/actions/secrets/TOKEN`. */
export function githubSecretOf(key: string): GithubSecretPlace | undefined {
  const own = githubIdIn(key) ?? '';
  const org = /^org\/([^/]+)\/actions\/secrets\/([^/]+)$/.exec(own);
  if (org) return { organization: org[1]!, name: org[2]! };
  const environment = /^([^/]+\/[^/]+)\/environments\/(.+)\/secrets\/([^/]+)$/.exec(own);
  if (environment) return { repository: environment[1]!, environment: environment[2]!, name: environment[3]! };
  const plain = /^([^/]+\/[^/]+)\/actions\/secrets\/([^/]+)$/.exec(own);
  return plain ? { repository: plain[1]!, name: plain[2]! } : undefined;
}

/** `github:acme/shop/keys/17` */
export function githubDeployKeyOf(key: string): { readonly repository: string; readonly id: string } | undefined {
  const found = /^([^/]+\/[^/]+)\/keys\/(\d+)$/.exec(githubIdIn(key) ?? '');
  return found ? { repository: found[1]!, id: found[2]! } : undefined;
}

const secretWords = ({ name, repository, environment, organization }: GithubSecretPlace): string =>
  organization === undefined
    ? `${q(name)} --repo ${q(repository ?? '')}${environment === undefined ? '' : ` --env ${q(environment)}`}`
    : `${q(name)} --org ${q(organization)}`;

/** Puts a new value into a place. `value`: the command that prints it, so that it is never shown or typed. */
export const githubSetSecret = (place: GithubSecretPlace, value: string): string =>
  `${value} | gh secret set ${secretWords(place)}`;

/** Title, public key and read_only are saved first: with them the same key can be added again, under a new id. */
export function githubDeleteDeployKey(repository: string, id: string): StepCommands {
  const path = `repos/${repository}/keys`;
  const file = q(`deploy-key-${id}.json`);
  return {
    apply: `gh api ${q(`${path}/${id}`)} > ${file} && gh api -X DELETE ${q(`${path}/${id}`)}`,
    inverse: `jq '{title, key, read_only}' ${file} | gh api -X POST ${q(path)} --input -`,
    probe: `gh api ${q(path)} --jq '.[].id'`,
  };
}

/** The leaked value is typed in once and goes nowhere else. */
export const githubRevokeToken = (): StepCommands => ({
  apply:
    'read -rs TOKEN && printf \'{"credentials":["%s"]}\' "$TOKEN" | curl -sS -X POST https://api.github.com/credentials/revoke -H \'Content-Type: application/json\' --data-binary @-; unset TOKEN',
  inverse: '',
  probe:
    'read -rs TOKEN && curl -sS -o /dev/null -w \'%{http_code}\\n\' -H "Authorization: Bearer $TOKEN" https://api.github.com/user; unset TOKEN',
});

/** By the owner of the app, with the app's own JWT in `$APP_JWT`. */
export const githubSuspendInstallation = (installation: string): StepCommands => {
  const call = (method: string): string =>
    `curl -sS -X ${method} -H "Authorization: Bearer $APP_JWT" ${q(`https://api.github.com/app/installations/${installation}/suspended`)}`;
  return {
    apply: call('PUT'),
    inverse: call('DELETE'),
    probe: `curl -sS -H "Authorization: Bearer $APP_JWT" ${q(`https://api.github.com/app/installations/${installation}`)}`,
  };
};

const api = (method: string, path: string, more = ''): string =>
  `gh api${method === 'GET' ? '' : ` -X ${method}`} ${q(path.slice(1))}${more}`;

const gone = (path: string): StepCommands => ({ apply: api('DELETE', path), inverse: '', probe: api('GET', path) });

function secretCommands(step: GithubStepOf<'actions-secret'>): StepCommands {
  const words = secretWords({
    name: step.name,
    ...(step.repository !== undefined && { repository: step.repository }),
    ...(step.environment !== undefined && { environment: step.environment }),
    ...(step.organization !== undefined && { organization: step.organization }),
  });
  const path = `${githubSecretsPath(step)}/${step.name}`;
  if (step.field === undefined) return { apply: `gh secret delete ${words}`, inverse: '', probe: api('GET', path) };
  return {
    apply: `gh secret set ${words} < ${q(`new-${step.name}`)}`,
    inverse: '',
    probe: api('GET', path, ' --jq .updated_at'),
  };
}

function permissionCommands(step: GithubStepOf<'workflow-permissions'>): StepCommands {
  const path = `${githubPlacePath(step)}/actions/permissions/workflow`;
  const saved = q('workflow-permissions-before.json');
  return {
    apply: `${api('GET', path)} > ${saved} && ${api('PUT', path, ' -f default_workflow_permissions=read -F can_approve_pull_request_reviews=false')}`,
    inverse: `${api('PUT', path)} --input ${saved}`,
    probe: api('GET', path),
  };
}

function personalTokenCommands({ organization = '{org}', tokenId, grantId }: GithubStepOf<'personal-token'>): StepCommands {
  const path = `/orgs/${organization}/personal-access-tokens`;
  const chosen = tokenId === undefined ? `.id == ${grantId}` : `.token_id == ${tokenId}`;
  const probe = `gh api --paginate ${q(path.slice(1))} --jq ${q(`.[] | select(${chosen}) | .id`)}`;
  return { apply: `${api('POST', path)} -f action=revoke -F "pat_ids[]=$(${probe})"`, inverse: '', probe };
}

const fromFile = (name: string): string => q(name.startsWith('/') ? name : `./${name}`);

function tokenCommands({ tokenFile }: GithubStepOf<'token'>): StepCommands {
  const value = `"$(cat ${fromFile(tokenFile)})"`;
  return {
    apply: `printf '{"credentials":["%s"]}' ${value} | curl -sS -X POST https://api.github.com/credentials/revoke -H 'Content-Type: application/json' --data-binary @-`,
    inverse: '',
    probe: `printf 'header = "Authorization: Bearer %s"' ${value} | curl -sS -o /dev/null -w '%{http_code}\\n' -K - https://api.github.com/user`,
  };
}

function oauthCommands({ clientId, tokenFile, grant }: GithubStepOf<'oauth-token'>): StepCommands {
  const call = (method: string, path: string): string =>
    `printf '{"access_token":"%s"}' "$(cat ${fromFile(tokenFile)})" | curl -sS -X ${method} -u ${q(`${clientId}`)} ${q(`https://api.github.com/applications/${clientId}/${path}`)} --data-binary @-`;
  return { apply: call('DELETE', grant ? 'grant' : 'token'), inverse: '', probe: call('POST', 'token') };
}

/** For `PlanStep.commands`. No secret can appear. */
export function githubCommands(step: GithubStep): StepCommands {
  switch (step.control) {
    case 'deploy-key':
      return githubDeleteDeployKey(step.repository, step.keyId);
    case 'actions-secret':
      return secretCommands(step);
    case 'installation':
      return githubSuspendInstallation(step.installation);
    case 'personal-token':
      return personalTokenCommands(step);
    case 'sso-authorization':
      return {
        apply: api('DELETE', `/orgs/${step.organization}/credential-authorizations/${step.credentialId}`),
        inverse: '',
        probe: `gh api --paginate ${q(`orgs/${step.organization}/credential-authorizations`)} --jq ${q('.[].credential_id')}`,
      };
    case 'token':
      return tokenCommands(step);
    case 'oauth-token':
      return oauthCommands(step);
    case 'workflow-permissions':
      return permissionCommands(step);
    case 'webhook': {
      const path = `${githubPlacePath(step)}/hooks/${step.hookId}`;
      const set = (active: boolean): string => api('PATCH', path, ` -F active=${active}`);
      return { apply: set(false), inverse: set(true), probe: api('GET', path, ' --jq .active') };
    }
    case 'runner':
      return gone(`${githubPlacePath(step)}/actions/runners/${step.runnerId}`);
  }
}
