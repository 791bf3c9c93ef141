/**
 * What dies with an act, and what lives on until when: one row for each (provider, action), with the control where an action has several.
 * The outage, the cascade and the planner read it; `minted` is what came from the thing that the act is on.
 *
 * Sources: the documents that `<provider>-actions.ts` and `aws-controls.ts` name beside each control.
 */
import type { Action, StepParameters } from './plan.ts';

export interface DeathRow {
  /** Sessions and proofs that were minted from it: `gone` with it, or `kept` until each ends. */
  readonly minted: 'gone' | 'kept';
  /** Connections that are open at a database or a broker. */
  readonly connections: 'ended' | 'kept';
  /** What outlives the act, and until when. Empty: nothing that is known. */
  readonly survives: string;
}

const row = (minted: DeathRow['minted'], survives = '', connections: DeathRow['connections'] = 'ended'): DeathRow => ({
  minted,
  connections,
  survives,
});

/** Of acts that end nothing: reads, new proofs, new values. */
const NOTHING = row('kept', 'everything: the act ends nothing', 'kept');
/** Nobody knows what the act does: nothing is hoped for, and connections are taken for ended. */
export const UNKNOWN_DEATH = row('kept', 'whatever was minted from it, until each ends: nothing says what this act does to it');

const AWS_SESSIONS = 'sessions that it minted, until each ends (at most 12 hours for a role, 36 hours for GetSessionToken)';
const AWS_DENIED = 'sessions of roles that it assumed, until each ends; its own are denied';
const GITHUB_TOKEN = 'clones that were made, and jobs that run; other tokens of its owner';
const PASSWORDS = 'other ways to log in, and connections that are open';

export const DEATHS: Readonly<Record<string, Readonly<Record<string, DeathRow>>>> = {
  aws: {
    'access-key quarantine': row('kept', AWS_SESSIONS),
    'access-key disable': row('kept', AWS_SESSIONS),
    'access-key delete': row('kept', AWS_SESSIONS),
    'access-key save': NOTHING,
    'access-key issue': NOTHING,
    'login-profile revoke': row('kept', 'console sessions, until each ends (at most 12 hours)'),
    'login-profile delete': row('kept', 'console sessions, until each ends (at most 12 hours)'),
    'interlock-deny quarantine': row('kept', AWS_DENIED),
    'interlock-deny disable': row('kept', AWS_DENIED),
    'interlock-fence reduce': row('kept', 'whoever sits inside the fence; sessions of roles that it assumed'),
    'interlock-deny-assume block': row('kept', 'sessions that were minted before, until each ends'),
    'AWSRevokeOlderSessions quarantine': row(
      'kept',
      'sessions that are issued after the cutoff; chained sessions, at most 1 hour',
    ),
    'permissions-boundary reduce': row(
      'kept',
      'what the boundary allows, and grants of resource policies to the identity itself',
    ),
    'trust-policy block': row('kept', 'sessions that were minted before, until each ends'),
    'max-session shorten': row('kept', 'sessions that were minted before keep their end'),
    'service-control-policy quarantine': row('kept', 'sessions of roles of other accounts, until each ends'),
    'existence delete': row('kept', 'sessions of roles that it assumed, until each ends'),
    'secret-value distribute': NOTHING,
    'parameter-value distribute': NOTHING,
  },
  github: {
    'deploy-key quarantine': row('kept', 'a transfer that runs, and clones that were made'),
    'deploy-key disable': row('kept', 'a transfer that runs, and clones that were made'),
    'deploy-key revoke': row('kept', 'a transfer that runs, and clones that were made'),
    'deploy-key delete': row('kept', 'a transfer that runs, and clones that were made'),
    'actions-secret distribute': row(
      'kept',
      'the credential inside, at its issuer; jobs that run have the old value to their end',
    ),
    'actions-secret delete': row('kept', 'the credential inside, at its issuer; jobs that run have it to their end'),
    'actions-secret revoke': row('kept', 'the credential inside, at its issuer; jobs that run have it to their end'),
    'installation quarantine': row('kept', 'installation tokens that were issued, at most 1 hour'),
    'installation disable': row('kept', 'installation tokens that were issued, at most 1 hour'),
    'personal-token revoke': row('kept', 'the token outside of the organisation'),
    'personal-token delete': row('kept', 'the token outside of the organisation'),
    'sso-authorization revoke': row('kept', 'the token outside of the organisation, until its owner authorises it again'),
    'sso-authorization delete': row('kept', 'the token outside of the organisation, until its owner authorises it again'),
    'token revoke': row('kept', GITHUB_TOKEN),
    'token delete': row('kept', GITHUB_TOKEN),
    'oauth-token revoke': row('kept', GITHUB_TOKEN),
    'oauth-token delete': row('kept', GITHUB_TOKEN),
    'workflow-permissions reduce': row('kept', 'tokens of jobs that run, to the end of the job (at most 24 hours)'),
    'webhook quarantine': row('kept', 'what was delivered'),
    'webhook disable': row('kept', 'what was delivered'),
    'runner revoke': row('kept', 'a job that runs on it, to its end'),
    'runner delete': row('kept', 'a job that runs on it, to its end'),
  },
  k8s: {
    'bindings save': NOTHING,
    'bindings quarantine': row(
      'kept',
      'its tokens, which may nothing in the cluster; clouds that trust them take them until they end',
    ),
    'bindings disable': row(
      'kept',
      'its tokens, which may nothing in the cluster; clouds that trust them take them until they end',
    ),
    'binding detach': row('kept', 'what its other bindings allow'),
    'network quarantine': row('kept', 'its tokens, from elsewhere; connections that a network plugin leaves open', 'kept'),
    'network block': row('kept', 'its tokens, from elsewhere; connections that a network plugin leaves open', 'kept'),
    'token-secret revoke': row('gone', 'outside of the cluster the token until it ends; inside for 10 s where it was just used'),
    'token-secret disable': row('gone', 'outside of the cluster the token until it ends; inside for 10 s where it was just used'),
    'token-secret delete': row('gone', 'outside of the cluster the token until it ends; inside for 10 s where it was just used'),
    'service-account revoke': row('gone', 'outside of the cluster its tokens until they end; pods go on running'),
    'service-account delete': row('gone', 'outside of the cluster its tokens until they end; pods go on running'),
    'pod revoke': row('gone', 'outside of the cluster its tokens until they end; inside for 60 s'),
    'pod delete': row('gone', 'outside of the cluster its tokens until they end; inside for 60 s'),
    'token issue': NOTHING,
    'secret-key distribute': NOTHING,
  },
  keycloak: {
    save: NOTHING,
    quarantine: row('kept', 'signed tokens, until they run out, where nobody asks the server'),
    disable: row('kept', 'signed tokens, until they run out, where nobody asks the server'),
    block: row('kept', 'tokens that are issued after it; signed tokens where nobody asks the server'),
    shorten: row('kept', 'tokens that were issued before keep their end'),
    reduce: row('kept', 'signed tokens carry the old roles until they run out'),
    rotate: row('kept', 'tokens that the old secret was given, until they run out'),
    issue: NOTHING,
    delete: row('kept', 'signed tokens, until they run out, where nobody asks the server'),
  },
  leak: { revoke: row('kept', 'signed access tokens, until they run out, where nobody asks the server') },
  postgres: {
    save: NOTHING,
    quarantine: row('gone', 'whoever may SET ROLE to it; prepared transactions'),
    disable: row('gone', 'whoever may SET ROLE to it; prepared transactions'),
    reduce: row('kept', 'connections that are open', 'kept'),
    shorten: row('kept', 'connections that are open, and logins without a password', 'kept'),
    rotate: row('kept', 'connections that are open, and logins without a password', 'kept'),
    detach: row('kept', 'rights that it has by other groups', 'kept'),
    issue: NOTHING,
    delete: row('gone'),
  },
  rabbitmq: {
    save: NOTHING,
    quarantine: row('gone'),
    block: row('gone', 'other ways to log in'),
    disable: row('gone', 'other ways to log in'),
    reduce: row('kept', 'connections that are open, with what is left', 'kept'),
    rotate: row('gone', 'other ways to log in'),
    issue: NOTHING,
    revoke: row('gone'),
    delete: row('gone'),
  },
  redis: {
    save: NOTHING,
    quarantine: row('gone'),
    disable: row('gone'),
    // One of several passwords: who uses it was seen to have moved, so nothing is closed.
    'password disable': row('kept', PASSWORDS, 'kept'),
    'password quarantine': row('gone', 'other ways to log in'),
    reduce: row('kept', 'connections that are open, with what is left', 'kept'),
    issue: NOTHING,
    revoke: row('gone'),
    delete: row('gone'),
  },
  vault: {
    'token revoke': row('gone', 'connections that are open at the backend of a lease'),
    'token delete': row('gone', 'connections that are open at the backend of a lease'),
    'sessions revoke': row('gone', 'connections that are open at the backend of a lease'),
    'lease revoke': row('gone', 'connections that are open at the backend'),
    'lease delete': row('gone', 'connections that are open at the backend'),
    'leases revoke': row('gone', 'connections that are open at the backend'),
    'secret-id revoke': row('kept', 'tokens that it logged in for, until each is revoked or ends'),
    'secret-id delete': row('kept', 'tokens that it logged in for, until each is revoked or ends'),
    'secret-id issue': NOTHING,
    'entity quarantine': row('kept', 'leases that were issued before, until each ends'),
    'entity disable': row('kept', 'leases that were issued before, until each ends'),
    'policy quarantine': row('kept', 'leases that were issued before, until each ends'),
    'policy disable': row('kept', 'leases that were issued before, until each ends'),
    'policy reduce': row('kept', 'leases that were issued before, until each ends'),
    'role quarantine': row('kept', 'tokens that are out, until each is revoked or ends'),
    'role disable': row('kept', 'tokens that are out, until each is revoked or ends'),
    'role shorten': row('kept', 'tokens that are out keep their time'),
    'static-role rotate': row('kept', 'connections that are open at the database', 'kept'),
    'kv distribute': NOTHING,
  },
};

const providerOf = (key: string): string => /^[^:@]+/.exec(key)?.[0] ?? '';

/** The row of a step by its target, action and parameters; `UNKNOWN_DEATH` where there is none. */
export function deathBy({ key, action, parameters }: { key: string; action: Action; parameters: StepParameters }): DeathRow {
  const rows = DEATHS[providerOf(key)];
  const control = parameters['control'] ?? parameters['what'] ?? (parameters['password'] === undefined ? undefined : 'password');
  return rows?.[`${control as string} ${action}`] ?? rows?.[action] ?? UNKNOWN_DEATH;
}

/** Systems whose clients keep connections open, which an act on their proof may leave alone. */
const CONNECTED: ReadonlySet<string> = new Set(['postgres', 'redis', 'rabbitmq']);

export const hasConnections = (key: string): boolean => CONNECTED.has(providerOf(key));
