/**
 * A user of its own for some of those who share an access key: a user may have two keys only, and the log tells users apart. By hand, since
 * it makes, copies and grants in many calls; the commands are whole.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
import { awsConfirmKey, awsNewKeyFile } from '../../../../model/aws-commands.ts';
import { awsPrincipalOf } from '../../../../model/aws-principal.ts';
import { shellQuote as q } from '../../../../model/shell.ts';
import { instructed } from '../manual.ts';
import { ownName } from '../own-name.ts';
import type { OwnIssue, OwnProof, SeenUse, Subject } from '../subject.ts';
import { accessKeyOf } from './keys.ts';

const MOST_BYTES = 64;

export function ownUser(subject: Subject, { consumers, seen }: OwnProof): OwnIssue | undefined {
  const keyId = accessKeyOf(subject.key);
  const identity = subject.identities.find((one) => awsPrincipalOf(one)?.type === 'user');
  const user = identity === undefined ? undefined : awsPrincipalOf(identity);
  if (keyId === undefined || identity === undefined || user === undefined) return undefined;
  const name = ownName(user.name, consumers, MOST_BYTES);
  const named = `Policies of other accounts, buckets, keys and roles that name user ${user.name} have to name ${name} too`;
  return {
    identity: `${identity.slice(0, -user.name.length)}${name}`,
    name,
    rights: `those of user ${user.name}, copied: policies, groups and boundary; ${seenText(seen)}. ${named}`,
    control: {
      ...instructed({
        action: 'issue',
        reversibility: 'R0',
        text: '',
        look: `user ${name} exists, with one Active key and its rights`,
        parameters: { userName: user.name, newUser: name, consumers: [...consumers] },
      }),
      commands: {
        apply: [
          `aws iam create-user --user-name ${q(name)} --path ${q(user.path)}`,
          ...copied(user.name, name),
          `(umask 077 && aws iam create-access-key --user-name ${q(name)} --output json > ${q(awsNewKeyFile(name))})`,
        ].join('\n'),
        inverse: takenBack(name).join('\n'),
        probe: [`aws iam list-access-keys --user-name ${q(name)}`, awsConfirmKey(keyId).probe].join('\n'),
      },
    },
  };
}

/** The trail's names of calls are no names of actions (`ListObjectsV2` takes `s3:ListBucket`): a person narrows by them, not a policy of ours. */
function seenText(seen: readonly SeenUse[] | undefined): string {
  if (seen === undefined) return 'what each consumer uses was not seen of it alone';
  return `seen used, to narrow them by: ${seen.map(({ thing, actions }) => `${actions.join(', ') || 'calls'} on ${thing}`).join('; ')}`;
}

function copied(from: string, to: string): string[] {
  const [old, fresh] = [`--user-name ${q(from)}`, `--user-name ${q(to)}`];
  const each = (list: string, query: string, act: string): string =>
    `aws iam ${list} ${old} --query ${q(query)} --output text | tr '\\t' '\\n' | grep . | while read -r one; do ${act}; done`;
  return [
    each(
      'list-attached-user-policies',
      'AttachedPolicies[].PolicyArn',
      `aws iam attach-user-policy ${fresh} --policy-arn "$one"`,
    ),
    each(
      'list-user-policies',
      'PolicyNames[]',
      `aws iam put-user-policy ${fresh} --policy-name "$one" --policy-document "$(aws iam get-user-policy ${old} --policy-name "$one" --query PolicyDocument --output json)"`,
    ),
    each('list-groups-for-user', 'Groups[].GroupName', `aws iam add-user-to-group ${fresh} --group-name "$one"`),
    `aws iam get-user ${old} --query 'User.PermissionsBoundary.PermissionsBoundaryArn' --output text | grep '^arn:' | while read -r one; do aws iam put-user-permissions-boundary ${fresh} --permissions-boundary "$one"; done`,
  ];
}

/** A provider's own preconditions: a user is deleted after its keys, policies and memberships. */
function takenBack(name: string): string[] {
  const ofUser = `--user-name ${q(name)}`;
  const each = (list: string, query: string, act: string): string =>
    `aws iam ${list} ${ofUser} --query ${q(query)} --output text | tr '\\t' '\\n' | grep . | while read -r one; do aws iam ${act} "$one"; done`;
  return [
    each('list-access-keys', 'AccessKeyMetadata[].AccessKeyId', `delete-access-key ${ofUser} --access-key-id`),
    each('list-attached-user-policies', 'AttachedPolicies[].PolicyArn', `detach-user-policy ${ofUser} --policy-arn`),
    each('list-user-policies', 'PolicyNames[]', `delete-user-policy ${ofUser} --policy-name`),
    each('list-groups-for-user', 'Groups[].GroupName', `remove-user-from-group ${ofUser} --group-name`),
    `aws iam delete-user ${ofUser} && rm -f ${q(awsNewKeyFile(name))}`,
  ];
}
