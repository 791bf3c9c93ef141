/**
 * What can be done to AWS access keys, users, roles and their sessions, and the literal AWS CLI command of it, with its inverse and
 * its probe. Pure text: nothing here calls AWS.
 *
 *   what                  call                                         back                        outlives it
 *   deactivate a key      iam:UpdateAccessKey Inactive                 Status Active               sessions that it minted
 *   deny an identity      iam:Put{User,Role}Policy, Deny *             Delete…Policy               role sessions that a user assumed
 *   end sessions          the same, with aws:TokenIssueTime            Delete…Policy, once the     new sessions: minting is stopped first
 *                                                                      last old session is over
 *   fence                 the same, Deny unless from known networks    DeleteUserPolicy            role sessions; whoever sits there
 *   stop assuming         iam:PutUserPolicy, Deny sts:AssumeRole       DeleteUserPolicy            sessions that were minted before
 *
 * Sources: IAM User Guide, "Update access keys", "Revoking IAM role temporary security credentials", "Disabling permissions for
 * temporary security credentials"; IAM API Reference. IAM is eventually consistent: a change is read again after 10 s, 60 s, 5 min.
 */
import type { StepCommands } from './plan.ts';
import { shellQuote as q, shellComment } from './shell.ts';

export const AWS_DENY_POLICY = 'interlock-deny';
export const AWS_FENCE_POLICY = 'interlock-fence';
export const AWS_STOP_ASSUME_POLICY = 'interlock-deny-assume';
/** The name that the AWS console uses for the same control. */
export const AWS_CUTOFF_POLICY = 'AWSRevokeOlderSessions';

export interface AwsKey {
  readonly accessKeyId: string;
  /** Absent for a root user's key: only the root user itself can change it. */
  readonly userName?: string;
}

export interface AwsPrincipal {
  readonly type: 'user' | 'role';
  readonly name: string;
}

const ofUser = ({ userName }: AwsKey): string => (userName === undefined ? '' : ` --user-name ${q(userName)}`);
const keyWords = (key: AwsKey): string => `${ofUser(key)} --access-key-id ${q(key.accessKeyId)}`;
const document = (effect: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', ...effect }] });
const principalWords = ({ type, name }: AwsPrincipal): string => `--${type}-name ${q(name)}`;

function inlinePolicy(principal: AwsPrincipal, policyName: string, quotedDocument: string): StepCommands {
  const words = `${principalWords(principal)} --policy-name ${q(policyName)}`;
  return {
    apply: `aws iam put-${principal.type}-policy ${words} --policy-document ${quotedDocument}`,
    inverse: `aws iam delete-${principal.type}-policy ${words}`,
    probe: `aws iam get-${principal.type}-policy ${words}`,
  };
}

export const awsDeactivateKey = (key: AwsKey): StepCommands => ({
  apply: `aws iam update-access-key${keyWords(key)} --status Inactive`,
  inverse: `aws iam update-access-key${keyWords(key)} --status Active`,
  probe: `aws iam list-access-keys${ofUser(key)}`,
});

export const awsDeleteKey = (key: AwsKey): StepCommands => ({
  apply: `aws iam delete-access-key${keyWords(key)}`,
  inverse: '',
  probe: `aws iam list-access-keys${ofUser(key)}`,
});

export const awsDenyIdentity = (principal: AwsPrincipal): StepCommands =>
  inlinePolicy(principal, AWS_DENY_POLICY, q(document({ Action: '*', Resource: '*' })));

/** Ends every session that was issued before the command runs, legitimate ones included; they are taken again. */
export function awsEndSessions(principal: AwsPrincipal): StepCommands {
  const text = document({ Action: '*', Resource: '*', Condition: { DateLessThan: { 'aws:TokenIssueTime': '@now' } } });
  const [before = '', after = ''] = text.split('@now');
  return inlinePolicy(principal, AWS_CUTOFF_POLICY, `${q(before)}"$(date -u +%Y-%m-%dT%H:%M:%SZ)"${q(after)}`);
}

/** `networks`: addresses or CIDR blocks of the legitimate consumers. Calls that AWS services make for the user stay allowed. */
export const awsFence = (userName: string, networks: readonly string[]): StepCommands =>
  inlinePolicy(
    { type: 'user', name: userName },
    AWS_FENCE_POLICY,
    q(
      document({
        Action: '*',
        Resource: '*',
        Condition: { NotIpAddress: { 'aws:SourceIp': [...networks].sort() }, Bool: { 'aws:ViaAWSService': 'false' } },
      }),
    ),
  );

export const awsDenyAssume = (userName: string, roleArns: readonly string[]): StepCommands =>
  inlinePolicy(
    { type: 'user', name: userName },
    AWS_STOP_ASSUME_POLICY,
    q(document({ Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'], Resource: [...roleArns].sort() })),
  );

/** The password is lost: a new one is needed to come back. Open console sessions go on for up to 12 hours. */
export const awsDeleteLoginProfile = (userName: string): StepCommands => ({
  apply: `aws iam delete-login-profile --user-name ${q(userName)}`,
  inverse: '',
  probe: `aws iam get-login-profile --user-name ${q(userName)}`,
});

/** Where the new key is written: mode 0600, beside the shell, never on the screen. */
export const awsNewKeyFile = ({ accessKeyId }: AwsKey): string => `replacement-of-${accessKeyId}.json`;

export function awsIssueKey(key: AwsKey): StepCommands {
  const file = q(awsNewKeyFile(key));
  return {
    apply: `(umask 077 && aws iam create-access-key${ofUser(key)} --output json > ${file})`,
    inverse: `aws iam delete-access-key${ofUser(key)} --access-key-id "$(jq -r .AccessKey.AccessKeyId ${file})" && rm -f ${file}`,
    probe: `aws iam list-access-keys${ofUser(key)}`,
  };
}

/** Reads only: the new key is used, the old one is not any more. */
export function awsConfirmKey(key: AwsKey): StepCommands {
  const fresh = `"$(jq -r .AccessKey.AccessKeyId ${q(awsNewKeyFile(key))})"`;
  const apply = `aws iam get-access-key-last-used --access-key-id ${fresh}\naws iam get-access-key-last-used --access-key-id ${q(key.accessKeyId)}`;
  return { apply, inverse: '', probe: apply };
}

export function awsSaveKey(key: AwsKey): StepCommands {
  const apply = `aws iam list-access-keys${ofUser(key)}\naws iam get-access-key-last-used --access-key-id ${q(key.accessKeyId)}`;
  return { apply, inverse: '', probe: apply };
}

export function awsSoakKey(key: AwsKey, days: number): StepCommands {
  const apply = `${shellComment(`once a day for ${days} days: LastUsedDate must not move`)}\naws iam get-access-key-last-used --access-key-id ${q(key.accessKeyId)}`;
  return { apply, inverse: '', probe: `aws iam get-access-key-last-used --access-key-id ${q(key.accessKeyId)}` };
}

/** `aws:arn:aws:iam::111122223333:user/path/name` → its parts; undefined where the key names nothing of IAM. */
export function awsPrincipalOf(key: string): (AwsPrincipal & { readonly account: string; readonly path: string }) | undefined {
  const found = /^aws:arn:[\w-]+:iam::(\d*):(user|role)\/(.+)$/.exec(key);
  if (!found) return undefined;
  const [, account = '', type, rest = ''] = found;
  const cut = rest.lastIndexOf('/') + 1;
  return { type: type as 'user' | 'role', name: rest.slice(cut), account, path: `/${rest.slice(0, cut)}` };
}
