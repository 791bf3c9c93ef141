/** The live source against a small server that speaks AWS's protocols, and fails as AWS or the network may. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { awsCollector } from '../../../src/collectors/aws/collector.ts';
import { checking, missingIn } from '../../contracts/checking.ts';
import { collecting } from '../../contracts/collecting.ts';

const ACCOUNT = '111122223333';
type Answer = (call: Call, response: ServerResponse) => void;

interface Call {
  /** `ListUsers`, of whatever protocol. */
  readonly action: string;
  readonly body: string;
  /** How often it was called before. */
  readonly before: number;
}

const query =
  (action: string, content: string, status = 200) =>
  (_: Call, response: ServerResponse) =>
    response
      .writeHead(status, { 'content-type': 'text/xml' })
      .end(`<${action}Response><${action}Result>${content}</${action}Result></${action}Response>`);
const queryError =
  (code: string, status: number, message = 'no') =>
  (_: Call, response: ServerResponse) =>
    response
      .writeHead(status, { 'content-type': 'text/xml' })
      .end(`<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`);
const json =
  (content: unknown, status = 200) =>
  (_: Call, response: ServerResponse) =>
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(content));

const USER = `<member><UserName>ci</UserName><UserId>AIDA0EXAMPLE0</UserId><Path>/</Path><Arn>arn:aws:iam::${ACCOUNT}:user/ci</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate></member>`;
const DETAILS = `<UserDetailList>${USER}</UserDetailList><IsTruncated>false</IsTruncated>`;

/** An account of one user with one key and nothing else. */
const WHOLE: Readonly<Record<string, Answer>> = {
  GetCallerIdentity: query('GetCallerIdentity', `<Arn>arn:aws:iam::${ACCOUNT}:user/me</Arn><Account>${ACCOUNT}</Account>`),
  GetAccountAuthorizationDetails: query('GetAccountAuthorizationDetails', DETAILS),
  GenerateCredentialReport: query('GenerateCredentialReport', '<State>COMPLETE</State>'),
  GetCredentialReport: query(
    'GetCredentialReport',
    `<ReportFormat>text/csv</ReportFormat><Content>${Buffer.from('user,arn,user_creation_time\n').toString('base64')}</Content>`,
  ),
  ListUsers: query('ListUsers', `<Users>${USER}</Users><IsTruncated>false</IsTruncated>`),
  ListRoles: query('ListRoles', '<Roles></Roles><IsTruncated>false</IsTruncated>'),
  ListAccessKeys: query(
    'ListAccessKeys',
    '<AccessKeyMetadata><member><UserName>ci</UserName><AccessKeyId>AKIA0EXAMPLE00000001</AccessKeyId><Status>Active</Status></member></AccessKeyMetadata><IsTruncated>false</IsTruncated>',
  ),
  GetAccessKeyLastUsed: query(
    'GetAccessKeyLastUsed',
    '<UserName>ci</UserName><AccessKeyLastUsed><LastUsedDate>2026-01-10T00:00:00Z</LastUsedDate><ServiceName>s3</ServiceName><Region>eu-west-1</Region></AccessKeyLastUsed>',
  ),
  GetLoginProfile: queryError('NoSuchEntity', 404),
  GenerateServiceLastAccessedDetails: query('GenerateServiceLastAccessedDetails', '<JobId>j</JobId>'),
  GetServiceLastAccessedDetails: query(
    'GetServiceLastAccessedDetails',
    '<JobStatus>COMPLETED</JobStatus><ServicesLastAccessed></ServicesLastAccessed><IsTruncated>false</IsTruncated>',
  ),
  ListSecrets: json({ SecretList: [{ ARN: `arn:aws:secretsmanager:eu-west-1:${ACCOUNT}:secret:db-AbCdEf`, Name: 'db' }] }),
  GetResourcePolicy: json({}),
  SelectResourceConfig: json({ __type: 'NoAvailableConfigurationRecorderException' }, 400),
};

const QUERIES = /^(List|Describe|Get)/;
/** Anything else has nothing. */
const nothing: Answer = (call, response) => {
  if (call.body.startsWith('{') || call.body === '') json({})(call, response);
  else if (QUERIES.test(call.action)) query(call.action, '')(call, response);
  else queryError('InvalidAction', 400)(call, response);
};

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

beforeAll(() => {
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
});

/** A server that answers so, and how often each was asked. */
async function served(answers: Readonly<Record<string, Answer>>) {
  const counts = new Map<string, number>();
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await textOf(request);
    const action =
      /(?:^|&)Action=(\w+)/.exec(body)?.[1] ??
      String(request.headers['x-amz-target'] ?? request.url)
        .split('.')
        .at(-1) ??
      '';
    const before = counts.get(action) ?? 0;
    counts.set(action, before + 1);
    const call = { action, body, before };
    if (request.method === 'GET' && !request.headers['x-amz-target'] && request.url?.includes('x-id=ListBuckets'))
      query('ListAllMyBuckets', '')(call, response);
    else (answers[action] ?? WHOLE[action] ?? nothing)(call, response);
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { endpoint, counts };
}

const LIVE = { regions: ['eu-west-1'] };

async function account(answers: Readonly<Record<string, Answer>>) {
  const { endpoint, counts } = await served(answers);
  const found = await collecting(awsCollector, { live: { ...LIVE, endpoint } });
  return { ...found, counts, scope: found.scopes.find(({ scope }) => scope === ACCOUNT) };
}

/** What is said before a collection. */
async function foreseen(answers: Readonly<Record<string, Answer>>, changed: object = {}) {
  const { endpoint, counts } = await served(answers);
  const said = await checking(awsCollector, { live: { ...LIVE, ...changed, endpoint } });
  return { said, counts, missing: missingIn(said) };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

it('calls an account complete of which everything was answered', async () => {
  const { errors, scope, entity } = await account({});
  expect(errors).toEqual([]);
  expect(scope?.coverage).toBe('complete');
  expect(entity('aws:AKIA0EXAMPLE00000001')).toMatchObject({ kind: 'Credential', state: 'active' });
});

it('names the right that is missing, makes that account partial, and keeps the rest', async () => {
  const message = `User: arn:aws:iam::${ACCOUNT}:user/me is not authorized to perform: iam:GetAccessKeyLastUsed on resource: user ci`;
  const { errors, scope, entity } = await account({ GetAccessKeyLastUsed: queryError('AccessDenied', 403, message) });
  const text = `iam:GetAccessKeyLastUsed: not allowed in account ${ACCOUNT} (eu-west-1); grant it to the role or user that collects`;
  expect(errors).toEqual([text]);
  expect(scope).toMatchObject({ coverage: 'partial', missing: [text] });
  expect(entity('aws:AKIA0EXAMPLE00000001')?.kind).toBe('Credential');
  expect(entity(`aws:arn:aws:secretsmanager:eu-west-1:${ACCOUNT}:secret:db-AbCdEf`)?.kind).toBe('Secret');
});

it('tries again when there are too many requests', async () => {
  const { errors, counts } = await account({
    ListSecrets: (call, response) =>
      call.before < 1
        ? json({ __type: 'ThrottlingException', message: 'slow' }, 400)(call, response)
        : WHOLE['ListSecrets']?.(call, response),
  });
  expect(errors).toEqual([]);
  expect(counts.get('ListSecrets')).toBe(2);
});

it('ends where pages never do, and says so', async () => {
  const { errors, scope, counts } = await account({
    ListUsers: query('ListUsers', `<Users>${USER}</Users><IsTruncated>true</IsTruncated><Marker>again</Marker>`),
  });
  expect(errors.join()).toContain('iam:ListUsers: the pages do not end');
  expect(scope?.coverage).toBe('partial');
  expect(counts.get('ListUsers')).toBeLessThan(10);
});

it('says of a body that ends too early that it cannot be read, and quotes nothing of it', async () => {
  const { errors, scope } = await account({
    ListSecrets: (_, response) =>
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end('{"SecretList":[{"Name":"hunter2'),
  });
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatch(/^secretsmanager:ListSecrets: the answer cannot be read \(\w+\) in account/);
  expect(errors[0]).not.toContain('hunter2');
  expect(scope?.coverage).toBe('partial');
});

it('asks no more for what is refused for everybody', async () => {
  const many = Array.from({ length: 40 }, (_, n) => USER.replaceAll('ci<', `ci${n}<`)).join('');
  const { errors, counts } = await account({
    ListUsers: query('ListUsers', `<Users>${many}</Users><IsTruncated>false</IsTruncated>`),
    GetLoginProfile: queryError('AccessDenied', 403),
  });
  expect(errors.filter((text) => text.startsWith('iam:GetLoginProfile'))).toHaveLength(1);
  expect(counts.get('GetLoginProfile')).toBeLessThan(40);
});

it('says which credentials were not accepted when there is no way in', async () => {
  const { errors, said } = await account({ GetCallerIdentity: queryError('InvalidClientTokenId', 403) });
  expect(errors).toEqual([
    expect.stringContaining('sts:GetCallerIdentity: the credentials were not accepted (InvalidClientTokenId)'),
  ]);
  expect(said.filter((one) => one.type === 'scope')).toEqual([expect.objectContaining({ scope: '*', coverage: 'partial' })]);
});

it('takes either files or live, and a role to enter accounts', () => {
  const valid = (settings: unknown) => awsCollector.settings.safeParse(settings).success;
  expect(valid({ live: {} })).toBe(true);
  expect(valid({ files: 'x', live: {} })).toBe(false);
  expect(valid({})).toBe(false);
  expect(valid({ live: { surprise: 1 } })).toBe(false);
  expect(valid({ live: { accounts: [ACCOUNT] } })).toBe(false);
  expect(valid({ live: { accounts: [ACCOUNT], role: 'audit' } })).toBe(true);
});

it('foresees nothing missing of an account of which everything is answered', async () => {
  const { said } = await foreseen({});
  expect(said).toEqual([
    { type: 'works', text: expect.stringMatching(`^account ${ACCOUNT}, eu-west-1: (\\d+) of \\1 questions answered$`) },
  ]);
});

it('foresees the rights that a collection is refused, in its words', async () => {
  const refused = {
    ListSecrets: json({ __type: 'AccessDeniedException' }, 400),
    ListAccessKeys: queryError('AccessDenied', 403),
    GenerateServiceLastAccessedDetails: queryError('AccessDenied', 403),
  };
  const { missing } = await foreseen(refused);
  expect(missing).toHaveLength(3);
  expect(missing.toSorted()).toEqual((await account(refused)).scope?.missing.toSorted());
});

it('asks for the first page and the first thing alone, and waits for no report', async () => {
  const many = Array.from({ length: 40 }, (_, n) => USER.replaceAll('ci<', `ci${n}<`)).join('');
  const { said, counts } = await foreseen({
    ListUsers: query('ListUsers', `<Users>${many}</Users><IsTruncated>true</IsTruncated><Marker>next</Marker>`),
    GenerateCredentialReport: query('GenerateCredentialReport', '<State>STARTED</State>'),
  });
  expect(said.map(({ type }) => type)).toEqual(['works']);
  expect(counts.get('ListAccessKeys')).toBe(1);
  expect(counts.get('GenerateCredentialReport')).toBe(1);
  expect(counts.get('GetCredentialReport')).toBeUndefined();
});

it('foresees accounts that cannot be entered, of which it tries the first', async () => {
  const { missing, said, counts } = await foreseen(
    { AssumeRole: queryError('AccessDenied', 403) },
    { role: 'audit', accounts: ['111111111111', '222222222222', '333333333333'] },
  );
  expect(missing).toHaveLength(2);
  expect(missing[0]).toMatch(/^account 111111111111 cannot be entered as audit: sts:AssumeRole: not allowed/);
  expect(said.at(-1)?.text).toContain('2 of 3 other accounts were tried');
  expect(counts.get('AssumeRole')).toBe(2);
});

it('is blocked where the credentials are not accepted', async () => {
  const outside = await foreseen({ GetCallerIdentity: queryError('InvalidClientTokenId', 403) });
  expect(outside.said).toEqual([{ type: 'blocked', text: expect.stringContaining('the credentials were not accepted') }]);
});
