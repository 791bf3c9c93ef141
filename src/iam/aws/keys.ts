/**
 * Condition keys that only a caller's request decides, and what holding each takes. A key that is not named here is `unknown`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
import type { ConditionClass } from '../../model/kinds.ts';

const BY_KEY: Readonly<Record<string, ConditionClass>> = {
  'aws:multifactorauthpresent': 'possession',
  'aws:multifactorauthage': 'possession',
  'sts:externalid': 'possession',
  'aws:sourceip': 'position',
  'aws:vpcsourceip': 'position',
  'aws:sourcevpc': 'position',
  'aws:sourcevpce': 'position',
  'aws:sourcevpcarn': 'position',
  'aws:ec2instancesourcevpc': 'position',
  'aws:ec2instancesourceprivateipv4': 'position',
  'aws:requestedregion': 'choosable',
  'aws:useragent': 'choosable',
  'aws:referer': 'choosable',
  'aws:securetransport': 'choosable',
  'aws:tagkeys': 'choosable',
  'sts:rolesessionname': 'choosable',
  'sts:sourceidentity': 'choosable',
  'aws:sourceidentity': 'choosable',
  'sts:transitivetagkeys': 'choosable',
  'sts:durationseconds': 'choosable',
  'sts:roleduration': 'choosable',
  'kms:viaservice': 'choosable',
  'iam:policyarn': 'choosable',
  'iam:associatedresourcearn': 'choosable',
  'secretsmanager:versionstage': 'choosable',
  'secretsmanager:versionid': 'choosable',
  'lambda:functionurlauthtype': 'choosable',
  'lambda:layer': 'choosable',
  'dynamodb:leadingkeys': 'choosable',
  'dynamodb:attributes': 'choosable',
  'dynamodb:select': 'choosable',
  'ec2:instancetype': 'choosable',
  'ec2:metadatahttptokens': 'choosable',
  'ec2:region': 'choosable',
  'ec2:osuser': 'choosable',
};

const BY_PREFIX: readonly (readonly [string, ConditionClass])[] = [
  ['aws:requesttag/', 'choosable'],
  ['kms:encryptioncontext', 'choosable'],
  ['s3:x-amz-', 'choosable'],
  ['s3:prefix', 'choosable'],
  ['s3:delimiter', 'choosable'],
  ['s3:max-keys', 'choosable'],
  ['s3:tlsversion', 'choosable'],
  ['s3:authtype', 'choosable'],
  ['s3:signatureversion', 'choosable'],
  ['s3:requestobjecttag', 'choosable'],
];

/** `key` in lower case. */
export function keyClass(key: string): ConditionClass {
  return BY_KEY[key] ?? BY_PREFIX.find(([prefix]) => key.startsWith(prefix))?.[1] ?? 'unknown';
}
