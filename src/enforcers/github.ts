import { type GithubLogin, hostOf, PATIENCE, type Patience } from '../apis/github/client.ts';
import { RefusedError } from '../model/errors.ts';
import { type GithubControl, type GithubStep, githubControl, isGithubAction, parseGithubStep } from '../model/github-actions.ts';
import { foldKey } from '../model/keys.ts';
import type { EntityKind } from '../model/kinds.ts';
import type { Action, PlanStep } from '../model/plan.ts';
import type { Enforcer } from '../ports/enforcer.ts';
import { actionsSecret } from './github/actions-secret.ts';
import { GithubCalls, GithubLogins } from './github/calls.ts';
import { checkGithub } from './github/check.ts';
import { deployKey } from './github/deploy-key.ts';
import type { Handling, Work } from './github/handling.ts';
import { installation } from './github/installation.ts';
import { leakedToken } from './github/leaked-token.ts';
import { oauthToken } from './github/oauth-token.ts';
import { personalToken } from './github/personal-token.ts';
import { runner } from './github/runner.ts';
import { ssoAuthorization } from './github/sso-authorization.ts';
import { webhook } from './github/webhook.ts';
import { workflowPermissions } from './github/workflow-permissions.ts';
import { byHandling, type OnStep } from './step/handling.ts';
import { readParameters } from './step/read-parameters.ts';

export interface GithubEnforcerOptions extends GithubLogin {
  readonly name: string;
  /** An absolute folder in which people put leaked tokens, each in a file of mode 0600. */
  readonly tokens?: string | undefined;
  /** An OAuth app of ours, whose tokens it may end. */
  readonly oauthApp?: { readonly clientId: string; readonly clientSecret: string } | undefined;
  readonly patience?: Patience;
}

/** Changes things of one organisation on GitHub. Values of secrets and tokens are in no evidence and no error. */
export function createGithubEnforcer({ patience = PATIENCE, ...settings }: GithubEnforcerOptions): Enforcer {
  const logins = new GithubLogins(settings, patience);
  const seen = new Map<string, string>();
  const on: OnStep<Work<GithubStep>> = async (planned, context, use) => {
    context.signal.throwIfAborted();
    const step = readStep(planned);
    mustBeTarget(planned, step, settings);
    const github = new GithubCalls(logins, context.signal);
    return use({ step, planned, github, context, settings, seen }, HANDLINGS[step.control]);
  };
  return {
    name: settings.name,
    type: 'github',
    supports: (kind, action) => isGithubAction(action) && (KINDS[kind] ?? []).includes(action),
    controlOf: (step) => githubControl(readStep(step)),
    check: (signal) => checkGithub(new GithubCalls(logins, signal)),
    ...byHandling(on),
    [Symbol.asyncDispose]: () => logins[Symbol.asyncDispose](),
  };
}

const HANDLINGS: Readonly<Record<GithubControl, Handling<GithubStep>>> = {
  'deploy-key': deployKey,
  'actions-secret': actionsSecret,
  installation,
  'personal-token': personalToken,
  'sso-authorization': ssoAuthorization,
  token: leakedToken,
  'oauth-token': oauthToken,
  'workflow-permissions': workflowPermissions,
  webhook,
  runner,
};

const ENDS: readonly Action[] = ['quarantine', 'disable', 'revoke', 'delete'];
const KINDS: Partial<Record<EntityKind, readonly Action[]>> = {
  Credential: ENDS,
  Session: ENDS,
  ServiceAccount: ['quarantine', 'disable'],
  Secret: ['distribute', 'delete', 'revoke'],
  Repository: ['reduce'],
  Scope: ['reduce'],
  Resource: ['quarantine', 'disable'],
  Workload: ['revoke', 'delete'],
};

function readStep(step: PlanStep): GithubStep {
  return readParameters(step, () => parseGithubStep(step.action, step.parameters));
}

/** The native id of what a step works on; undefined where its key does not say it: tokens by their file, apps by their installation. */
function nativeId(step: GithubStep): string | undefined {
  const place =
    'repository' in step && step.repository !== undefined
      ? step.repository
      : 'organization' in step
        ? `org/${step.organization}`
        : '';
  switch (step.control) {
    case 'deploy-key':
      return `${step.repository}/keys/${step.keyId}`;
    case 'actions-secret':
      return step.environment === undefined
        ? `${place}/actions/secrets/${step.name}`
        : `${place}/environments/${step.environment}/secrets/${step.name}`;
    case 'personal-token':
      return step.tokenId === undefined ? undefined : `tokens/${step.tokenId}`;
    case 'sso-authorization':
      return `${place}/credential-authorizations/${step.credentialId}`;
    case 'workflow-permissions':
      return place;
    case 'webhook':
      return `${place}/hooks/${step.hookId}`;
    case 'runner':
      return `${place}/actions/runners/${step.runnerId}`;
    default:
      return undefined;
  }
}

/** Keys of another installation of GitHub name its host. */
function mustBeTarget(planned: PlanStep, step: GithubStep, login: GithubLogin): void {
  const host = hostOf(login);
  const prefix = host === undefined ? 'github:' : `github@${host}:`;
  const id = nativeId(step);
  const isTarget = id === undefined ? planned.target.startsWith(prefix) : foldKey(planned.target) === foldKey(prefix + id);
  if (isTarget || (step.control === 'token' && !planned.target.startsWith('github'))) return;
  const what = id === undefined ? `of ${prefix}…` : prefix + id;
  throw new RefusedError(`step ${planned.id}: the target ${planned.target} is not ${what}: nothing was done`);
}
