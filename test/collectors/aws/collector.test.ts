import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { awsCollector } from '../../../src/collectors/aws/collector.ts';
import { collecting } from '../../contracts/collecting.ts';
import { collectorContract } from '../../contracts/collector.ts';
import { sampleFolder } from '../files/sample-folder.ts';
import { ACCOUNT, details, document, group, iam, item, key, OTHER, role, snapshot, trust, user, wholeEstate } from './sample.ts';

const from = async (files: Record<string, string | Buffer>) => {
  const folder = await sampleFolder(files);
  return { settings: { files: folder.root }, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
};

const read = async (files: Record<string, string | Buffer>) => {
  await using source = await from(files);
  return await collecting(awsCollector, source.settings);
};

describe('the aws collector', () => {
  collectorContract({
    collector: awsCollector,
    good: () => from(wholeEstate()),
    broken: async () => ({
      ...(await from({ ...wholeEstate(), [`${ACCOUNT}/cut.json`]: '{"UserDetailList": [' })),
      names: 'cut.json',
    }),
  });
});

describe('what files of an account say', () => {
  it('takes several files as pages, gzip included', async () => {
    const found = await read({
      'a.json': details({ users: [user('one')] }),
      'b.json.gz': gzipSync(details({ users: [user('two')] })),
    });
    expect(found.entity(key('user/one'))).toBeDefined();
    expect(found.entity(key('user/two'))).toBeDefined();
    expect(found.scopes).toEqual([{ type: 'scope', scope: ACCOUNT, coverage: 'complete', missing: [] }]);
  });

  it('names a wrong entry, and keeps the entries beside it', async () => {
    const found = await read({ [`${ACCOUNT}/a.json`]: details({ users: [user('one'), 7, {}] }) });
    expect(found.entity(key('user/one'))).toBeDefined();
    expect(found.errors.join('\n')).toMatch(/a\.json: UserDetailList\[1\]: expected an object, found a number/);
    expect(found.scopes[0]?.coverage).toBe('partial');
  });

  it('asks for a folder where whose key it is cannot be told', async () => {
    const keys = JSON.stringify({
      AccessKeyMetadata: [{ UserName: 'x', AccessKeyId: 'AKIA0EXAMPLE00000009', Status: 'Active' }],
    });
    const found = await read({ 'a.json': details({ users: [user('one')] }), 'keys.json': keys });
    expect(found.errors.join('\n')).toMatch(
      /keys\.json: whose user x is cannot be told; put the file into a folder named for its account/,
    );
  });

  it('calls a user with a password a person, and one with keys alone a machine', async () => {
    const found = await read(wholeEstate());
    expect(found.entity(key('user/ada'))?.kind).toBe('User');
    expect(found.entity(key('user/ci'))?.kind).toBe('ServiceAccount');
    expect(found.edges).toContain(`aws:${iam('user/ada')}/login-profile AUTHENTICATES_AS ${key('user/ada')}`);
    expect(found.edges).toContain(`aws:AKIA0EXAMPLE00000001 AUTHENTICATES_AS ${key('user/ci')}`);
  });

  it('calls an account partial that attaches a policy without its text, and takes nothing from that user for sure', async () => {
    const absent = iam('policy/absent');
    const one = user('one', [{ Action: 's3:GetObject' }], {
      AttachedManagedPolicies: [{ PolicyName: 'absent', PolicyArn: absent }],
    });
    const found = await read({
      'a.json': details({ users: [one] }),
      'c.json': snapshot(item('S3::Bucket', 'arn:aws:s3:::shop')),
    });
    expect(found.scopes[0]?.coverage).toBe('partial');
    expect(found.scopes[0]?.missing[0]).toContain(absent);
    expect(found.relationships.filter((edge) => edge.kind === 'CAN_READ').map((edge) => edge.certainty)).toEqual(['possible']);
  });

  it('knows AdministratorAccess without its text', async () => {
    const one = user('one', [], {
      AttachedManagedPolicies: [{ PolicyName: 'AdministratorAccess', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }],
    });
    const found = await read({ 'a.json': details({ users: [one] }) });
    expect(found.scopes[0]?.coverage).toBe('complete');
    expect(found.relationships.some((edge) => edge.kind === 'CAN_CONTROL' && edge.target === `aws:account/${ACCOUNT}`)).toBe(
      true,
    );
  });

  it('warns of a policy that AWS would reject, and lets it grant nothing', async () => {
    const one = user('one', [{ Action: 's3:GetObject', Condition: { StringSame: { a: 'b' } } }]);
    const found = await read({
      'a.json': details({ users: [one] }),
      'c.json': snapshot(item('S3::Bucket', 'arn:aws:s3:::shop')),
    });
    expect(found.warnings.join('\n')).toMatch(
      /user\/one\/own: statement #0: condition operator StringSame is unknown; the policy grants nothing/,
    );
    expect(found.relationships.filter((edge) => edge.kind === 'HAS_GRANT')).toEqual([]);
  });

  it('keeps policies beside the graph, without what looks like a secret', async () => {
    const secret = ['gh', 'p_', 'A'.repeat(36)].join('');
    const found = await read({
      'a.json': details({
        users: [user('one', [{ Action: 's3:GetObject', Condition: { StringEquals: { 'aws:UserAgent': secret } } }])],
      }),
    });
    const text = JSON.stringify(found.said);
    expect(text).toContain('inline-policy');
    expect(text.includes(secret)).toBe(false);
  });
});

describe('who may become a role', () => {
  const assumes = async (roles: readonly unknown[], users: readonly unknown[] = []) =>
    (await read({ 'a.json': details({ roles, users }) })).relationships.filter((edge) => edge.kind === 'CAN_ASSUME');

  it('lets in whom the trust policy names, and of the account whoever has the permission', async () => {
    const edges = await assumes(
      [role('named', trust({ AWS: iam('user/one') })), role('any', trust({ AWS: iam('root') }))],
      [user('one'), user('two', [{ Action: 'sts:AssumeRole', Resource: iam('role/any') }])],
    );
    expect(edges.map((edge) => `${edge.source} ${edge.target}`).sort()).toEqual(
      [`${key('user/one')} ${key('role/named')}`, `${key('user/two')} ${key('role/any')}`].sort(),
    );
  });

  it('asks across accounts for both sides', async () => {
    const there = role('there', trust({ AWS: iam('root') }), [], {}, OTHER);
    const edges = await assumes([there], [user('with', [{ Action: 'sts:AssumeRole' }]), user('without')]);
    expect(edges.map((edge) => edge.source)).toEqual([key('user/with')]);
  });

  it('keeps an external id, and a second factor, as conditions', async () => {
    const edges = await assumes([
      role('partner', trust({ AWS: iam('root', OTHER) }, { Condition: { StringEquals: { 'sts:ExternalId': '7' } } })),
    ]);
    expect(edges).toMatchObject([{ source: `external:aws/${OTHER}`, certainty: 'conditional', conditionClass: 'possession' }]);
  });

  it('asks each of the principals that a trust names in another account', async () => {
    const guarded = trust({ AWS: iam('role/a', OTHER) }, { Condition: { StringEquals: { 'sts:ExternalId': '7' } } });
    const both = { ...guarded, Statement: [...guarded.Statement, ...trust({ AWS: iam('role/b', OTHER) }).Statement] };
    expect(await assumes([role('partner', both)])).toMatchObject([
      { source: `external:aws/${OTHER}`, certainty: 'definite', properties: { trust: 'account', externalId: false } },
    ]);
  });

  it('finds whom a trust in everybody means by its conditions', async () => {
    const named = trust({ AWS: '*' }, { Condition: { StringEquals: { 'aws:PrincipalArn': iam('role/a', OTHER) } } });
    const edges = await assumes([role('partner', named)]);
    expect(edges.map(({ source, certainty }) => `${source} ${certainty}`)).toEqual([`external:aws/${OTHER} definite`]);
  });

  it('makes each subject pattern of a federated trust a subject', async () => {
    const provider = iam('oidc-provider/token.actions.githubusercontent.com');
    const condition = {
      StringEquals: { 'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com' },
      StringLike: { 'token.actions.githubusercontent.com:sub': ['repo:acme/shop:ref:refs/heads/main', 'repo:acme/lab:*'] },
    };
    const edges = await assumes([
      role('deploy', trust({ Federated: provider }, { Action: 'sts:AssumeRoleWithWebIdentity', Condition: condition })),
    ]);
    expect(edges.map((edge) => [edge.source, edge.certainty])).toEqual([
      ['external:oidc/token.actions.githubusercontent.com/repo:acme/shop:ref:refs/heads/main', 'definite'],
      ['external:oidc/token.actions.githubusercontent.com/repo:acme/lab:*', 'definite'],
    ]);
  });

  it('lets anyone in where everybody is trusted, unless a condition names an organization', async () => {
    const edges = await assumes([
      role('open', trust({ AWS: '*' })),
      role('ours', trust({ AWS: '*' }, { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-acme' } } })),
    ]);
    expect(edges.filter((edge) => edge.source === 'external:anyone').map((edge) => edge.target)).toEqual([key('role/open')]);
  });
});

describe('what may be done to things', () => {
  const shop = item('S3::Bucket', 'arn:aws:s3:::shop');
  const rights = async (users: readonly unknown[], items: readonly unknown[] = [shop], more: Record<string, string> = {}) => {
    const found = await read({ 'a.json': details({ users }), 'c.json': snapshot(...items), ...more });
    return found.relationships
      .filter((edge) => edge.kind.startsWith('CAN_'))
      .map((edge) => `${edge.kind} ${edge.target} ${edge.certainty}`);
  };

  it('takes the names in a bucket for no level', async () => {
    expect(await rights([user('one', [{ Action: ['s3:ListBucket', 's3:GetBucketPolicy'] }])])).toEqual([]);
  });

  it('joins reading and writing, and keeps a log drop a log drop', async () => {
    expect(await rights([user('one', [{ Action: ['s3:GetObject', 's3:PutObject'] }])])).toEqual([
      'CAN_WRITE aws:arn:aws:s3:::shop definite',
    ]);
    expect(await rights([user('one', [{ Action: 's3:PutObject' }])])).toEqual(['CAN_PUT aws:arn:aws:s3:::shop definite']);
  });

  it('draws nothing that a deny, a boundary or service control takes away', async () => {
    const get = { Action: 's3:GetObject' };
    expect(await rights([user('one', [get, { ...get, Effect: 'Deny' }])])).toEqual([]);
    const limit = {
      Arn: iam('policy/limit'),
      PolicyVersionList: [{ IsDefaultVersion: true, Document: document({ Action: 'ec2:*' }) }],
    };
    const bound = user('one', [get], { PermissionsBoundary: { PermissionsBoundaryArn: limit.Arn } });
    expect(await rights([bound], [shop], { 'b.json': details({ policies: [limit] }) })).toEqual([]);
    const policy = (content: unknown) => ({
      PolicySummary: { Name: 'p', Type: 'SERVICE_CONTROL_POLICY' },
      Content: JSON.stringify(content),
      Targets: [{ TargetId: ACCOUNT }],
    });
    const organization = JSON.stringify({
      Organization: { Id: 'o-acme', MasterAccountId: OTHER },
      Roots: [{ Id: 'r-1', PolicyTypes: [{ Type: 'SERVICE_CONTROL_POLICY', Status: 'ENABLED' }] }],
      Accounts: [{ Id: ACCOUNT, ParentId: 'r-1', Name: 'shop' }],
      Policies: [policy(document({ Action: '*' }, { Effect: 'Deny', Action: 's3:*' }))],
    });
    expect(await rights([user('one', [get])], [shop], { 'o.json': organization })).toEqual([]);
  });

  it('keeps a deny on a part of a bucket from hiding the rest, and sees that it covers what is allowed', async () => {
    const part = { Effect: 'Deny' as const, Action: 's3:GetObject', Resource: 'arn:aws:s3:::shop/private/*' };
    expect(await rights([user('one', [{ Action: 's3:GetObject' }, part])])).toHaveLength(1);
    expect(await rights([user('one', [{ Action: 's3:GetObject', Resource: 'arn:aws:s3:::shop/private/*' }, part])])).toEqual([]);
  });

  it('asks for the key too where a customer key encrypts', async () => {
    const arn = `arn:aws:kms:us-east-1:${ACCOUNT}:key/k1`;
    const secret = item('SecretsManager::Secret', `arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:db-AbCdEf`, {
      configuration: { KmsKeyId: arn },
    });
    const get = { Action: 'secretsmanager:GetSecretValue' };
    expect(await rights([user('one', [get])], [secret])).toEqual([]);
    expect(await rights([user('one', [get, { Action: 'kms:Decrypt', Resource: arn }])], [secret])).toEqual([
      `CAN_READ aws:${secret.ARN} definite`,
    ]);
  });

  it('decides what tags say now', async () => {
    const tagged = item('S3::Bucket', 'arn:aws:s3:::tagged', { tags: { team: 'a' } });
    const grant = { Action: 's3:GetObject', Condition: { StringEquals: { 'aws:ResourceTag/team': '${aws:PrincipalTag/team}' } } };
    const one = user('one', [grant], { Tags: [{ Key: 'team', Value: 'a' }] });
    const two = user('two', [grant], { Tags: [{ Key: 'team', Value: 'b' }] });
    expect(await rights([one, two], [tagged, shop])).toEqual(['CAN_READ aws:arn:aws:s3:::tagged definite']);
  });

  it('gives users of equal rights one permission, whatever their policies are called', async () => {
    const grants = [{ Action: 's3:GetObject' }];
    const found = await read({
      'a.json': details({ users: [user('one', grants), user('two', grants)] }),
      'c.json': snapshot(shop),
    });
    const targets = found.relationships.filter((edge) => edge.kind === 'HAS_GRANT').map((edge) => edge.target);
    expect(targets).toHaveLength(2);
    expect(new Set(targets).size).toBe(1);
  });

  it('gives a member the rights of its groups within its own denies', async () => {
    const found = await read({
      'a.json': details({
        groups: [group('staff', [{ Action: 's3:*' }])],
        users: [
          user('free', [], { GroupList: ['staff'] }),
          user('held', [{ Effect: 'Deny', Action: 's3:*' }], { GroupList: ['staff'] }),
        ],
      }),
      'c.json': snapshot(shop),
    });
    expect(found.relationships.filter((edge) => edge.kind === 'HAS_GRANT').map((edge) => edge.source)).toEqual([
      key('user/free'),
    ]);
  });
});

describe('what hangs from an account', () => {
  const levels = async (thing: unknown) => {
    const found = await read({ 'a.json': details({ users: [user('one')] }), 'c.json': snapshot(thing) });
    return found.relationships
      .filter((edge) => edge.kind === 'CONTAINS' && !edge.target.includes(':iam:'))
      .map((edge) => edge.levels);
  };

  it('hangs places of secret values at control only', async () => {
    expect(await levels(item('SSM::Parameter', `arn:aws:ssm:us-east-1:${ACCOUNT}:parameter/p`))).toEqual([['control']]);
  });

  it('hangs a key at nothing when its policy does not delegate to the account', async () => {
    const policy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: iam('user/one') }, Action: 'kms:*', Resource: '*' }],
    };
    const arn = `arn:aws:kms:us-east-1:${ACCOUNT}:key/k1`;
    expect(await levels(item('KMS::Key', arn, { supplementaryConfiguration: { Policy: JSON.stringify(policy) } }))).toEqual([]);
  });
});
