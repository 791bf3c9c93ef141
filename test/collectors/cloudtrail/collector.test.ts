import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { cloudtrailCollector } from '../../../src/collectors/cloudtrail/collector.ts';
import type { RelationshipFact } from '../../../src/model/entity.ts';
import { collecting, type Outcome } from '../../contracts/collecting.ts';
import { collectorContract } from '../../contracts/collector.ts';
import { sampleFolder } from '../files/sample-folder.ts';

const ACCOUNT = '111122223333';
const USER = `arn:aws:iam::${ACCOUNT}:user/ci/deploy`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/app/reader`;
const KEY = 'AKIA0EXAMPLE10000001';
const SESSION = 'ASIA0EXAMPLE10000001';

let count = 0;
const event = (name: string, changed: object = {}): Record<string, unknown> => {
  const [service, eventName] = name.split(':');
  return {
    eventVersion: '1.08',
    eventID: `e${count++}`,
    eventTime: '2026-01-05T10:00:00Z',
    eventSource: `${service}.amazonaws.com`,
    eventName,
    awsRegion: 'eu-west-1',
    sourceIPAddress: '203.0.113.7',
    userAgent: 'aws-cli/2.15',
    recipientAccountId: ACCOUNT,
    userIdentity: byUser(),
    ...changed,
  };
};
const byUser = (changed: object = {}): object => ({
  type: 'IAMUser',
  arn: USER,
  userName: 'deploy',
  accountId: ACCOUNT,
  accessKeyId: KEY,
  ...changed,
});
const byRole = (changed: object = {}): object => ({
  type: 'AssumedRole',
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/reader/nightly`,
  accountId: ACCOUNT,
  accessKeyId: SESSION,
  sessionContext: { sessionIssuer: { type: 'Role', arn: ROLE }, attributes: { creationDate: '2026-01-05T09:00:00Z' } },
  ...changed,
});
const assumed = (request: object = {}): object => ({
  requestParameters: { roleArn: ROLE, roleSessionName: 'nightly', ...request },
  responseElements: { credentials: { accessKeyId: SESSION, expiration: 'Jan 5, 2026, 11:30:00 PM', sessionToken: 'x' } },
});
const federation = {
  requestParameters: { name: 'guest', policy: '{}' },
  responseElements: { credentials: { accessKeyId: 'ASIA0EXAMPLE10000009' } },
};

async function trail(files: Readonly<Record<string, string | Buffer>>): Promise<Outcome> {
  await using folder = await sampleFolder(files);
  return await collecting(cloudtrailCollector, { files: folder.root });
}
const events = (...records: unknown[]): Promise<Outcome> => trail({ 'a.json': JSON.stringify({ Records: records }) });
const edge = ({ relationships }: Outcome, name: string): RelationshipFact | undefined =>
  relationships.find(({ source, kind, target }) => `${source} ${kind} ${target}` === name);

const everything = [
  event('sts:AssumeRole', assumed()),
  event('sts:GetFederationToken', federation),
  event('sts:AssumeRoleWithWebIdentity', {
    ...assumed(),
    userIdentity: {
      type: 'WebIdentityUser',
      identityProvider: 'token.actions.githubusercontent.com',
      userName: 'repo:acme/shop:ref:refs/heads/main',
    },
  }),
  event('secretsmanager:GetSecretValue', { requestParameters: { secretId: 'db' } }),
  event('lambda:UpdateFunctionCode20150331v2', { requestParameters: { functionName: 'api' } }),
  event('iam:AddUserToGroup', { requestParameters: { groupName: 'admins', userName: 'eve' } }),
  event('s3:GetObject', { userIdentity: byRole(), requestParameters: { bucketName: 'data', key: 'a/b' } }),
];

describe('the collector of CloudTrail', () => {
  const source = async (files: Readonly<Record<string, string | Buffer>>, names = '') => {
    const folder = await sampleFolder(files);
    return { settings: { files: folder.root }, names, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
  };
  const good = { 'a.json.gz': gzipSync(JSON.stringify({ Records: everything })) };
  collectorContract({
    collector: cloudtrailCollector,
    good: () => source(good),
    broken: () =>
      source({ ...good, 'b.jsonl': `${JSON.stringify(event('s3:ListBuckets'))}\n{"eventID": ` }, 'b.jsonl:2: not JSON'),
  });
});

it('tells who a key acts as, from where and how often', async () => {
  const found = await events(
    event('s3:ListBuckets', { eventTime: '2026-01-07T00:00:00Z' }),
    event('s3:ListBuckets', { eventTime: '2026-01-03T00:00:00Z', errorCode: 'AccessDenied' }),
    event('s3:ListBuckets', { userAgent: 'Boto3/1.34 Botocore/1.34' }),
  );
  expect(found.edges).toEqual([
    `aws:${KEY} AUTHENTICATES_AS aws:${USER}`,
    `origin:203.0.113.7/aws-cli USES aws:${KEY}`,
    `origin:203.0.113.7/boto3 USES aws:${KEY}`,
  ]);
  expect(edge(found, `origin:203.0.113.7/aws-cli USES aws:${KEY}`)).toMatchObject({
    basis: 'observed',
    certainty: 'definite',
    uses: 2,
    firstSeen: '2026-01-03T00:00:00.000Z',
    lastUsed: '2026-01-07T00:00:00.000Z',
    properties: { failed: 1 },
  });
  expect(found.entity(`aws:${KEY}`)).toMatchObject({ kind: 'Credential', stub: true });
  expect(found.said.find(({ type }) => type === 'newest-event')).toEqual({
    type: 'newest-event',
    at: '2026-01-07T00:00:00.000Z',
  });
});

it.each(['AWS Internal', 'cloudformation.amazonaws.com', '10.0.0.07', ''])('makes no origin of %j', async (sourceIPAddress) => {
  const found = await events(event('s3:ListBuckets', { sourceIPAddress }));
  expect(found.entities.filter(({ kind }) => kind === 'Origin')).toEqual([]);
});

it('follows a session from the key that made it to what it touched', async () => {
  const found = await events(
    event('s3:GetObject', { userIdentity: byRole(), requestParameters: { bucketName: 'data', key: 'a/b' } }),
    event('sts:AssumeRole', assumed()),
  );
  expect(found.edges).toEqual(
    [
      `aws:${KEY} AUTHENTICATES_AS aws:${USER}`,
      `aws:${KEY} MINTED aws:${SESSION}`,
      `aws:${SESSION} AUTHENTICATES_AS aws:${ROLE}`,
      `aws:${ROLE} ACCESSED aws:arn:aws:s3:::data`,
      `aws:${USER} CAN_ASSUME aws:${ROLE}`,
      `origin:203.0.113.7/aws-cli USES aws:${KEY}`,
      `origin:203.0.113.7/aws-cli USES aws:${SESSION}`,
    ].sort(),
  );
  expect(edge(found, `aws:${KEY} MINTED aws:${SESSION}`)).toMatchObject({
    certainty: 'possible',
    properties: { action: 'sts:AssumeRole' },
  });
  expect(edge(found, `aws:${ROLE} ACCESSED aws:arn:aws:s3:::data`)?.properties).toEqual({
    actions: ['s3:GetObject'],
    credentials: [`aws:${SESSION}`],
  });
  const session = found.entity(`aws:${SESSION}`);
  expect(session).toMatchObject({
    kind: 'Session',
    state: 'active',
    expiresAt: '2026-01-05T23:30:00.000Z',
    properties: { sessionName: 'nightly' },
  });
  expect(session?.stub).toBeUndefined();
});

it('takes the longest life of a session whose making is not in the log', async () => {
  const found = await events(event('s3:ListBuckets', { userIdentity: byRole() }));
  expect(found.entity(`aws:${SESSION}`)).toMatchObject({
    expiresAt: '2026-01-05T21:00:00.000Z',
    properties: { expiresAtLatest: true },
  });
});

it.each([
  ['an inline session policy', assumed({ policy: '{}' })],
  ['managed session policies', assumed({ policyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }] })],
])('gives a session under %s a ceiling, in whatever order the events come', async (_, changed) => {
  const made = event('sts:AssumeRole', changed);
  const used = event('s3:ListBuckets', { userIdentity: byRole() });
  for (const order of [
    [made, used],
    [used, made],
  ]) {
    const found = await events(...order);
    expect(edge(found, `aws:${SESSION} ACTS_FOR aws:${ROLE}`)).toMatchObject({ certainty: 'definite' });
    expect(edge(found, `aws:${SESSION} AUTHENTICATES_AS aws:${ROLE}`)).toMatchObject({ certainty: 'possible' });
  }
});

it('knows a made key, whose it is, and that it was made', async () => {
  const made = event('iam:CreateAccessKey', {
    requestParameters: { userName: 'eve' },
    responseElements: { accessKey: { accessKeyId: 'AKIA0EXAMPLE10000002', userName: 'eve' } },
  });
  const eve = `aws:arn:aws:iam::${ACCOUNT}:user/eve`;
  const found = await events(made);
  expect(edge(found, `aws:${KEY} MINTED aws:AKIA0EXAMPLE10000002`)).toBeDefined();
  expect(edge(found, `aws:AKIA0EXAMPLE10000002 AUTHENTICATES_AS ${eve}`)).toMatchObject({
    certainty: 'possible',
    reason: 'the log has the name user eve without its path',
  });
  expect(edge(found, `aws:${USER} ACCESSED ${eve}`)?.properties?.['changes']).toEqual([
    {
      action: 'iam:CreateAccessKey',
      at: '2026-01-05T10:00:00.000Z',
      credential: `aws:${KEY}`,
      by: `aws:${USER}`,
      created: 'aws:AKIA0EXAMPLE10000002',
    },
  ]);
});

it('takes the path of a named user from any record that tells it', async () => {
  const eve = `arn:aws:iam::${ACCOUNT}:user/staff/eve`;
  const named = event('iam:PutUserPolicy', { requestParameters: { userName: 'eve' } });
  const spelled = event('iam:CreateUser', { requestParameters: { userName: 'eve' }, responseElements: { user: { arn: eve } } });
  const found = await events(named, spelled);
  expect(found.entities.filter(({ key }) => key.endsWith('/eve')).map(({ key }) => key)).toEqual([`aws:${eve}`]);
  expect(edge(found, `aws:${USER} ACCESSED aws:${eve}`)).toMatchObject({ certainty: 'definite', uses: 2 });
});

it('says nothing of access for a call that failed', async () => {
  const failed = { errorCode: 'AccessDenied', requestParameters: { bucketName: 'data' }, responseElements: null };
  const found = await events(event('s3:GetObject', failed), event('sts:AssumeRole', { ...assumed(), errorCode: 'AccessDenied' }));
  expect(found.edges.filter((name) => /ACCESSED|MINTED|CAN_ASSUME/.test(name))).toEqual([]);
});

it('joins an OIDC subject with the role that it assumed', async () => {
  const found = await events(everything[2]);
  const subject = 'external:oidc/token.actions.githubusercontent.com/repo:acme/shop:ref:refs/heads/main';
  expect(found.edges).toContain(`${subject} CAN_ASSUME aws:${ROLE}`);
  expect(found.edges).toContain(`${subject} MINTED aws:${SESSION}`);
});

it('counts an event once, in one file or several, in every form', async () => {
  const records = [event('s3:ListBuckets'), event('s3:ListBuckets', { sourceIPAddress: '198.51.100.1' })];
  const whole = JSON.stringify({ Records: records });
  const lines = records.map((record) => JSON.stringify(record)).join('\n');
  const once = await trail({ 'a.json': whole });
  for (const other of [
    { 'b.json': whole },
    { 'b.json': JSON.stringify(records) },
    { 'b.jsonl': lines },
    { 'b.gz': gzipSync(lines) },
  ]) {
    const found = await trail({ 'a.json': whole, ...other });
    expect(found.relationships).toEqual(once.relationships);
    expect(found.entities).toEqual(once.entities);
  }
  expect(once.relationships.map(({ uses }) => uses)).toEqual([2, 1, 1]);
});

it('counts a call once that two accounts log', async () => {
  const other = '444455556666';
  const found = await events(
    event('sts:AssumeRole', { ...assumed(), sharedEventID: 's1' }),
    event('sts:AssumeRole', {
      ...assumed(),
      sharedEventID: 's1',
      recipientAccountId: other,
      userIdentity: { type: 'AWSAccount', accountId: ACCOUNT, principalId: 'AIDA0', accessKeyId: KEY },
    }),
  );
  const uses = found.relationships.filter(({ kind }) => kind === 'USES').map((one) => one.uses ?? 0);
  expect(uses.reduce((sum, one) => sum + one, 0)).toBe(1);
  expect(found.scopes.map(({ scope }) => scope)).toEqual([ACCOUNT, other]);
});

it('sees a console sign-in as the use of a password', async () => {
  const login = {
    userIdentity: byUser({ accessKeyId: undefined }),
    responseElements: { ConsoleLogin: 'Success' },
    userAgent: 'Mozilla/5.0',
  };
  const found = await events(event('signin:ConsoleLogin', login));
  expect(found.edges).toEqual([
    `aws:${USER}/login-profile AUTHENTICATES_AS aws:${USER}`,
    `origin:203.0.113.7/console USES aws:${USER}/login-profile`,
  ]);
});

it('warns once of records that are no events, and of files that are no logs', async () => {
  const found = await trail({
    'a.json': JSON.stringify({
      Records: [event('s3:ListBuckets'), {}, 7, { eventName: 'ObjectCreated:Put', eventSource: 'aws:s3' }],
    }),
    'b.json': '{"hello": "world"}',
    'digest.json': '{"awsAccountId": "1", "digestStartTime": "x"}',
    'empty.json': '',
  });
  expect(found.errors).toEqual([]);
  expect(found.warnings).toEqual([
    expect.stringContaining('a.json: 3 records are no CloudTrail events'),
    expect.stringContaining('b.json: not recognised'),
    'empty.json: empty',
  ]);
});

it('names the line of a broken record, and reads the others', async () => {
  const found = await trail({
    'a.jsonl': `${JSON.stringify(event('s3:ListBuckets'))}\n{"eventID":\n${JSON.stringify(event('s3:ListBuckets'))}`,
  });
  expect(found.errors).toEqual(['a.jsonl:2: not JSON: it ends in the middle of a value (column 12)']);
  expect(edge(found, `aws:${KEY} AUTHENTICATES_AS aws:${USER}`)?.uses).toBe(2);
});

it('knows who set a password, and whose it is, though the path of the user is only told elsewhere', async () => {
  const login = `aws:arn:aws:iam::${ACCOUNT}:user/people/ada/login-profile`;
  const found = await events(
    event('iam:CreateLoginProfile', { requestParameters: { userName: 'ada' } }),
    event('s3:ListBuckets', { userIdentity: byUser({ arn: `arn:aws:iam::${ACCOUNT}:user/people/ada`, accessKeyId: undefined }) }),
  );
  expect(found.entity(login)?.kind).toBe('Credential');
  expect(found.edges).toContain(`aws:${KEY} MINTED ${login}`);
  expect(found.edges).toContain(`${login} AUTHENTICATES_AS aws:arn:aws:iam::${ACCOUNT}:user/people/ada`);
  expect(edge(found, `aws:${KEY} MINTED ${login}`)).toMatchObject({
    certainty: 'possible',
    properties: { action: 'iam:CreateLoginProfile' },
  });
});

it('lets a session of AssumeRoot act for the root of the other account, below its task policy', async () => {
  const found = await events(
    event('sts:AssumeRoot', {
      requestParameters: {
        targetPrincipal: '444455556666',
        taskPolicyArn: { arn: 'arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials' },
      },
      responseElements: { credentials: { accessKeyId: SESSION, expiration: 'Jan 5, 2026, 10:15:00 AM' } },
    }),
  );
  expect(found.edges).toContain(`aws:${SESSION} ACTS_FOR aws:arn:aws:iam::444455556666:root`);
  expect(found.edges).toContain(`aws:${KEY} MINTED aws:${SESSION}`);
});

it('counts a record that AWS sends again with more in it once, in either order', async () => {
  const first = event('s3:GetObject', { eventID: 'first', requestParameters: { bucketName: 'data' } });
  const again = {
    ...first,
    eventID: 'second',
    addendum: { reason: 'UPDATED_DATA', originalEventID: 'first' },
    resources: [{ ARN: 'arn:aws:s3:::more' }],
  };
  for (const order of [
    [first, again],
    [again, first],
    [first, again, again],
  ]) {
    const found = await events(...order);
    expect(edge(found, `origin:203.0.113.7/aws-cli USES aws:${KEY}`)?.uses).toBe(1);
    expect(found.edges).toContain(`aws:${USER} ACCESSED aws:arn:aws:s3:::more`);
  }
});

it('keeps records of one id that tell of different calls: an id that was made up hides nothing', async () => {
  const found = await events(
    event('s3:GetObject', { eventID: 'EXAMPLE', requestParameters: { bucketName: 'one' } }),
    event('s3:GetObject', { eventID: 'EXAMPLE', userIdentity: byRole(), requestParameters: { bucketName: 'two' } }),
  );
  expect(found.edges).toContain(`aws:${USER} ACCESSED aws:arn:aws:s3:::one`);
  expect(found.edges).toContain(`aws:${ROLE} ACCESSED aws:arn:aws:s3:::two`);
});
