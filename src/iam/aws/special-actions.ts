/** Actions whose rules differ from the general ones, each with its page. */
import type { Requester } from './principal.ts';

/**
 * KMS keys and roles obey identity policies only where their own policy lets them.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html
 */
export function needsResourcePolicy(action: string, resource: string): boolean {
  if (action.startsWith('kms:')) return !KEYLESS.has(action);
  if (action.startsWith('sts:assumerole')) return true;
  return SESSION_MARKS.has(action) && resource.includes(':role/');
}

/** What is asked beside AssumeRole: tags and source identity, which the trust policy must allow, too. */
const SESSION_MARKS: ReadonlySet<string> = new Set(['sts:tagsession', 'sts:setsourceidentity', 'sts:setcontext']);

/** KMS actions that name no key. */
const KEYLESS: ReadonlySet<string> = new Set(
  [
    'ConnectCustomKeyStore',
    'CreateCustomKeyStore',
    'CreateKey',
    'DeleteCustomKeyStore',
    'DescribeCustomKeyStores',
    'DisconnectCustomKeyStore',
    'GenerateRandom',
    'ListAliases',
    'ListKeys',
    'UpdateCustomKeyStore',
  ].map((name) => `kms:${name.toLowerCase()}`),
);

/** Answers even under an explicit deny. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
export const isAlwaysAllowed = (action: string, who: Requester): boolean =>
  action === 'sts:getcalleridentity' && (who.type === 'iam' || who.type === 'federated');

/**
 * What a kind of requester cannot do whatever its policies say: the root user cannot assume roles, and nobody unsigned can.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export function isNeverAllowed(action: string, who: Requester): boolean {
  if (action !== 'sts:assumerole') return false;
  return who.type === 'anonymous' || who.type === 'federated' || (who.arn?.endsWith(':root') ?? false);
}

/**
 * Users need no permission for a session token; their policies may deny it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getsessiontoken.html
 */
export const needsNoPermission = (action: string, who: Requester): boolean =>
  action === 'sts:getsessiontoken' && (who.arn?.includes(':user/') ?? false);

/**
 * The root user of a bucket's account can always repair the bucket policy: a deny in it does not hold for them.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
 */
export const isBucketRescue = (action: string, who: Requester, isOtherAccount: boolean): boolean =>
  !isOtherAccount && BUCKET_POLICY.has(action) && (who.arn?.endsWith(':root') ?? false);

const BUCKET_POLICY: ReadonlySet<string> = new Set(['s3:getbucketpolicy', 's3:putbucketpolicy', 's3:deletebucketpolicy']);

/** Requests of S3 that name no bucket are about all of them: policies say `arn:aws:s3:::*` as well as `*`. */
export const resourceAsked = (action: string, resource: string): string =>
  resource === '*' && action.startsWith('s3:') ? 'arn:aws:s3:::*' : resource;
