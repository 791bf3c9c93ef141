/** A small account that makes the collector say all it can; every part may be replaced by a test. */
export const ACCOUNT = '111122223333';
export const OTHER = '444455556666';

export const iam = (rest: string, account = ACCOUNT): string => `arn:aws:iam::${account}:${rest}`;
export const key = (rest: string, account = ACCOUNT): string => `aws:${iam(rest, account)}`;

export interface Grant {
  readonly Effect?: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: unknown;
}

export const document = (...statements: readonly Grant[]) => ({
  Version: '2012-10-17',
  Statement: statements.map((one) => ({ Effect: 'Allow', Resource: '*', ...one })),
});

export const trust = (principal: unknown, more: Record<string, unknown> = {}) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole', ...more }],
});

export const user = (name: string, grants: readonly Grant[] = [], more: Record<string, unknown> = {}, account = ACCOUNT) => ({
  Path: '/',
  UserName: name,
  UserId: `AIDA0EXAMPLE${name.toUpperCase().replace(/\W/g, '')}`,
  Arn: iam(`user/${name}`, account),
  CreateDate: '2026-01-01T00:00:00+00:00',
  GroupList: [],
  AttachedManagedPolicies: [],
  UserPolicyList: grants.length > 0 ? [{ PolicyName: 'own', PolicyDocument: document(...grants) }] : [],
  ...more,
});

export const role = (
  name: string,
  trusted: unknown,
  grants: readonly Grant[] = [],
  more: Record<string, unknown> = {},
  account = ACCOUNT,
) => ({
  Path: '/',
  RoleName: name,
  RoleId: `AROA0EXAMPLE${name.toUpperCase().replace(/\W/g, '')}`,
  Arn: iam(`role/${name}`, account),
  CreateDate: '2026-01-01T00:00:00+00:00',
  AssumeRolePolicyDocument: trusted,
  InstanceProfileList: [],
  AttachedManagedPolicies: [],
  RolePolicyList: grants.length > 0 ? [{ PolicyName: 'own', PolicyDocument: document(...grants) }] : [],
  ...more,
});

export const group = (name: string, grants: readonly Grant[] = []) => ({
  Path: '/',
  GroupName: name,
  GroupId: `AGPA0EXAMPLE${name.toUpperCase()}`,
  Arn: iam(`group/${name}`),
  CreateDate: '2026-01-01T00:00:00+00:00',
  AttachedManagedPolicies: [],
  GroupPolicyList: grants.length > 0 ? [{ PolicyName: 'own', PolicyDocument: document(...grants) }] : [],
});

export const item = (type: string, arn: string, more: Record<string, unknown> = {}) => ({
  resourceType: `AWS::${type}`,
  resourceId: arn,
  resourceName: arn.split(/[:/]/).at(-1),
  ARN: arn,
  awsAccountId: ACCOUNT,
  awsRegion: 'us-east-1',
  configurationItemStatus: 'OK',
  configurationItemCaptureTime: '2026-01-01T00:00:00.000Z',
  tags: {},
  configuration: {},
  supplementaryConfiguration: {},
  ...more,
});

export interface Details {
  readonly users?: readonly unknown[];
  readonly roles?: readonly unknown[];
  readonly groups?: readonly unknown[];
  readonly policies?: readonly unknown[];
}

export const details = ({ users = [], roles = [], groups = [], policies = [] }: Details): string =>
  JSON.stringify({
    UserDetailList: users,
    GroupDetailList: groups,
    RoleDetailList: roles,
    Policies: policies,
    IsTruncated: false,
  });

export const snapshot = (...items: readonly unknown[]): string =>
  JSON.stringify({ fileVersion: '1.0', configurationItems: items });

const REPORT =
  'user,arn,user_creation_time,password_enabled,password_last_used,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date';

/** Every kind of fact in one folder. */
export const wholeEstate = (): Record<string, string> => ({
  [`${ACCOUNT}/details.json`]: details({
    users: [
      user('ada', [], { GroupList: ['staff'] }),
      user('ci', [
        { Action: 's3:GetObject', Resource: 'arn:aws:s3:::shop/*' },
        { Action: 'iam:CreateAccessKey', Resource: iam('user/ada') },
      ]),
    ],
    groups: [group('staff', [{ Action: ['s3:GetObject', 's3:PutObject'], Resource: 'arn:aws:s3:::shop/*' }])],
    roles: [
      role('worker', trust({ Service: 'lambda.amazonaws.com' }), [{ Action: 's3:PutObject', Resource: 'arn:aws:s3:::shop/*' }]),
      role('admin', trust({ AWS: iam('user/ada') }), [{ Action: '*' }]),
    ],
  }),
  [`${ACCOUNT}/keys.json`]: JSON.stringify({
    AccessKeyMetadata: [
      { UserName: 'ci', AccessKeyId: 'AKIA0EXAMPLE00000001', Status: 'Active', CreateDate: '2026-01-02T00:00:00Z' },
    ],
  }),
  [`${ACCOUNT}/ssh.json`]: JSON.stringify({
    SSHPublicKeys: [
      { UserName: 'ada', SSHPublicKeyId: 'APKA0EXAMPLE00000001', Status: 'Active', UploadDate: '2026-01-03T00:00:00Z' },
    ],
  }),
  [`${ACCOUNT}/report.csv`]: `${REPORT}\nada,${iam('user/ada')},2026-01-01T00:00:00+00:00,true,2026-01-10T00:00:00+00:00,false,false,N/A,N/A\n`,
  [`${ACCOUNT}/config.json`]: snapshot(
    item('S3::Bucket', 'arn:aws:s3:::shop'),
    item('SecretsManager::Secret', `arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:db-AbCdEf`),
    item('Lambda::Function', `arn:aws:lambda:us-east-1:${ACCOUNT}:function:resize`, {
      configuration: {
        role: iam('role/worker'),
        environment: { variables: { AWS_ACCESS_KEY_ID: 'AKIA0EXAMPLE00000001', AWS_SECRET_ACCESS_KEY: awsSecret('a') } },
      },
    }),
    item('EC2::Instance', `arn:aws:ec2:us-east-1:${ACCOUNT}:instance/i-0a`, {
      configuration: {
        userData: base64(`export AWS_ACCESS_KEY_ID=ASIA0EXAMPLE00000002\nexport AWS_SECRET_ACCESS_KEY=${awsSecret('b')}`),
      },
    }),
    item('CodeBuild::Project', `arn:aws:codebuild:us-east-1:${ACCOUNT}:project/build`, {
      configuration: {
        source: { type: 'GITHUB', location: 'https://github.com/acme/shop.git' },
        environment: { environmentVariables: [{ name: 'DB', type: 'SECRETS_MANAGER', value: 'db:password' }] },
      },
    }),
  ),
});

/** Has the form of an AWS secret access key, and opens nothing. */
export const awsSecret = (seed: string): string => `${seed}B3/`.repeat(10);

export const base64 = (text: string): string => Buffer.from(text).toString('base64');
