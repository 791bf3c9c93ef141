/** AWS access keys, login profiles, users, roles and their sessions. Calls: `model/aws-actions.ts`. */
import {
  AWS_CUTOFF_POLICY,
  AWS_DENY_POLICY,
  AWS_FENCE_POLICY,
  AWS_STOP_ASSUME_POLICY,
  type AwsKey,
  awsConfirmKey,
  awsDeactivateKey,
  awsDeleteKey,
  awsDeleteLoginProfile,
  awsDenyAssume,
  awsDenyIdentity,
  awsEndSessions,
  awsFence,
  awsIssueKey,
  awsNewKeyFile,
  awsPrincipalOf,
  awsSaveKey,
  awsSoakKey,
} from '../../../model/aws-actions.ts';
import { MINUTE_MS, SECOND_MS } from '../../../model/durations.ts';
import { githubSecretOf, githubSetSecret } from '../../../model/github-actions.ts';
import { arnOf } from '../../../model/keys.ts';
import { shellComment, shellQuote } from '../../../model/shell.ts';
import type { Control } from '../input.ts';
import { awaited, distributed, instructed, manual, soaked } from './manual.ts';
import { SOAK_DAYS, type Subject, type System } from './subject.ts';

const KEYS_PER_USER = 2;
/** IAM is eventually consistent: most changes are seen within seconds, cutoffs within minutes. */
const CALL = { callMs: 5 * SECOND_MS, settleMs: MINUTE_MS };
const CUTOFF = { callMs: 5 * SECOND_MS, settleMs: 5 * MINUTE_MS };
const REREAD = 'read it again after 10 s, 60 s and 5 min: it must still be there';

function keyOf({ key, identities }: Subject): AwsKey | undefined {
  const id = /^aws:([A-Z0-9]{16,128})$/.exec(key)?.[1];
  if (!id) return undefined;
  const user = identities.map(awsPrincipalOf).find((principal) => principal?.type === 'user');
  return user ? { accessKeyId: id, userName: user.name } : { accessKeyId: id };
}

const keyParameters = (key: AwsKey) => ({
  accessKeyId: key.accessKeyId,
  ...(key.userName !== undefined && { userName: key.userName }),
});

const keyStep = (key: AwsKey, rest: Pick<Control, 'action' | 'reversibility' | 'commands' | 'probe'>): Control => ({
  ...CALL,
  parameters: keyParameters(key),
  ...rest,
});

function deactivated(subject: Subject, action: 'quarantine' | 'disable'): Control | undefined {
  const key = keyOf(subject);
  if (!key) return undefined;
  return keyStep(key, {
    action,
    // Giving a stolen key back re-arms the thief.
    reversibility: action === 'quarantine' ? 'R!' : 'R0',
    commands: awsDeactivateKey(key),
    probe: 'list-access-keys says Inactive, and CloudTrail shows no call with this key id later than 60 s after the change',
  });
}

const loginUserOf = (key: string): string | undefined =>
  key.endsWith('/login-profile') ? awsPrincipalOf(key.slice(0, -'/login-profile'.length))?.name : undefined;

function loginDeleted(subject: Subject, action: 'revoke' | 'delete'): Control | undefined {
  const userName = loginUserOf(subject.key);
  if (userName === undefined) return undefined;
  return {
    ...CALL,
    action,
    parameters: { userName },
    reversibility: 'R2',
    commands: awsDeleteLoginProfile(userName),
    probe: 'get-login-profile answers NoSuchEntity',
  };
}

const IS_KEY_ID = /(^|_)(KEY_?ID|ACCESS_?ID|ID)$/i;

/**
 * A new secret works with its own id only, and the id is public: no fact says where it is kept. It goes beside the secret under the
 * name that AWS tools read, unless that place is among those known.
 */
const placeLines =
  (key: AwsKey, places: readonly string[]) =>
  (place: string): string[] => {
    const secret = githubSecretOf(place);
    if (!secret) return [shellComment(`put the new key id and secret into ${place}`)];
    const field = (name: string): string => `jq -j .AccessKey.${name} ${shellQuote(awsNewKeyFile(key))}`;
    if (IS_KEY_ID.test(secret.name)) return [githubSetSecret(secret, field('AccessKeyId'))];
    const value = githubSetSecret(secret, field('SecretAccessKey'));
    const name = secret.name.replace(/SECRET_ACCESS_KEY$/i, 'ACCESS_KEY_ID');
    if (places.includes(`${place.slice(0, -secret.name.length)}${name}`)) return [value];
    const idLine = name === secret.name ? [] : [githubSetSecret({ ...secret, name }, field('AccessKeyId'))];
    return [
      value,
      shellComment('the new id goes with it, before the next run: where the job reads it from elsewhere, change it there'),
      ...idLine,
    ];
  };

/** Service-linked roles cannot be changed. */
const isServiceLinked = (path: string): boolean => path.startsWith('/aws-service-role/');

export const aws: System = {
  name: 'aws',
  save(subject) {
    const key = keyOf(subject);
    if (!key) return undefined;
    return {
      ...keyStep(key, {
        action: 'save',
        reversibility: 'R0',
        commands: awsSaveKey(key),
        probe: 'the answer is kept with the incident',
      }),
      settleMs: 0,
    };
  },
  contain: (subject) => deactivated(subject, 'quarantine') ?? loginDeleted(subject, 'revoke') ?? aws.denyIdentity?.(subject),
  denyIdentity(identity) {
    const principal = awsPrincipalOf(identity.key);
    if (!principal || isServiceLinked(principal.path)) return undefined;
    return {
      ...CALL,
      action: 'quarantine',
      parameters: { control: AWS_DENY_POLICY, [`${principal.type}Name`]: principal.name, account: principal.account },
      reversibility: 'R0',
      commands: awsDenyIdentity(principal),
      probe: `the policy ${AWS_DENY_POLICY} is there: ${REREAD}; its own calls end in AccessDenied`,
    };
  },
  endSessions(_session, identity) {
    const principal = awsPrincipalOf(identity.key);
    if (!principal || isServiceLinked(principal.path)) return undefined;
    return {
      ...CUTOFF,
      action: 'quarantine',
      parameters: { control: AWS_CUTOFF_POLICY, [`${principal.type}Name`]: principal.name, account: principal.account },
      reversibility: 'R!',
      commands: awsEndSessions(principal),
      probe: `CloudTrail shows AccessDenied for the old session names, and no new session from the suspect source; ${REREAD}`,
    };
  },
  fence(subject, networks) {
    const key = keyOf(subject);
    if (key?.userName === undefined || networks.length === 0) return undefined;
    return {
      ...CALL,
      action: 'reduce',
      parameters: { control: AWS_FENCE_POLICY, userName: key.userName, networks: [...networks].sort() },
      reversibility: 'R0',
      commands: awsFence(key.userName, networks),
      probe: `calls from anywhere else end in AccessDenied; ${REREAD}`,
    };
  },
  denyAssume(identity, roles) {
    const principal = awsPrincipalOf(identity.key);
    if (principal?.type !== 'user') return undefined;
    const arns = roles.map(arnOf).sort();
    return {
      ...CALL,
      action: 'block',
      parameters: { control: AWS_STOP_ASSUME_POLICY, userName: principal.name, roles: arns },
      reversibility: 'R0',
      commands: awsDenyAssume(principal.name, arns),
      probe: `AssumeRole by this user ends in AccessDenied; ${REREAD}`,
    };
  },
  issue(subject, replacement) {
    const key = keyOf(subject);
    if (!key) return loginUserOf(subject.key) === undefined ? manual.issue(subject, replacement) : undefined;
    return keyStep(key, {
      action: 'issue',
      reversibility: 'R0',
      commands: awsIssueKey(key),
      probe: 'list-access-keys shows a second key that is Active',
    });
  },
  distribute(subject, replacement) {
    const key = keyOf(subject);
    if (!key || replacement.places.length === 0) return manual.distribute(subject, replacement);
    return distributed(subject, replacement, replacement.places.flatMap(placeLines(key, replacement.places)));
  },
  confirm(subject, replacement) {
    const key = keyOf(subject);
    return key ? awaited(subject, replacement, awsConfirmKey(key)) : manual.confirm(subject, replacement);
  },
  disable: (subject) => deactivated(subject, 'disable') ?? loginDisabled(subject) ?? asDisable(aws.denyIdentity?.(subject)),
  soak(subject) {
    const key = keyOf(subject);
    return key ? soaked(subject, awsSoakKey(key, SOAK_DAYS)) : manual.soak(subject);
  },
  delete(subject) {
    const key = keyOf(subject);
    if (!key) return loginDeleted(subject, 'delete') ?? deletedIdentity(subject);
    return keyStep(key, {
      action: 'delete',
      reversibility: 'R2',
      commands: awsDeleteKey(key),
      probe: 'list-access-keys does not show it any more',
    });
  },
  most: (subject) => (keyOf(subject) ? KEYS_PER_USER : undefined),
};

const asDisable = (control: Control | undefined): Control | undefined => control && { ...control, action: 'disable' };

function loginDisabled(subject: Subject): Control | undefined {
  const userName = loginUserOf(subject.key);
  if (userName === undefined) return undefined;
  return instructed({
    action: 'disable',
    reversibility: 'R0',
    text: `tell the person behind ${userName} that the console password goes, and watch ConsoleLogin in CloudTrail: AWS cannot disable a password, only delete it`,
    look: 'no ConsoleLogin by this user since they were told',
    parameters: { userName },
  });
}

/** What hangs from a user or role must go first; AWS refuses otherwise. */
function deletedIdentity(subject: Subject): Control | undefined {
  const principal = awsPrincipalOf(subject.key);
  if (!principal || isServiceLinked(principal.path)) return undefined;
  const words = `--${principal.type}-name ${shellQuote(principal.name)}`;
  return {
    ...CALL,
    action: 'delete',
    parameters: { [`${principal.type}Name`]: principal.name, account: principal.account },
    reversibility: 'R2',
    commands: {
      apply: `${shellComment('first detach its policies, leave its groups or instance profiles, delete its keys and password')}\naws iam delete-${principal.type} ${words}`,
      inverse: '',
      probe: `aws iam get-${principal.type} ${words}`,
    },
    probe: `get-${principal.type} answers NoSuchEntity`,
  };
}
