import { describe, expect, it } from 'vitest';
import { asked, verdictOf } from './asked.ts';
import { ACCOUNT, details, group, iam, item, key, OTHER, role, snapshot, trust, user } from './sample.ts';

const MGMT = '999900001111';
const THIRD = '777766665555';
const pol = (...s: readonly object[]) => ({ Version: '2012-10-17', Statement: s });
const bp = (...s: readonly object[]) => ({
  supplementaryConfiguration: { BucketPolicy: { policyText: JSON.stringify(pol(...s)) } },
});
const control =
  (Type: string) =>
  (Name: string, target: string, ...s: readonly object[]) => ({
    PolicySummary: { Name, Type },
    Content: JSON.stringify(pol(...s)),
    Targets: [{ TargetId: target }],
  });
const scp = control('SERVICE_CONTROL_POLICY');
const rcp = control('RESOURCE_CONTROL_POLICY');
const ALL = { Effect: 'Allow', Action: '*', Resource: '*' };
const DENY = (more: object) => ({ Effect: 'Deny', Action: '*', Resource: '*', ...more });
const org = (policies: readonly object[]) =>
  JSON.stringify({
    Organization: { Id: 'o-sample', MasterAccountId: MGMT },
    Roots: [
      {
        Id: 'r-one',
        Name: 'Root',
        PolicyTypes: [
          { Type: 'SERVICE_CONTROL_POLICY', Status: 'ENABLED' },
          { Type: 'RESOURCE_CONTROL_POLICY', Status: 'ENABLED' },
        ],
      },
    ],
    OrganizationalUnits: [
      { Id: 'ou-work', ParentId: 'r-one', Name: 'work' },
      { Id: 'ou-sub', ParentId: 'ou-work', Name: 'sub' },
    ],
    Accounts: [
      { Id: MGMT, ParentId: 'r-one' },
      { Id: ACCOUNT, ParentId: 'ou-sub' },
      { Id: OTHER, ParentId: 'ou-work' },
    ],
    Policies: policies,
  });
const base = ['r-one', 'ou-work', 'ou-sub', ACCOUNT, OTHER].map((target) => scp('FullAWSAccess', target, ALL));
const B = 'arn:aws:s3:::shop';

type Files = Readonly<Record<string, string>>;
/** `<principal> <action> <resource>`, the verdicts that are right, what the request brings. */
type Row = readonly [string, string, Readonly<Record<string, string | string[]>>?];

const verdicts = (title: string, files: Files, rows: readonly Row[]) =>
  it(title, async () => {
    const estate = await asked(files);
    for (const [question, right, context] of rows) {
      const found = verdictOf(estate, question, context);
      expect(right.split('|'), `${question} ${JSON.stringify(context ?? {})}: ${JSON.stringify(found)}`).toContain(
        found?.verdict,
      );
    }
  });

const whoCan = (title: string, files: Files, rows: readonly (readonly [string, string, readonly string[]])[]) =>
  it(title, async () => {
    const { questions } = await asked(files);
    for (const [action, resource, right] of rows) {
      const { items, outside } = questions.whoCan({ action, resource, context: new Map() });
      const inside = items.map((one) => `${one.key.replace(/^aws:arn:aws:iam::/, '')}=${one.verdict}`);
      expect([...inside, ...outside.map((one) => `out:${one.key}=${one.verdict}`)].sort()).toEqual([...right].sort());
    }
  });

describe('verdicts on collected estates, from what AWS documents', () => {
  verdicts(
    'a role of another account asks for an external id',
    {
      'a.json': details({ users: [user('ada', [{ Action: 'sts:AssumeRole' }]), user('bob')] }),
      'b.json': details({
        roles: [
          role(
            'vendor',
            trust({ AWS: iam('root') }, { Condition: { StringEquals: { 'sts:ExternalId': 'x1' } } }),
            [{ Action: 's3:*' }],
            {},
            OTHER,
          ),
          role('named', trust({ AWS: iam('user/bob') }), [], {}, OTHER),
        ],
      }),
    },
    [
      [`${key('user/ada')} sts:AssumeRole ${iam('role/vendor', OTHER)}`, 'conditional'],
      [`${key('user/ada')} sts:AssumeRole ${iam('role/vendor', OTHER)}`, 'allowed', { 'sts:ExternalId': 'x1' }],
      [`${key('user/ada')} sts:AssumeRole ${iam('role/vendor', OTHER)}`, 'implicit-deny', { 'sts:ExternalId': 'x2' }],
      [`${key('user/bob')} sts:AssumeRole ${iam('role/vendor', OTHER)}`, 'implicit-deny', { 'sts:ExternalId': 'x1' }],
      [`${key('user/bob')} sts:AssumeRole ${iam('role/named', OTHER)}`, 'implicit-deny'],
      [`${key('user/ada')} sts:AssumeRole ${iam('role/named', OTHER)}`, 'implicit-deny'],
    ],
  );
  verdicts(
    'a boundary counts by its default version, NotAction included',
    {
      'a.json': details({
        users: [
          user('eve', [{ Action: '*' }], { PermissionsBoundary: { PermissionsBoundaryArn: iam('policy/b') } }),
          user('dan', [{ Action: '*' }], { PermissionsBoundary: { PermissionsBoundaryArn: iam('policy/d') } }),
        ],
        policies: [
          {
            Arn: iam('policy/b'),
            PolicyName: 'b',
            DefaultVersionId: 'v2',
            PolicyVersionList: [
              { VersionId: 'v1', IsDefaultVersion: false, Document: pol(ALL) },
              {
                VersionId: 'v2',
                IsDefaultVersion: true,
                Document: pol({ Effect: 'Allow', NotAction: ['iam:*', 'organizations:*'], Resource: '*' }),
              },
            ],
          },
          {
            Arn: iam('policy/d'),
            PolicyName: 'd',
            PolicyVersionList: [
              {
                VersionId: 'v1',
                IsDefaultVersion: true,
                Document: pol(ALL, { Effect: 'Deny', NotAction: ['s3:Get*'], Resource: '*' }),
              },
            ],
          },
        ],
      }),
    },
    [
      [`${key('user/eve')} iam:CreateUser ${iam('user/x')}`, 'implicit-deny'],
      [`${key('user/eve')} s3:GetObject ${B}/x`, 'allowed'],
      [`${key('user/dan')} s3:PutObject ${B}/x`, 'explicit-deny'],
      [`${key('user/dan')} s3:GetObject ${B}/x`, 'allowed'],
    ],
  );
  const people = {
    'a.json': details({
      users: [user('ada', [{ Action: '*' }])],
      roles: [
        role('adm', trust({ Service: 'ec2.amazonaws.com' }), [{ Action: '*' }]),
        {
          ...role('AWSServiceRoleForX', trust({ Service: 'x.amazonaws.com' }), [{ Action: '*' }]),
          Path: '/aws-service-role/x.amazonaws.com/',
          Arn: iam('role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX'),
        },
      ],
    }),
    'm.json': details({ users: [user('boss', [{ Action: '*' }], {}, MGMT)] }),
  };
  const ec2 = `arn:aws:ec2:us-east-1:${ACCOUNT}:instance/i-1`;
  verdicts(
    'service control by region spares service-linked roles and the management account',
    {
      ...people,
      'o.json': org([
        ...base,
        scp(
          'region',
          'ou-work',
          DENY({
            Condition: {
              StringNotEquals: { 'aws:RequestedRegion': ['eu-west-1'] },
              ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/adm*' },
            },
          }),
        ),
        scp('mroot', 'r-one', DENY({ Action: 'ec2:StopInstances' })),
      ]),
    },
    [
      [`${key('user/ada')} ec2:StartInstances ${ec2}`, 'explicit-deny', { 'aws:RequestedRegion': 'us-east-1' }],
      [`${key('user/ada')} ec2:StartInstances ${ec2}`, 'allowed', { 'aws:RequestedRegion': 'eu-west-1' }],
      [`${key('user/ada')} ec2:StartInstances ${ec2}`, 'conditional'],
      [`${key('role/adm')} ec2:StartInstances ${ec2}`, 'allowed', { 'aws:RequestedRegion': 'us-east-1' }],
      [`${key('role/adm')} ec2:StopInstances ${ec2}`, 'explicit-deny'],
      [`${key('role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX')} ec2:StopInstances ${ec2}`, 'allowed'],
      [`${key('user/boss', MGMT)} ec2:StopInstances arn:aws:ec2:us-east-1:${MGMT}:instance/i-1`, 'allowed'],
    ],
  );
  verdicts(
    'each level of service control must allow, the root user included',
    {
      ...people,
      'o.json': org([
        ...base.filter((p) => p.Targets[0]?.TargetId !== 'ou-work'),
        scp('s3only', 'ou-work', { Effect: 'Allow', Action: ['s3:*'], Resource: '*' }),
      ]),
    },
    [
      [`${key('user/ada')} ec2:StartInstances ${ec2}`, 'implicit-deny'],
      [`${key('user/ada')} s3:GetObject ${B}/x`, 'allowed'],
      [`aws:${iam('root')} ec2:StartInstances ${ec2}`, 'implicit-deny'],
      [`aws:${iam('root')} s3:GetObject ${B}/x`, 'allowed'],
    ],
  );
  verdicts(
    'a level to which the export attaches nothing does not speak',
    { ...people, 'o.json': org(base.filter((p) => p.Targets[0]?.TargetId !== 'ou-work')) },
    [[`${key('user/ada')} ec2:StartInstances ${ec2}`, 'allowed']],
  );
  verdicts(
    'organization keys are decided where the owner is known',
    {
      ...people,
      'o.json': org([
        ...base,
        scp('org', 'ou-sub', DENY({ Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-sample' } } })),
        scp(
          'org2',
          'ou-sub',
          DENY({
            Action: 's3:*',
            Condition: {
              StringNotEqualsIfExists: { 'aws:ResourceOrgID': 'o-sample' },
              BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
            },
          }),
        ),
      ]),
      'c.json': snapshot(
        item('S3::Bucket', B, {
          awsAccountId: OTHER,
          ...bp({
            Effect: 'Allow',
            Principal: '*',
            Action: 's3:*',
            Resource: [B, `${B}/*`],
            Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-sample' } },
          }),
        }),
      ),
    },
    [
      [`${key('user/ada')} ec2:StartInstances ${ec2}`, 'allowed'],
      [`${key('user/ada')} s3:GetObject ${B}/x`, 'allowed'],
      [`external:anyone s3:GetObject ${B}/x`, 'implicit-deny'],
      [`external:aws/${THIRD} s3:GetObject ${B}/x`, 'conditional|implicit-deny'],
      [`${key('user/ada')} s3:GetObject arn:aws:s3:::unknown-bucket/x`, 'conditional'],
    ],
  );
  verdicts(
    'organization paths are decided now',
    {
      ...people,
      'c.json': snapshot(
        item('S3::Bucket', B, {
          awsAccountId: OTHER,
          ...bp({
            Effect: 'Allow',
            Principal: '*',
            Action: 's3:*',
            Resource: [B, `${B}/*`],
            Condition: { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-sample/r-one/ou-work/ou-sub/*' } },
          }),
        }),
      ),
      'o.json': org(base),
    },
    [
      [`${key('user/ada')} s3:GetObject ${B}/x`, 'allowed'],
      [`${key('user/boss', MGMT)} s3:GetObject ${B}/x`, 'implicit-deny'],
    ],
  );
  verdicts(
    'resource control holds for strangers, not for services',
    {
      ...people,
      'v.json': details({ users: [user('ext', [{ Action: '*' }], {}, THIRD)] }),
      'c.json': snapshot(
        item('S3::Bucket', B, {
          awsAccountId: OTHER,
          ...bp({ Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: [B, `${B}/*`] }),
        }),
        item('SNS::Topic', `arn:aws:sns:us-east-1:${OTHER}:t`, {
          awsAccountId: OTHER,
          configuration: {
            Policy: JSON.stringify(pol({ Effect: 'Allow', Principal: '*', Action: 'sns:Publish', Resource: '*' })),
          },
        }),
      ),
      'o.json': org([
        ...base,
        rcp('RCPFullAWSAccess', 'r-one', { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }),
        rcp('perimeter', 'r-one', {
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: '*',
          Condition: {
            StringNotEqualsIfExists: { 'aws:PrincipalOrgID': 'o-sample' },
            BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
          },
        }),
      ]),
    },
    [
      [`${key('user/ada')} s3:GetObject ${B}/x`, 'allowed'],
      [`external:anyone s3:GetObject ${B}/x`, 'explicit-deny'],
      [`external:aws-service/cloudtrail.amazonaws.com s3:PutObject ${B}/x`, 'allowed'],
      [`${key('user/ext', THIRD)} s3:GetObject ${B}/x`, 'explicit-deny|conditional'],
      [`external:anyone sns:Publish arn:aws:sns:us-east-1:${OTHER}:t`, 'allowed'],
      [`${key('user/boss', MGMT)} s3:GetObject ${B}/x`, 'allowed'],
    ],
  );
  const bucket = (...s: readonly object[]) => ({
    ...people,
    'bob.json': details({ users: [user('bob'), user('carl', [{ Action: 's3:*' }])] }),
    'c.json': snapshot(item('S3::Bucket', B, bp(...s))),
  });
  verdicts(
    'a service acts for the account of the resource',
    bucket(
      {
        Effect: 'Allow',
        Principal: { Service: 'cloudtrail.amazonaws.com' },
        Action: 's3:PutObject',
        Resource: `${B}/*`,
        Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } },
      },
      {
        Effect: 'Allow',
        Principal: { Service: 'logging.s3.amazonaws.com' },
        Action: 's3:PutObject',
        Resource: `${B}/*`,
        Condition: { StringEquals: { 'aws:SourceAccount': OTHER } },
      },
    ),
    [
      [`external:aws-service/cloudtrail.amazonaws.com s3:PutObject ${B}/x`, 'allowed'],
      [`external:aws-service/cloudtrail.amazonaws.com s3:PutObject ${B}/x`, 'implicit-deny', { 'aws:SourceAccount': OTHER }],
      [`external:aws-service/logging.s3.amazonaws.com s3:PutObject ${B}/x`, 'allowed', { 'aws:SourceAccount': OTHER }],
      [`${key('user/bob')} s3:PutObject ${B}/x`, 'implicit-deny'],
    ],
  );
  verdicts(
    'an endpoint is a condition for insiders and strangers',
    bucket(
      {
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: [B, `${B}/*`],
        Condition: { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } },
      },
      {
        Effect: 'Allow',
        Principal: '*',
        Action: 's3:GetObject',
        Resource: `${B}/*`,
        Condition: { StringEquals: { 'aws:SourceVpce': 'vpce-1' } },
      },
    ),
    [
      [`${key('user/bob')} s3:GetObject ${B}/x`, 'conditional'],
      [`${key('user/bob')} s3:GetObject ${B}/x`, 'allowed', { 'aws:SourceVpce': 'vpce-1' }],
      [`${key('user/carl')} s3:GetObject ${B}/x`, 'explicit-deny', { 'aws:SourceVpce': 'vpce-2' }],
      [`external:anyone s3:GetObject ${B}/x`, 'conditional'],
      [`${key('user/carl')} s3:PutObject ${B}/x`, 'conditional'],
    ],
  );
  verdicts(
    'NotPrincipal with Deny spares the named',
    bucket({ Effect: 'Deny', NotPrincipal: { AWS: [iam('user/carl'), iam('root')] }, Action: 's3:*', Resource: [B, `${B}/*`] }),
    [
      [`${key('user/carl')} s3:GetObject ${B}/x`, 'allowed'],
      [`${key('user/ada')} s3:GetObject ${B}/x`, 'explicit-deny'],
      [`${key('role/adm')} s3:GetObject ${B}/x`, 'explicit-deny'],
    ],
  );
  verdicts(
    'NotPrincipal with Allow leaves out the named',
    bucket({ Effect: 'Allow', NotPrincipal: { AWS: iam('user/bob') }, Action: 's3:GetObject', Resource: `${B}/*` }),
    [
      [`${key('user/bob')} s3:GetObject ${B}/x`, 'implicit-deny'],
      [`${key('user/ada')} s3:GetObject ${B}/x`, 'allowed'],
    ],
  );
  verdicts(
    'user ids are decided up to the name of a session',
    bucket({
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: [B, `${B}/*`],
      Condition: { StringNotLike: { 'aws:userId': ['AROA0EXAMPLEADM:*', 'AIDA0EXAMPLECARL', ACCOUNT] } },
    }),
    [
      [`${key('user/carl')} s3:GetObject ${B}/x`, 'allowed'],
      [`${key('user/ada')} s3:GetObject ${B}/x`, 'explicit-deny'],
      [`${key('role/adm')} s3:GetObject ${B}/x`, 'allowed'],
      [`${key('role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX')} s3:GetObject ${B}/x`, 'explicit-deny'],
      [`aws:${iam('root')} s3:GetObject ${B}/x`, 'allowed'],
    ],
  );
  verdicts(
    'a session has the ARN of its role',
    bucket({
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: [B, `${B}/*`],
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': [iam('role/adm'), iam('root')] } },
    }),
    [
      [`${key('role/adm')} s3:GetObject ${B}/x`, 'allowed'],
      [`${key('user/ada')} s3:GetObject ${B}/x`, 'explicit-deny'],
      [`aws:${iam('root')} s3:GetObject ${B}/x`, 'allowed'],
      [`aws:arn:aws:sts::${ACCOUNT}:assumed-role/adm/s1 s3:GetObject ${B}/x`, 'allowed'],
    ],
  );
  verdicts(
    'TLS is a choice',
    bucket({
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: [B, `${B}/*`],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    }),
    [
      [`${key('user/carl')} s3:GetObject ${B}/x`, 'allowed|conditional'],
      [`${key('user/carl')} s3:GetObject ${B}/x`, 'explicit-deny', { 'aws:SecureTransport': 'false' }],
    ],
  );
  const K = `arn:aws:kms:us-east-1:${ACCOUNT}:key/k1`;
  const kms = (p: object) => ({
    'a.json': details({
      users: [user('ada', [{ Action: 'kms:*' }]), user('bob')],
      roles: [role('dec', trust({ Service: 'ec2.amazonaws.com' }))],
    }),
    'v.json': details({ users: [user('ext', [{ Action: 'kms:*' }], {}, OTHER), user('ext2', [], {}, OTHER)] }),
    'c.json': snapshot(
      item('KMS::Key', K, {
        configuration: { keyId: 'k1', keyManager: 'CUSTOMER' },
        supplementaryConfiguration: { Policy: JSON.stringify(p) },
      }),
    ),
  });
  verdicts(
    'a key that does not delegate ignores identity policies',
    kms(pol({ Effect: 'Allow', Principal: { AWS: iam('user/bob') }, Action: 'kms:Decrypt', Resource: '*' })),
    [
      [`${key('user/ada')} kms:Decrypt ${K}`, 'implicit-deny'],
      [`${key('user/bob')} kms:Decrypt ${K}`, 'allowed'],
      [`aws:${iam('root')} kms:Decrypt ${K}`, 'implicit-deny'],
    ],
  );
  verdicts(
    'a key delegates to its account, and to another',
    kms(
      pol(
        { Effect: 'Allow', Principal: { AWS: iam('root') }, Action: 'kms:*', Resource: '*' },
        { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${OTHER}:root` }, Action: 'kms:Decrypt', Resource: '*' },
      ),
    ),
    [
      [`${key('user/ada')} kms:Decrypt ${K}`, 'allowed'],
      [`${key('user/bob')} kms:Decrypt ${K}`, 'implicit-deny'],
      [`${key('user/ext', OTHER)} kms:Decrypt ${K}`, 'allowed'],
      [`${key('user/ext2', OTHER)} kms:Decrypt ${K}`, 'implicit-deny'],
      [`${key('user/ext', OTHER)} kms:Encrypt ${K}`, 'implicit-deny'],
    ],
  );
  verdicts(
    'the account of a caller of KMS is known',
    kms(
      pol({
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: ['kms:Decrypt'],
        Resource: '*',
        Condition: { StringEquals: { 'kms:CallerAccount': ACCOUNT, 'kms:ViaService': 's3.us-east-1.amazonaws.com' } },
      }),
    ),
    [
      [`${key('user/bob')} kms:Decrypt ${K}`, 'conditional|allowed'],
      [`${key('user/bob')} kms:Decrypt ${K}`, 'allowed', { 'kms:ViaService': 's3.us-east-1.amazonaws.com' }],
      [`${key('user/ext', OTHER)} kms:Decrypt ${K}`, 'implicit-deny'],
      [`external:anyone kms:Decrypt ${K}`, 'implicit-deny'],
    ],
  );
  const Q = `arn:aws:sqs:us-east-1:${ACCOUNT}:q`;
  verdicts(
    'tags and names fill variables',
    {
      'a.json': details({
        users: [
          user(
            'red',
            [{ Action: 'sqs:SendMessage', Condition: { StringEquals: { 'aws:ResourceTag/team': '${aws:PrincipalTag/team}' } } }],
            { Tags: [{ Key: 'team', Value: 'red' }] },
          ),
          user('notag', [
            { Action: 'sqs:*', Condition: { StringEquals: { 'aws:ResourceTag/team': '${aws:PrincipalTag/team}' } } },
          ]),
          user(
            'cr',
            [
              {
                Action: 'ec2:CreateTags',
                Condition: {
                  StringEquals: { 'aws:RequestTag/team': '${aws:PrincipalTag/team}' },
                  'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] },
                },
              },
            ],
            { Tags: [{ Key: 'team', Value: 'red' }] },
          ),
          user('path', [
            { Action: 's3:*', Resource: ['arn:aws:s3:::home/${aws:username}/*'] },
            { Action: 'iam:*AccessKey*', Resource: iam('user/${aws:username}') },
          ]),
        ],
      }),
      'c.json': snapshot(item('SQS::Queue', Q, { tags: { team: 'red' } })),
    },
    [
      [`${key('user/red')} sqs:SendMessage ${Q}`, 'allowed'],
      [`${key('user/notag')} sqs:SendMessage ${Q}`, 'implicit-deny'],
      [`${key('user/cr')} ec2:CreateTags ${ec2}`, 'conditional'],
      [`${key('user/cr')} ec2:CreateTags ${ec2}`, 'allowed', { 'aws:RequestTag/team': 'red', 'aws:TagKeys': ['team'] }],
      [
        `${key('user/cr')} ec2:CreateTags ${ec2}`,
        'implicit-deny',
        { 'aws:RequestTag/team': 'red', 'aws:TagKeys': ['team', 'x'] },
      ],
      [`${key('user/cr')} ec2:CreateTags ${ec2}`, 'implicit-deny', { 'aws:RequestTag/team': 'blue' }],
      [`${key('user/path')} s3:GetObject arn:aws:s3:::home/path/x`, 'allowed'],
      [`${key('user/path')} s3:GetObject arn:aws:s3:::home/other/x`, 'implicit-deny'],
      [`${key('user/path')} iam:CreateAccessKey ${iam('user/path')}`, 'allowed'],
      [`${key('user/path')} iam:CreateAccessKey ${iam('user/red')}`, 'implicit-deny'],
    ],
  );
  verdicts(
    'a role is passed to a service that it trusts',
    {
      'a.json': details({
        users: [
          user('p', [{ Action: 'iam:PassRole', Condition: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } } }]),
        ],
        roles: [role('l', trust({ Service: 'lambda.amazonaws.com' })), role('e', trust({ Service: 'ec2.amazonaws.com' }))],
      }),
    },
    [
      [`${key('user/p')} iam:PassRole ${iam('role/l')}`, 'allowed'],
      [`${key('user/p')} iam:PassRole ${iam('role/e')}`, 'implicit-deny'],
      [`${key('user/p')} iam:PassRole ${iam('role/l')}`, 'implicit-deny', { 'iam:PassedToService': 'ec2.amazonaws.com' }],
    ],
  );
  verdicts(
    'denials of groups hold, and absent documents are conditions',
    {
      'a.json': details({
        users: [
          user('ada', [{ Action: '*' }], { GroupList: ['g'] }),
          user('mm', [], { AttachedManagedPolicies: [{ PolicyArn: iam('policy/absent'), PolicyName: 'absent' }] }),
          user('mb', [{ Action: '*' }], { PermissionsBoundary: { PermissionsBoundaryArn: iam('policy/absent') } }),
        ],
        groups: [group('g', [{ Effect: 'Deny', Action: 's3:Delete*' }])],
      }),
    },
    [
      [`${key('user/ada')} s3:DeleteObject ${B}/x`, 'explicit-deny'],
      [`${key('user/mm')} s3:GetObject ${B}/x`, 'conditional'],
      [`${key('user/mb')} s3:GetObject ${B}/x`, 'conditional'],
    ],
  );
  verdicts(
    'roles are assumed in chains, and sessions by name',
    {
      'a.json': details({
        roles: [
          role('one', trust({ Service: 'ec2.amazonaws.com' }), [{ Action: 'sts:AssumeRole' }]),
          role('two', trust({ AWS: `arn:aws:sts::${ACCOUNT}:assumed-role/one/sess` })),
          role('three', trust({ AWS: iam('role/one') })),
          role('four', trust({ AWS: '*' }, { Condition: { ArnEquals: { 'aws:PrincipalArn': iam('role/one') } } })),
        ],
      }),
    },
    [
      [`${key('role/one')} sts:AssumeRole ${iam('role/two')}`, 'conditional|allowed'],
      [`aws:arn:aws:sts::${ACCOUNT}:assumed-role/one/sess sts:AssumeRole ${iam('role/two')}`, 'allowed'],
      [`aws:arn:aws:sts::${ACCOUNT}:assumed-role/one/other sts:AssumeRole ${iam('role/two')}`, 'implicit-deny'],
      [`${key('role/one')} sts:AssumeRole ${iam('role/three')}`, 'allowed'],
      [`${key('role/one')} sts:AssumeRole ${iam('role/four')}`, 'allowed'],
      [`${key('role/two')} sts:AssumeRole ${iam('role/four')}`, 'implicit-deny'],
    ],
  );
  const S = `arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:app/db-AbCdEf`;
  verdicts(
    'tags and policies of secrets, and MFA',
    {
      'a.json': details({
        users: [
          user('ada', [
            { Action: 'secretsmanager:*', Condition: { StringEquals: { 'secretsmanager:ResourceTag/env': 'prod' } } },
          ]),
          user('bob'),
          user('mfa', [
            { Action: 'secretsmanager:GetSecretValue', Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } },
          ]),
          user('mfad', [
            { Action: '*' },
            { Effect: 'Deny', Action: '*', Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } } },
          ]),
        ],
      }),
      'c.json': snapshot(
        item('SecretsManager::Secret', S, {
          tags: { env: 'prod' },
          supplementaryConfiguration: {
            ResourcePolicy: JSON.stringify(
              pol({
                Effect: 'Allow',
                Principal: { AWS: iam('user/bob') },
                Action: 'secretsmanager:GetSecretValue',
                Resource: '*',
              }),
            ),
          },
        }),
      ),
    },
    [
      [`${key('user/ada')} secretsmanager:GetSecretValue ${S}`, 'allowed'],
      [`${key('user/bob')} secretsmanager:GetSecretValue ${S}`, 'allowed'],
      [`${key('user/mfa')} secretsmanager:GetSecretValue ${S}`, 'conditional'],
      [`${key('user/mfad')} secretsmanager:GetSecretValue ${S}`, 'conditional'],
      [`${key('user/mfad')} secretsmanager:GetSecretValue ${S}`, 'allowed', { 'aws:MultiFactorAuthPresent': 'true' }],
    ],
  );
  const T = `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/t`;
  const viewer = { Effect: 'Allow', Principal: { AWS: iam('user/bob') }, Action: '*', Resource: '*' };
  const P = JSON.stringify(pol(viewer));
  const things: [string, string, Record<string, unknown>, string, string][] = [
    ['DynamoDB::Table', T, { supplementaryConfiguration: { ResourcePolicy: P } }, 'dynamodb:GetItem', T],
    ['DynamoDB::Table', T, { supplementaryConfiguration: { ResourcePolicy: P } }, 'dynamodb:Query', `${T}/index/i`],
    ['DynamoDB::Table', T, { configuration: { resourcePolicy: { policyDocument: P } } }, 'dynamodb:GetItem', T],
    [
      'Lambda::Function',
      `arn:aws:lambda:us-east-1:${ACCOUNT}:function:f`,
      { supplementaryConfiguration: { Policy: P } },
      'lambda:InvokeFunction',
      `arn:aws:lambda:us-east-1:${ACCOUNT}:function:f`,
    ],
    [
      'SNS::Topic',
      `arn:aws:sns:us-east-1:${ACCOUNT}:t`,
      { configuration: { Policy: P } },
      'sns:Publish',
      `arn:aws:sns:us-east-1:${ACCOUNT}:t`,
    ],
    ['SQS::Queue', Q, { configuration: { Policy: P } }, 'sqs:SendMessage', Q],
    ['SQS::Queue', Q, { configuration: { Policy: pol(viewer) } }, 'sqs:SendMessage', Q],
    [
      'ECR::Repository',
      `arn:aws:ecr:us-east-1:${ACCOUNT}:repository/r`,
      { configuration: { RepositoryPolicyText: P } },
      'ecr:PutImage',
      `arn:aws:ecr:us-east-1:${ACCOUNT}:repository/r`,
    ],
    [
      'EFS::FileSystem',
      `arn:aws:elasticfilesystem:us-east-1:${ACCOUNT}:file-system/fs-1`,
      { configuration: { FileSystemPolicy: P } },
      'elasticfilesystem:ClientMount',
      `arn:aws:elasticfilesystem:us-east-1:${ACCOUNT}:file-system/fs-1`,
    ],
    [
      'Events::EventBus',
      `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/b`,
      { configuration: { Policy: P } },
      'events:PutEvents',
      `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/b`,
    ],
    [
      'Kinesis::Stream',
      `arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/s`,
      { supplementaryConfiguration: { ResourcePolicy: P } },
      'kinesis:PutRecord',
      `arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/s`,
    ],
    [
      'OpenSearch::Domain',
      `arn:aws:es:us-east-1:${ACCOUNT}:domain/d`,
      { configuration: { AccessPolicies: P } },
      'es:ESHttpGet',
      `arn:aws:es:us-east-1:${ACCOUNT}:domain/d`,
    ],
    [
      'OpenSearch::Domain',
      `arn:aws:es:us-east-1:${ACCOUNT}:domain/d`,
      { configuration: { AccessPolicies: P } },
      'es:ESHttpGet',
      `arn:aws:es:us-east-1:${ACCOUNT}:domain/d/index`,
    ],
    [
      'Elasticsearch::Domain',
      `arn:aws:es:us-east-1:${ACCOUNT}:domain/d`,
      { configuration: { accessPolicies: P } },
      'es:ESHttpGet',
      `arn:aws:es:us-east-1:${ACCOUNT}:domain/d/x/y`,
    ],
    [
      'Backup::BackupVault',
      `arn:aws:backup:us-east-1:${ACCOUNT}:backup-vault:v`,
      { configuration: { AccessPolicy: P } },
      'backup:CopyIntoBackupVault',
      `arn:aws:backup:us-east-1:${ACCOUNT}:backup-vault:v`,
    ],
    [
      'S3::AccessPoint',
      `arn:aws:s3:us-east-1:${ACCOUNT}:accesspoint/a`,
      { configuration: { Policy: P } },
      's3:GetObject',
      `arn:aws:s3:us-east-1:${ACCOUNT}:accesspoint/a/object/x`,
    ],
    [
      'Glacier::Vault',
      `arn:aws:glacier:us-east-1:${ACCOUNT}:vaults/v`,
      { supplementaryConfiguration: { Policy: P } },
      'glacier:DeleteArchive',
      `arn:aws:glacier:us-east-1:${ACCOUNT}:vaults/v`,
    ],
  ];
  for (const [t, a, more, act, res] of things)
    verdicts(
      `the policy of ${a} counts for ${res}, from ${Object.keys(more).join()}`,
      { 'a.json': details({ users: [user('bob'), user('zed')] }), 'c.json': snapshot(item(t, a, more)) },
      [
        [`${key('user/bob')} ${act} ${res}`, 'allowed'],
        [`${key('user/zed')} ${act} ${res}`, 'implicit-deny'],
      ],
    );
  whoCan(
    'who-can finds those inside and outside',
    {
      'a.json': details({
        users: [
          user('ada', [{ Action: 's3:Get*' }]),
          user('bob'),
          user('den', [{ Action: 's3:*' }, { Effect: 'Deny', Action: 's3:GetObject' }]),
        ],
        roles: [role('r', trust({ Service: 'ec2.amazonaws.com' }), [{ Action: 's3:GetObject', Resource: `${B}/public/*` }])],
      }),
      'c.json': snapshot(
        item(
          'S3::Bucket',
          B,
          bp({
            Effect: 'Allow',
            Principal: { AWS: [iam('user/bob'), `arn:aws:iam::${THIRD}:root`] },
            Action: 's3:GetObject',
            Resource: `${B}/*`,
          }),
        ),
      ),
    },
    [
      [
        's3:GetObject',
        `${B}/public/x`,
        [
          `${ACCOUNT}:user/ada=allowed`,
          `${ACCOUNT}:user/bob=allowed`,
          `${ACCOUNT}:role/r=allowed`,
          `out:external:aws/${THIRD}=allowed`,
        ],
      ],
      [
        's3:GetObject',
        `${B}/private/x`,
        [`${ACCOUNT}:user/ada=allowed`, `${ACCOUNT}:user/bob=allowed`, `out:external:aws/${THIRD}=allowed`],
      ],
    ],
  );
  const GH = 'token.actions.githubusercontent.com';
  const fed = (c: object) => ({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: iam(`oidc-provider/${GH}`) },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: c,
      },
    ],
  });
  const W = 'sts:AssumeRoleWithWebIdentity';
  verdicts(
    'federated subjects meet the trust by all claims',
    {
      'a.json': details({
        roles: [
          role(
            'plain',
            fed({ StringEquals: { [`${GH}:aud`]: 'sts.amazonaws.com' }, StringLike: { [`${GH}:sub`]: 'repo:acme/shop:*' } }),
          ),
          role('env', fed({ StringLike: { [`${GH}:sub`]: 'repo:acme/*' }, StringEquals: { [`${GH}:environment`]: 'prod' } })),
          role(
            'wf',
            fed({
              StringLike: { [`${GH}:sub`]: 'repo:acme/*' },
              StringEquals: { [`${GH}:job_workflow_ref`]: 'acme/f/.github/workflows/d.yml@refs/heads/main' },
            }),
          ),
        ],
      }),
    },
    [
      [`external:oidc/${GH}/repo:acme/shop:ref:refs/heads/main ${W} ${iam('role/plain')}`, 'allowed|conditional'],
      [`external:oidc/${GH}/repo:evil/shop:ref:refs/heads/main ${W} ${iam('role/plain')}`, 'implicit-deny'],
      [`external:oidc/${GH}/repo:acme/shop:environment:prod ${W} ${iam('role/env')}`, 'allowed|conditional'],
      [`external:oidc/${GH}/repo:acme/shop:environment:dev ${W} ${iam('role/env')}`, 'implicit-deny'],
      [`external:oidc/${GH}/repo:acme/shop:ref:refs/heads/main ${W} ${iam('role/wf')}`, 'conditional'],
      [
        `external:oidc/${GH}/repo:acme/shop:ref:refs/heads/main ${W} ${iam('role/wf')}`,
        'allowed',
        { [`${GH}:job_workflow_ref`]: 'acme/f/.github/workflows/d.yml@refs/heads/main' },
      ],
      [
        `external:oidc/${GH}/repo:acme/shop:ref:refs/heads/main ${W} ${iam('role/wf')}`,
        'implicit-deny',
        { [`${GH}:job_workflow_ref`]: 'other' },
      ],
      [`external:oidc/${GH}/repo:evil/shop:ref:refs/heads/main ${W} ${iam('role/wf')}`, 'implicit-deny'],
    ],
  );
  verdicts(
    'a policy that cannot be read leaves things open',
    {
      'a.json': details({ users: [user('carl', [{ Action: 's3:*' }])] }),
      'c.json': snapshot(
        item('S3::Bucket', B, { supplementaryConfiguration: { BucketPolicy: { policyText: '{"Version":"2012-10-17","Stat' } } }),
      ),
    },
    [[`${key('user/carl')} s3:GetObject ${B}/x`, 'conditional']],
  );
  verdicts(
    'an absent policy text is no policy',
    {
      'a.json': details({ users: [user('carl', [{ Action: 's3:*' }])] }),
      'c.json': snapshot(item('S3::Bucket', B, { supplementaryConfiguration: { BucketPolicy: { policyText: null } } })),
    },
    [[`${key('user/carl')} s3:GetObject ${B}/x`, 'allowed']],
  );
  verdicts(
    'a control policy without content leaves things open',
    {
      ...people,
      'o.json': org([
        ...base,
        { PolicySummary: { Name: 'lost', Type: 'SERVICE_CONTROL_POLICY' }, Targets: [{ TargetId: 'ou-work' }] },
      ]),
    },
    [[`${key('user/ada')} ec2:StartInstances ${ec2}`, 'conditional']],
  );
  verdicts(
    'also where it is the only one of its level',
    {
      ...people,
      'o.json': org([
        ...base.filter((p) => p.Targets[0]?.TargetId !== 'ou-work'),
        { PolicySummary: { Name: 'lost', Type: 'SERVICE_CONTROL_POLICY' }, Targets: [{ TargetId: 'ou-work' }] },
      ]),
    },
    [[`${key('user/ada')} ec2:StartInstances ${ec2}`, 'conditional']],
  );
  const orphan = (k: string) =>
    JSON.stringify({
      ...JSON.parse(
        org([
          ...base,
          scp('noroot', 'r-one', DENY({ Action: 'ec2:StartInstances' })),
          scp('nowork', 'ou-work', DENY({ Action: 'ec2:StopInstances' })),
        ]),
      ),
      Accounts: [{ Id: ACCOUNT, ...(k ? { ParentId: k } : {}) }],
      OrganizationalUnits: [{ Id: 'ou-work' }, { Id: 'ou-sub', ParentId: 'ou-work' }],
    });
  verdicts('an account without a parent is below the root', { ...people, 'o.json': orphan('') }, [
    [`${key('user/ada')} ec2:StartInstances ${ec2}`, 'explicit-deny'],
  ]);
  verdicts('an account is below the units that are told', { ...people, 'o.json': orphan('ou-sub') }, [
    [`${key('user/ada')} ec2:StopInstances ${ec2}`, 'explicit-deny'],
    [`${key('user/ada')} ec2:StartInstances ${ec2}`, 'explicit-deny'],
  ]);
  const whole = JSON.parse(org([...base, scp('nowork', 'ou-work', DENY({ Action: 'ec2:StopInstances' }))]));
  verdicts(
    'parts of an organization come in several files',
    {
      ...people,
      'o1.json': JSON.stringify({
        Organization: whole.Organization,
        Roots: whole.Roots,
        OrganizationalUnits: whole.OrganizationalUnits,
      }),
      'o2.json': JSON.stringify({ Organization: whole.Organization, Accounts: whole.Accounts }),
      'o3.json': JSON.stringify({ Organization: whole.Organization, Policies: whole.Policies }),
    },
    [[`${key('user/ada')} ec2:StopInstances ${ec2}`, 'explicit-deny']],
  );
  verdicts(
    'actions without a resource, letter case, prefixes of listings',
    {
      'a.json': details({
        users: [
          user('a', [{ Action: ['ec2:Describe*', 'iam:List*'] }]),
          user('b', [{ Action: 'S3:getobject', Resource: `${B}/*` }]),
          user('c', [
            { Action: 's3:ListBucket', Resource: B, Condition: { StringLike: { 's3:prefix': ['home/${aws:username}/*', ''] } } },
          ]),
        ],
      }),
    },
    [
      [`${key('user/a')} ec2:DescribeInstances *`, 'allowed'],
      [`${key('user/a')} iam:ListUsers *`, 'allowed'],
      [`${key('user/b')} s3:GetObject ${B}/x`, 'allowed'],
      [`${key('user/c')} s3:ListBucket ${B}`, 'conditional'],
      [`${key('user/c')} s3:ListBucket ${B}`, 'allowed', { 's3:prefix': 'home/c/x' }],
      [`${key('user/c')} s3:ListBucket ${B}`, 'implicit-deny', { 's3:prefix': 'home/d/x' }],
      [`${key('user/c')} s3:ListBucket ${B}`, 'allowed', { 's3:prefix': '' }],
    ],
  );

  const endpoint = `arn:aws:ec2:us-east-1:${ACCOUNT}:vpc-endpoint/vpce-1`;
  verdicts(
    'the policy of an endpoint is no policy of the endpoint as a resource',
    {
      'a.json': details({ users: [user('bob')] }),
      'c.json': snapshot(
        item('EC2::VPCEndpoint', endpoint, { configuration: { PolicyDocument: pol({ ...ALL, Principal: '*' }) } }),
      ),
    },
    [[`${key('user/bob')} ec2:DeleteVpcEndpoints ${endpoint}`, 'implicit-deny']],
  );
});
