/** A leaked key of an AWS account, by the CLI on an emulator that enforces IAM: collected, cut with its sessions, and brought back. */
import { randomBytes, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  GetAccountAuthorizationDetailsCommand,
  ListAccessKeysCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { CreateSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ExecutionResult } from '../../src/app/execute/run.ts';
import { undoPlan } from '../../src/app/execute/undo-plan.ts';
import { executeContext } from '../../src/app/revocation.ts';
import { compose } from '../../src/compose.ts';
import { loadConfig } from '../../src/config.ts';
import { HOUR_MS } from '../../src/model/durations.ts';
import type { Plan, PlanStep } from '../../src/model/plan.ts';
import { type AwsAccount, allow, openAwsAccount, REGION, type TestCredentials } from '../aws-account.ts';
import { describeLive } from '../live.ts';
import { answer, cliWith, FINGERPRINT_KEY, workspace } from './cli.ts';

const configuration = (endpoint: string): string => `sources:
  - { name: cloud, type: aws, live: { endpoint: "${endpoint}", regions: [${REGION}], profile: interlock } }
  - { name: trail, type: cloudtrail, files: ./trail }
enforcers:
  cloud: { type: aws, source: cloud, endpoint: "${endpoint}", region: ${REGION}, profile: interlock, settleSeconds: 0 }
budgets: { down: 9, actionsPerHour: 100, maxGraphAgeMinutes: 60 }
`;

interface Minted {
  readonly name: string;
  readonly request: object;
  readonly session: TestCredentials;
}

describeLive('awsIam', 'a leaked key of an AWS account', (endpoint) => {
  let account: AwsAccount;
  let folder: string;
  let env: Record<string, string>;
  let user: Awaited<ReturnType<AwsAccount['user']>>;
  let ofRole: TestCredentials;
  let ofUser: TestCredentials;

  beforeAll(async () => {
    account = await openAwsAccount(endpoint);
    const admin = await account.user('interlock');
    user = await account.user('ci');
    const narrow = allow(['s3:*', 'sts:AssumeRole', 'sts:GetSessionToken']);
    await account.root.iam.send(new PutUserPolicyCommand({ UserName: user.name, PolicyName: 'all', PolicyDocument: narrow }));
    await account.root.s3.send(new CreateBucketCommand({ Bucket: account.name('shop') }));
    const role = await account.role();
    const reading = { RoleName: role.name, PolicyName: 'all', PolicyDocument: allow('s3:*') };
    await account.root.iam.send(new PutRolePolicyCommand(reading));
    [ofRole, ofUser] = [await account.assume(user.key, role.arn), await account.sessionOf(user.key)];
    await account.profile('interlock', admin.key);
    const minted = [
      { name: 'AssumeRole', request: { roleArn: role.arn, roleSessionName: 'test' }, session: ofRole },
      { name: 'GetSessionToken', request: {}, session: ofUser },
    ];
    const trail = { Records: minted.map(eventOf) };
    folder = workspace({ 'interlock.yaml': configuration(endpoint), 'trail/events.json': JSON.stringify(trail) });
    env = { INTERLOCK_SEAL_KEY: randomBytes(32).toString('base64') };
  });
  afterAll(() => account[Symbol.asyncDispose]());

  /** As CloudTrail writes that a key minted a session, a minute ago and for an hour. */
  function eventOf({ name, request, session }: Minted): object {
    return {
      eventVersion: '1.08',
      eventID: randomUUID(),
      eventTime: new Date(Date.now() - 60_000).toISOString(),
      eventSource: 'sts.amazonaws.com',
      eventName: name,
      awsRegion: REGION,
      sourceIPAddress: '203.0.113.7',
      userAgent: 'aws-cli/2.15',
      recipientAccountId: account.id,
      userIdentity: {
        type: 'IAMUser',
        arn: user.arn,
        userName: user.name,
        accountId: account.id,
        accessKeyId: user.key.accessKeyId,
      },
      requestParameters: request,
      responseElements: {
        credentials: { accessKeyId: session.accessKeyId, expiration: new Date(Date.now() + HOUR_MS).toISOString() },
      },
    };
  }

  const ask = <T>(...words: string[]): Promise<T> => answer<T>(folder, words, { env });
  const collect = () => cliWith(env, folder, 'collect');
  const key = () => `aws:${user.key.accessKeyId}`;
  const calls = () => Promise.all([user.key, ofUser, ofRole].map((one) => account.call(one)));
  /** Everything that IAM holds of the account, keys and their state included. */
  async function held(): Promise<unknown> {
    const { UserDetailList, RoleDetailList } = await account.root.iam.send(new GetAccountAuthorizationDetailsCommand({}));
    const { AccessKeyMetadata } = await account.root.iam.send(new ListAccessKeysCommand({ UserName: user.name }));
    return { UserDetailList, RoleDetailList, AccessKeyMetadata };
  }
  const stepsOf = ({ waves }: Plan): PlanStep[] => waves.flatMap(({ steps }) => steps);

  it('is found with what it minted, cut where it is used, and given back once nothing of it lives', async () => {
    const before = await held();
    expect(await calls()).toEqual(['allowed', 'allowed', 'allowed']);
    // The emulator does not know all that the collector asks: partial, and none of it is of IAM's users, roles or keys.
    expect((await collect()).code).toBe(3);
    const since = new Date(Date.now() - 10 * 60_000).toISOString();
    const plan = await ask<Plan>('plan', key(), '--since', since);
    expect(plan.refusals).toEqual([]);
    const acting = stepsOf(plan).filter(({ action }) => action !== 'notify');
    expect(acting.map(({ connector }) => connector)).toEqual(acting.map(() => 'cloud'));
    // Sessions that live are cut at once, and once more when nothing mints them any longer.
    expect(acting.map(({ parameters }) => String(parameters['control'])).sort()).toEqual([
      ...Array.from({ length: 4 }, () => 'AWSRevokeOlderSessions'),
      'access-key',
    ]);

    const rehearsal = await ask<ExecutionResult>('execute', plan.id);
    expect([rehearsal.stopped, await held()]).toEqual([[], before]);

    const done = await answer<ExecutionResult>(folder, ['execute', plan.id, '--apply'], { env, code: 3 });
    const states = Object.fromEntries(done.steps.map(({ id, state }) => [id, state]));
    expect(acting.map(({ id }) => states[id])).toEqual(acting.map(() => 'effective'));
    expect(await calls()).toEqual([expect.not.stringMatching('allowed'), 'AccessDenied', 'AccessDenied']);
    await collect();
    expect(await answer(folder, ['reach', key()], { env, code: 3 })).toMatchObject({
      weight: { lo: 0, hi: 0 },
      rearmable: [key()],
    });

    const refused = await answer<ExecutionResult>(folder, ['undo', plan.id, '--apply'], { env, code: 3 });
    expect(refused.stopped.join()).toContain('re-arms whoever holds what was minted: wait until');
    expect(await calls()).not.toContain('allowed');

    // Two days on, as the clock has it: no session of a user lasts longer than 36 hours.
    const undone = await later(48 * HOUR_MS, plan.id);
    expect(undone.stopped).toEqual([]);
    expect(await held()).toEqual(before);
    expect(await account.call(user.key)).toBe('allowed');
    expect(await ask('audit', 'verify')).toMatchObject({ holds: true });
  }, 300_000);

  it('is replaced in every place that holds it, and each old value comes back with it', async () => {
    const credentials = await account.user('shop');
    const old = credentials.key;
    const replaced = `aws:${old.accessKeyId}`;
    const [idName, secretName] = ['/shop/aws_access_key_id', '/shop/aws_secret_access_key'];
    const { ssm, secrets } = account.root;
    await ssm.send(new PutParameterCommand({ Name: idName, Value: old.accessKeyId, Type: 'String' }));
    await ssm.send(new PutParameterCommand({ Name: secretName, Value: old.secretAccessKey, Type: 'SecureString' }));
    const SecretString = JSON.stringify({ id: old.accessKeyId, secret: old.secretAccessKey });
    const { ARN: SecretId = '' } = await secrets.send(new CreateSecretCommand({ Name: account.name('shop'), SecretString }));
    const parameter = (name: string) => `aws:arn:aws:ssm:${REGION}:${account.id}:parameter${name}`;
    const facts = {
      entities: [{ key: 'app:shop', kind: 'Workload', name: 'shop' }],
      uses: [{ consumer: 'app:shop', credential: replaced }],
      copies: [parameter(idName), parameter(secretName), `aws:${SecretId}`].map((place) => ({ place, credential: replaced })),
    };
    const sources = configuration(endpoint).replace(
      './trail }',
      './trail }\n  - { name: facts, type: declared, files: ./facts }',
    );
    const place = workspace({ 'interlock.yaml': sources, 'facts/shop.json': JSON.stringify(facts), 'trail/none.json': '[]' });
    const told = <T>(words: readonly string[], code: number, more = {}): Promise<T> =>
      answer<T>(place, words, { env: { ...env, ...more }, code });
    const value = async (Name: string) =>
      (await ssm.send(new GetParameterCommand({ Name, WithDecryption: true }))).Parameter?.Value ?? '';
    const places = async () => {
      const kept = (await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString ?? '';
      return { parameters: [await value(idName), await value(secretName)], secret: JSON.parse(kept) as unknown };
    };
    const before = { places: await places(), held: await held() };

    expect((await cliWith(env, place, 'collect')).code).toBe(3);
    const plan = await told<Plan>(['plan', replaced, '--mode', 'retire'], 0);
    const byEnforcer = stepsOf(plan).filter(({ connector }) => connector === 'cloud');
    expect(byEnforcer.map(({ action }) => action).sort()).toEqual([
      'delete',
      'disable',
      ...Array.from({ length: 3 }, () => 'distribute'),
      'issue',
      'save',
    ]);
    for (const name of ['ann', 'bob']) {
      const { token } = await told<{ token: string }>(['token', 'create', '--role', 'approver', '--name', name], 0);
      await told(['approve', plan.id], 0, { INTERLOCK_TOKEN: token });
    }
    await told(['execute', plan.id, '--apply'], 3);
    const [accessKeyId = '', secretAccessKey = ''] = (await places()).parameters;
    const fresh = { accessKeyId, secretAccessKey };
    expect(await places()).toEqual({
      parameters: [fresh.accessKeyId, fresh.secretAccessKey],
      secret: { id: fresh.accessKeyId, secret: fresh.secretAccessKey },
    });
    expect([fresh.accessKeyId === old.accessKeyId, await account.call(fresh), await account.call(old)]).toEqual([
      false,
      'allowed',
      'allowed',
    ]);
    for (const name of await readdir(place))
      if (name.startsWith('interlock.db')) expect(await readFile(join(place, name), 'latin1')).not.toContain(secretAccessKey);

    const confirming = stepsOf(plan).find(({ action }) => action === 'confirm')?.id ?? '';
    await told(['confirm', plan.id, confirming], 0);
    await told(['execute', plan.id, '--apply'], 3);
    expect([await account.call(fresh), await account.call(old)]).toEqual(['allowed', expect.not.stringMatching('allowed')]);

    await told(['undo', plan.id, '--apply'], 0);
    expect({ places: await places(), held: await held() }).toEqual(before);
    expect([await account.call(fresh), await account.call(old)]).toEqual([expect.not.stringMatching('allowed'), 'allowed']);
  }, 300_000);

  async function later(ms: number, plan: string): Promise<ExecutionResult> {
    const environment = { ...process.env, ...env, INTERLOCK_FINGERPRINT_KEY: FINGERPRINT_KEY };
    const config = loadConfig({ file: join(folder, 'interlock.yaml'), environment });
    await using app = await compose(config, { log: { debug() {}, info() {}, warn() {}, error() {} } as never });
    const context = { ...executeContext(app), wallClock: () => new Date(Date.now() + ms) };
    return await undoPlan(context, plan, { actor: 'responder', signal: new AbortController().signal, apply: true });
  }
});
