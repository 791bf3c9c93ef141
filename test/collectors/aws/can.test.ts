import { describe, expect, it } from 'vitest';
import { asked, verdictOf } from './asked.ts';
import { ACCOUNT, details, document, group, iam, item, key, OTHER, role, snapshot, trust, user } from './sample.ts';

const SHOP = 'arn:aws:s3:::shop';
const organization = (policies: readonly unknown[], accounts = [ACCOUNT, OTHER]) =>
  JSON.stringify({
    Organization: { Id: 'o-sample', MasterAccountId: '999900001111' },
    Roots: [{ Id: 'r-one', PolicyTypes: [] }],
    OrganizationalUnits: [{ Id: 'ou-work', ParentId: 'r-one' }],
    Accounts: accounts.map((Id) => ({ Id, ParentId: 'ou-work' })),
    Policies: policies,
  });
const control = (name: string, type: string, target: string, ...statements: readonly object[]) => ({
  PolicySummary: { Name: name, Type: type },
  Content: JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((one) => ({ Effect: 'Allow', Resource: '*', ...one })),
  }),
  Targets: [{ TargetId: target }],
});
const SCP = 'SERVICE_CONTROL_POLICY';
const RCP = 'RESOURCE_CONTROL_POLICY';
const bucketPolicy = (...statements: readonly object[]) => ({
  supplementaryConfiguration: { BucketPolicy: { policyText: JSON.stringify({ Version: '2012-10-17', Statement: statements }) } },
});
const reads = { Action: 's3:GetObject', Resource: `${SHOP}/*` };
const SHOP_READ = `s3:GetObject ${SHOP}/x`;

describe('can, from documents alone', () => {
  it('adds own, group and managed policies, and takes what a boundary does not leave', async () => {
    const arn = iam('policy/ops');
    const estate = await asked({
      'a.json': details({
        users: [
          user('ada', [], { GroupList: ['staff'] }),
          user('bob', [], { AttachedManagedPolicies: [{ PolicyArn: arn }] }),
          user('eve', [{ Action: '*' }], { PermissionsBoundary: { PermissionsBoundaryArn: arn } }),
        ],
        groups: [group('staff', [reads])],
        policies: [
          {
            Arn: arn,
            PolicyName: 'ops',
            PolicyVersionList: [{ VersionId: 'v1', IsDefaultVersion: true, Document: document({ Action: 'sqs:*' }) }],
          },
        ],
      }),
    });
    expect(verdictOf(estate, `${key('user/ada')} ${SHOP_READ}`)).toMatchObject({
      verdict: 'allowed',
      because: [{ policy: `${iam('group/staff')}/own`, statement: '#0', effect: 'Allow' }],
    });
    const queue = `sqs:SendMessage arn:aws:sqs:us-east-1:${ACCOUNT}:q`;
    expect(verdictOf(estate, `${key('user/bob')} ${queue}`)).toMatchObject({ verdict: 'allowed', because: [{ policy: arn }] });
    expect(verdictOf(estate, `${key('user/eve')} ${queue}`)?.verdict).toBe('allowed');
    expect(verdictOf(estate, `${key('user/eve')} ${SHOP_READ}`)?.verdict).toBe('implicit-deny');
  });

  it('asks every level above the account of the principal, and those above the account of the resource', async () => {
    const estate = await asked({
      'a.json': details({ users: [user('ada', [{ Action: '*' }])] }),
      'b.json': details({ roles: [role('other', trust({ Service: 'ec2.amazonaws.com' }), [{ Action: '*' }], {}, OTHER)] }),
      'c.json': snapshot(
        item('S3::Bucket', SHOP, {
          awsAccountId: OTHER,
          ...bucketPolicy({ Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: [SHOP, `${SHOP}/*`] }),
        }),
      ),
      'o.json': organization([
        control('all', SCP, 'r-one', { Action: '*' }),
        control('no-delete', SCP, 'ou-work', { Action: '*' }, { Effect: 'Deny', Action: 's3:DeleteObject' }),
        control('all-a', SCP, ACCOUNT, { Action: 's3:*' }),
        control('rcp-all', RCP, 'r-one', { Principal: '*', Action: '*' }),
        control('rcp-unit', RCP, 'ou-work', { Principal: '*', Action: '*' }),
        control(
          'locked',
          RCP,
          OTHER,
          { Principal: '*', Action: '*' },
          { Effect: 'Deny', Principal: '*', Action: 's3:PutObject' },
        ),
      ]),
    });
    const ada = key('user/ada');
    expect(verdictOf(estate, `${ada} ${SHOP_READ}`)?.verdict).toBe('allowed');
    expect(verdictOf(estate, `${ada} s3:DeleteObject ${SHOP}/x`)).toMatchObject({
      verdict: 'explicit-deny',
      because: [{ policy: 'no-delete' }],
    });
    expect(verdictOf(estate, `${ada} s3:PutObject ${SHOP}/x`)).toMatchObject({
      verdict: 'explicit-deny',
      because: [{ policy: 'locked' }],
    });
    expect(verdictOf(estate, `${ada} sqs:SendMessage arn:aws:sqs:us-east-1:${ACCOUNT}:q`)?.verdict).toBe('implicit-deny');
    expect(verdictOf(estate, `external:anyone ${SHOP_READ}`)?.verdict).toBe('allowed');
  });

  it('decides tags, organisation and accounts now, and leaves open what only a caller decides', async () => {
    const condition = (Condition: unknown) => ({ Action: 'sqs:SendMessage', Condition });
    const queue = `arn:aws:sqs:us-east-1:${ACCOUNT}:q`;
    const estate = await asked({
      'a.json': details({
        users: [
          user('tagged', [condition({ StringEquals: { 'aws:ResourceTag/team': '${aws:PrincipalTag/team}' } })], {
            Tags: [{ Key: 'team', Value: 'red' }],
          }),
          user('other', [condition({ StringEquals: { 'aws:ResourceTag/team': '${aws:PrincipalTag/team}' } })], {
            Tags: [{ Key: 'team', Value: 'blue' }],
          }),
          user('ours', [
            condition({
              StringEquals: { 'aws:ResourceOrgID': 'o-sample' },
              StringLike: { 'aws:PrincipalOrgPaths': 'o-sample/r-one/ou-work/*' },
            }),
          ]),
          user('office', [condition({ IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } })]),
        ],
      }),
      'c.json': snapshot(item('SQS::Queue', queue, { tags: { team: 'red' } })),
      'o.json': organization([]),
    });
    const of = (name: string, context = {}) => verdictOf(estate, `${key(`user/${name}`)} sqs:SendMessage ${queue}`, context);
    expect(of('tagged')?.verdict).toBe('allowed');
    expect(of('other')?.verdict).toBe('implicit-deny');
    expect(of('ours')?.verdict).toBe('allowed');
    expect(of('office')).toMatchObject({ verdict: 'conditional', conditions: [expect.stringContaining('aws:SourceIp')] });
    expect(of('office', { 'aws:sourceip': '203.0.113.9' })?.verdict).toBe('allowed');
    expect(of('office', { 'aws:SourceIp': '198.51.100.9' })?.verdict).toBe('implicit-deny');
  });

  it('takes a key that is given several values as having all of them', async () => {
    const Condition = { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team', 'stage'] } };
    const estate = await asked({ 'a.json': details({ users: [user('ada', [{ Action: 'sqs:TagQueue', Condition }])] }) });
    const of = (keys: string[]) =>
      verdictOf(estate, `${key('user/ada')} sqs:TagQueue arn:aws:sqs:us-east-1:${ACCOUNT}:q`, { 'aws:TagKeys': keys });
    expect(of(['team', 'stage'])?.verdict).toBe('allowed');
    expect(of(['team', 'owner'])?.verdict).toBe('implicit-deny');
  });

  it('knows to which services a role may be passed', async () => {
    const passes = (service: string) => ({
      Action: 'iam:PassRole',
      Condition: { StringEquals: { 'iam:PassedToService': service } },
    });
    const estate = await asked({
      'a.json': details({
        users: [user('one', [passes('lambda.amazonaws.com')]), user('two', [passes('ec2.amazonaws.com')])],
        roles: [role('worker', trust({ Service: 'lambda.amazonaws.com' }))],
      }),
    });
    expect(verdictOf(estate, `${key('user/one')} iam:PassRole ${iam('role/worker')}`)?.verdict).toBe('allowed');
    expect(verdictOf(estate, `${key('user/two')} iam:PassRole ${iam('role/worker')}`)?.verdict).toBe('implicit-deny');
  });

  it('needs both sides to cross accounts, and the trust policy to assume a role', async () => {
    const estate = await asked({
      'a.json': details({ users: [user('ada', [{ Action: 'sts:AssumeRole' }]), user('bob')] }),
      'b.json': details({
        roles: [
          role('target', trust({ AWS: `arn:aws:iam::${ACCOUNT}:root` }), [], {}, OTHER),
          role('closed', trust({ Service: 'ec2.amazonaws.com' }), [], {}, OTHER),
        ],
      }),
    });
    const of = (name: string, target: string) =>
      verdictOf(estate, `${key(`user/${name}`)} sts:AssumeRole ${iam(`role/${target}`, OTHER)}`)?.verdict;
    expect(of('ada', 'target')).toBe('allowed');
    expect(of('bob', 'target')).toBe('implicit-deny');
    expect(of('ada', 'closed')).toBe('implicit-deny');
    expect(verdictOf(estate, `external:aws-service/ec2.amazonaws.com sts:AssumeRole ${iam('role/closed', OTHER)}`)?.verdict).toBe(
      'allowed',
    );
    expect(verdictOf(estate, `${key('user/ada')} sts:AssumeRole ${iam('role/x', '777788889999')}`)).toMatchObject({
      verdict: 'conditional',
      conditions: [expect.stringContaining('trust policy')],
    });
  });

  it('knows account roots and role sessions by their keys', async () => {
    const session = `arn:aws:sts::${ACCOUNT}:assumed-role/worker/nightly`;
    const estate = await asked({
      'a.json': details({ roles: [role('worker', trust({ Service: 'ec2.amazonaws.com' }))] }),
      'c.json': snapshot(
        item(
          'S3::Bucket',
          SHOP,
          bucketPolicy({ Effect: 'Allow', Principal: { AWS: session }, Action: 's3:GetObject', Resource: `${SHOP}/*` }),
        ),
      ),
    });
    expect(verdictOf(estate, `aws:${session} ${SHOP_READ}`)?.verdict).toBe('allowed');
    expect(verdictOf(estate, `aws:${session.replace('nightly', 'daily')} ${SHOP_READ}`)?.verdict).toBe('implicit-deny');
    expect(verdictOf(estate, `${key('role/worker')} ${SHOP_READ}`)).toMatchObject({
      verdict: 'conditional',
      conditions: [expect.stringContaining('nightly')],
    });
    expect(verdictOf(estate, `aws:arn:aws:iam::${ACCOUNT}:root s3:DeleteBucket ${SHOP}`)?.verdict).toBe('allowed');
    expect(verdictOf(estate, `app:thing ${SHOP_READ}`)).toBeUndefined();
  });
});

describe('what is absent or contradicts itself is neither a silent yes nor a silent no', () => {
  it('makes an absent policy a condition, names it, and calls the account partial', async () => {
    const [own, aws] = [iam('policy/lost'), 'arn:aws:iam::aws:policy/SomethingReadOnly'];
    const attached = (arn: string) => ({ AttachedManagedPolicies: [{ PolicyArn: arn }] });
    const estate = await asked({
      'a.json': details({
        users: [
          user('allowed', [reads], attached(own)),
          user('nothing', [], attached(own)),
          user('aws', [reads], attached(aws)),
          user('denied', [{ ...reads, Effect: 'Deny' }], attached(own)),
          user('held', [reads], { PermissionsBoundary: { PermissionsBoundaryArn: own } }),
        ],
      }),
    });
    const of = (name: string) => verdictOf(estate, `${key(`user/${name}`)} ${SHOP_READ}`);
    expect(of('allowed')).toMatchObject({
      verdict: 'conditional',
      conditions: [`${own}, which was not collected, does not deny it`],
    });
    expect(of('nothing')).toMatchObject({ verdict: 'conditional', conditions: [`${own}, which was not collected, allows it`] });
    expect(of('aws')?.verdict).toBe('allowed');
    expect(of('denied')?.verdict).toBe('explicit-deny');
    expect(of('held')).toMatchObject({ verdict: 'conditional', conditions: [`${own}, which was not collected, allows it`] });
    expect(of('nothing')?.gaps.join()).toContain(own);
    expect(estate.said.scopes[0]).toMatchObject({
      coverage: 'partial',
      missing: expect.arrayContaining([expect.stringContaining(own)]),
    });
    const { items } = estate.questions.whoCan({ action: 's3:GetObject', resource: `${SHOP}/x`, context: new Map() });
    expect(items.map((one) => [one.key, one.verdict])).toEqual([
      [key('user/allowed'), 'conditional'],
      [key('user/aws'), 'allowed'],
      [key('user/held'), 'conditional'],
      [key('user/nothing'), 'conditional'],
    ]);
  });

  it('makes a policy that AWS would reject a warning, lets it grant nothing, and keeps the others', async () => {
    const broken = {
      PolicyName: 'broken',
      PolicyDocument: { Version: '2012-10-17', Statement: [{ Sid: 'Oops', Effect: 'Alow', Action: '*', Resource: '*' }] },
    };
    const good = { PolicyName: 'good', PolicyDocument: document(reads) };
    const estate = await asked({ 'a.json': details({ users: [user('ada', [], { UserPolicyList: [broken, good] })] }) });
    expect(estate.said.warnings.join('\n')).toMatch(/user\/ada\/broken: statement Oops: Effect "Alow"/);
    expect(verdictOf(estate, `${key('user/ada')} ${SHOP_READ}`)?.verdict).toBe('allowed');
    expect(verdictOf(estate, `${key('user/ada')} s3:PutObject ${SHOP}/x`)?.verdict).toBe('implicit-deny');
  });

  it('leaves open what hangs on which of two accounts owns a thing', async () => {
    const estate = await asked({
      'a.json': details({ users: [user('ada', [reads])] }),
      'c.json': snapshot(item('S3::Bucket', SHOP), item('S3::Bucket', SHOP, { awsAccountId: OTHER })),
    });
    expect(verdictOf(estate, `${key('user/ada')} ${SHOP_READ}`)).toMatchObject({
      verdict: 'conditional',
      conditions: [expect.stringContaining(`of account ${ACCOUNT}`)],
    });
    expect(estate.said.scopes.map(({ coverage }) => coverage)).toEqual(['partial', 'partial']);
    const edge = estate.said.relationships.find(({ kind, target }) => kind === 'CAN_READ' && target === `aws:${SHOP}`);
    expect(edge?.certainty).toBe('conditional');
  });

  it('says of a principal that was not collected that its own policies are not known', async () => {
    const estate = await asked({ 'a.json': details({ users: [user('ada')] }) });
    expect(verdictOf(estate, `${key('user/ghost')} ${SHOP_READ}`)).toMatchObject({
      verdict: 'implicit-deny',
      gaps: [expect.stringContaining(`${iam('user/ghost')} was not collected`)],
    });
  });

  it('refuses words that are not of AWS, and an account that is not the owner', async () => {
    const estate = await asked({ 'a.json': details({ users: [user('ada')] }) });
    const ask = (action: string, resource: string, account?: string) => () =>
      estate.questions.whoCan({ action, resource, context: new Map(), ...(account && { account }) });
    expect(ask('s3:Get*', '*')).toThrow(/one action of AWS/);
    expect(ask('s3:GetObject', 'shop')).toThrow(/ARN of a resource, or \*/);
    expect(ask('s3:GetObject', SHOP, '12')).toThrow(/twelve digits/);
    expect(ask('sqs:SendMessage', `arn:aws:sqs:us-east-1:${OTHER}:q`, ACCOUNT)).toThrow(/is of account/);
  });
});

describe('who-can', () => {
  it('lists principals, services and those beyond the estate, and nobody else', async () => {
    const estate = await asked({
      'a.json': details({
        users: [user('ada', [reads]), user('bob', [{ Action: 's3:PutObject' }])],
        roles: [role('named', trust({ Service: 'ec2.amazonaws.com' }))],
      }),
      'b.json': details({ users: [user('far', [{ Action: 's3:*' }], {}, OTHER), user('idle', [], {}, OTHER)] }),
      'c.json': snapshot(
        item('S3::Bucket', SHOP, {
          ...bucketPolicy(
            {
              Effect: 'Allow',
              Principal: { AWS: [iam('role/named'), `arn:aws:iam::${OTHER}:root`, '777788889999'] },
              Action: 's3:GetObject',
              Resource: `${SHOP}/*`,
            },
            { Effect: 'Allow', Principal: { Service: 'cloudtrail.amazonaws.com' }, Action: 's3:*', Resource: `${SHOP}/*` },
          ),
        }),
      ),
    });
    const { items, outside } = estate.questions.whoCan({ action: 's3:getobject', resource: `${SHOP}/x`, context: new Map() });
    expect(items.map((one) => `${one.key} ${one.verdict}`)).toEqual([
      `${key('role/named')} allowed`,
      `${key('user/ada')} allowed`,
      `${key('user/far', OTHER)} allowed`,
      'external:aws-service/cloudtrail.amazonaws.com allowed',
    ]);
    expect(outside.map((one) => one.key)).toEqual(['external:aws/777788889999']);
  });

  it('names the subjects of identity providers that a role lets in, and knows a subject that a pattern takes in', async () => {
    const issuer = 'token.actions.githubusercontent.com';
    const trusted = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: iam(`oidc-provider/${issuer}`) },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringEquals: { [`${issuer}:aud`]: 'sts.amazonaws.com' },
            StringLike: { [`${issuer}:sub`]: 'repo:shop/app:*' },
          },
        },
      ],
    };
    const estate = await asked({ 'a.json': details({ roles: [role('deploy', trusted)] }) });
    const action = 'sts:AssumeRoleWithWebIdentity';
    const { items, outside } = estate.questions.whoCan({ action, resource: iam('role/deploy'), context: new Map() });
    expect(items).toEqual([]);
    expect(outside.map((one) => one.key)).toEqual([`external:oidc/${issuer}/repo:shop/app:*`]);
    const of = (sub: string) => verdictOf(estate, `external:oidc/${issuer}/${sub} ${action} ${iam('role/deploy')}`)?.verdict;
    expect(of('repo:shop/app:ref:refs/heads/main')).toBe('allowed');
    expect(of('repo:other/app:ref:refs/heads/main')).toBe('implicit-deny');
  });

  it('keeps an action without a resource within an account when it is told which', async () => {
    const lists = [{ Action: 's3:ListAllMyBuckets' }];
    const estate = await asked({
      'a.json': details({ users: [user('ada', lists)] }),
      'b.json': details({ users: [user('far', lists, {}, OTHER)] }),
    });
    const who = (account?: string) =>
      estate.questions
        .whoCan({ action: 's3:ListAllMyBuckets', resource: '*', context: new Map(), ...(account && { account }) })
        .items.map((one) => one.key);
    expect(who()).toEqual([key('user/ada'), key('user/far', OTHER)]);
    expect(who(OTHER)).toEqual([key('user/far', OTHER)]);
  });
});
