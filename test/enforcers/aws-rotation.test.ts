import { CreateAccessKeyCommand, DeleteAccessKeyCommand, ListAccessKeysCommand } from '@aws-sdk/client-iam';
import { CreateSecretCommand, GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHandOver } from '../../src/app/execute/hand-over.ts';
import { createAwsEnforcer } from '../../src/enforcers/aws.ts';
import type { AwsControl } from '../../src/model/aws-controls.ts';
import type { PlanStep, StepParameters } from '../../src/model/plan.ts';
import type { Enforcer, EnforcerContext, HandOver, Recorded } from '../../src/ports/enforcer.ts';
import { type AwsAccount, openAwsAccount, REGION } from '../aws-account.ts';
import { describeLive } from '../live.ts';
import { context, stepOf } from './aws-steps.ts';

describeLive('awsIam', 'rotation by the AWS enforcer, on an emulator that enforces IAM', (endpoint) => {
  let account: AwsAccount;
  let enforcer: Enforcer;

  beforeAll(async () => {
    account = await openAwsAccount(endpoint);
    const admin = await account.user('admin');
    await account.profile('admin', admin.key);
    enforcer = await createAwsEnforcer({ name: 'cloud', profile: 'admin', region: REGION, endpoint, settleSeconds: 0 });
  });
  afterAll(async () => {
    await enforcer[Symbol.asyncDispose]();
    await account[Symbol.asyncDispose]();
  });

  const user = (name: string) => ({ account: account.id, userName: name });
  const keysOf = async (UserName: string) =>
    ((await account.root.iam.send(new ListAccessKeysCommand({ UserName }))).AccessKeyMetadata ?? []).map(
      ({ AccessKeyId, Status }) => ({ id: AccessKeyId, status: Status }),
    );
  const run = async (step: PlanStep, change: Partial<EnforcerContext> = {}) => {
    const asked = context(change);
    const { refusals, preImage } = await enforcer.preflight(step, asked);
    expect(refusals).toEqual([]);
    const since = new Date().toISOString();
    const { evidence, traces = [] } = await enforcer.apply(step, asked);
    const recorded: Recorded = { since, traces, preImage: () => preImage };
    const probed = await enforcer.probe(step, asked);
    return { preImage, evidence: evidence.join('\n'), probed, context: asked, recorded };
  };
  const refusalsOf = async (step: PlanStep, by: Enforcer = enforcer) => (await by.preflight(step, context())).refusals.join('; ');

  describe('a second key', () => {
    const issueOf = (name: string, id: string): PlanStep =>
      stepOf({ target: `aws:${id}`, action: 'issue', control: 'access-key', parameters: { ...user(name), accessKeyId: id } });

    it('is handed over, works, is said without its secret, and is what an undo takes away', async () => {
      const { name, key } = await account.user();
      const done = await run(issueOf(name, key.accessKeyId));
      const fresh = done.context.handOver.find(`aws:${key.accessKeyId}`);
      const credentials = { accessKeyId: fresh?.['accessKeyId'] ?? '', secretAccessKey: fresh?.value ?? '' };
      expect([await account.call(credentials), done.probed.state]).toEqual(['allowed', 'effective']);
      expect(done.evidence).toContain(credentials.accessKeyId);
      expect(`${done.evidence}${done.preImage}`).not.toContain(credentials.secretAccessKey);
      await enforcer.undo(issueOf(name, key.accessKeyId), done.preImage, done.context);
      expect(await keysOf(name)).toEqual([{ id: key.accessKeyId, status: 'Active' }]);
    });

    it('whose secret was lost with its process is taken away, and another is made', async () => {
      const { name, key } = await account.user();
      const step = issueOf(name, key.accessKeyId);
      const done = await run(step);
      const lost = done.context.handOver.find(step.target)?.['accessKeyId'];
      const handOver: HandOver = createHandOver();
      const { recorded } = done;
      expect(await enforcer.probe(step, context({ recorded }))).toMatchObject({ state: 'effective' });
      await enforcer.apply(step, context({ handOver, recorded }));
      const made = handOver.find(step.target)?.['accessKeyId'];
      expect(new Set((await keysOf(name)).map(({ id }) => id))).toEqual(new Set([key.accessKeyId, made]));
      expect(made).not.toBe(lost);
    });

    it('whose answer was never stored is known by when it was made, by who had none before, and by its never being used', async () => {
      const { name, key } = await account.user();
      const step = issueOf(name, key.accessKeyId);
      const { recorded: whole, context: asked, preImage } = await run(step);
      const lost = asked.handOver.find(step.target)?.['accessKeyId'];
      const recorded = { ...whole, traces: [] };
      for (const other of [
        { ...recorded, since: new Date(Date.now() + 60_000).toISOString() },
        { ...recorded, since: new Date(Date.now() - 3_600_000).toISOString() },
        { ...recorded, preImage: () => JSON.stringify({ keys: [key.accessKeyId, lost] }) },
        { ...recorded, traces: ['AKIA0EXAMPLE00009'], since: new Date(Date.now() + 60_000).toISOString() },
      ]) {
        expect(await enforcer.probe(step, context({ recorded: other }))).toMatchObject({ state: 'not-effective' });
        await expect(enforcer.apply(step, context({ recorded: other }))).rejects.toThrow('which this step did not make');
      }
      const taken = await enforcer.undo(step, preImage, context({ recorded }));
      expect(taken.evidence.join()).toMatch(new RegExp(`^${lost} of user .* was deleted`));
      expect(await keysOf(name)).toEqual([{ id: key.accessKeyId, status: 'Active' }]);
    });

    it('that somebody made by hand is not taken away by a repetition or an undo, and is not taken for ours', async () => {
      const { name, key } = await account.user();
      const step = issueOf(name, key.accessKeyId);
      const done = await run(step);
      const lost = done.context.handOver.find(step.target)?.['accessKeyId'];
      await account.root.iam.send(new DeleteAccessKeyCommand({ UserName: name, AccessKeyId: lost }));
      const { AccessKey } = await account.root.iam.send(new CreateAccessKeyCommand({ UserName: name }));
      const recorded = { ...done.recorded, since: new Date(Date.now() - 3_600_000).toISOString() };
      expect(await enforcer.probe(step, context({ recorded }))).toMatchObject({ state: 'not-effective' });
      const again = enforcer.apply(step, context({ recorded }));
      await expect(again).rejects.toThrow(
        new RegExp(`second access key ${AccessKey?.AccessKeyId} .*which this step did not make: retire it first`),
      );
      const { evidence } = await enforcer.undo(step, done.preImage, context({ recorded }));
      expect(evidence).toEqual([
        expect.stringMatching(new RegExp(`^${AccessKey?.AccessKeyId} .*made by somebody else: it stays`)),
      ]);
      expect((await keysOf(name)).map(({ id }) => id)).toContain(AccessKey?.AccessKeyId);
    });

    it('is refused where there are two', async () => {
      const { name, key } = await account.user();
      const { AccessKey } = await account.root.iam.send(new CreateAccessKeyCommand({ UserName: name }));
      const said = await refusalsOf(issueOf(name, key.accessKeyId));
      expect(said).toBe(`user "${name}" has 2 access keys and may have 2: retire ${AccessKey?.AccessKeyId} first`);
    });
  });

  describe('a new value', () => {
    const fresh = { value: ['new', 'secret'].join('-'), accessKeyId: 'AKIA0EXAMPLE00002' };
    const REPLACED = 'aws:AKIA0EXAMPLE00001';
    const given = (idempotencyKey = 'a1b2c3') => {
      const handOver = createHandOver();
      handOver.give(REPLACED, fresh);
      return { handOver, idempotencyKey };
    };
    const write = (target: string, control: AwsControl, parameters: StepParameters) =>
      stepOf(
        {
          target,
          action: 'distribute',
          control,
          parameters: { account: account.id, region: REGION, field: 'value', ...parameters },
        },
        {
          reversibility: 'R1',
          for: REPLACED,
        },
      );
    const secretHolding = async (SecretString: string) => {
      const { ARN = '' } = await account.root.secrets.send(new CreateSecretCommand({ Name: account.name('shop'), SecretString }));
      return { step: write(`aws:${ARN}`, 'secret-value', { secret: ARN }), id: ARN };
    };
    const current = async (SecretId: string) =>
      (await account.root.secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString;

    it('goes into the fields of a secret that are meant, and the version before comes back', async () => {
      const named = { AWS_ACCESS_KEY_ID: 'of another time', AWS_SECRET_ACCESS_KEY: 'old' };
      for (const [old, changed] of [
        [
          { id: 'AKIA0EXAMPLE00001', secret: 'old', region: 'x' },
          { id: fresh.accessKeyId, secret: fresh.value, region: 'x' },
        ],
        [named, { AWS_ACCESS_KEY_ID: fresh.accessKeyId, AWS_SECRET_ACCESS_KEY: fresh.value }],
      ].map((pair) => pair.map((one) => JSON.stringify(one)) as [string, string])) {
        const { step, id } = await secretHolding(old);
        const done = await run(step, given());
        expect([await current(id), done.probed.state]).toEqual([changed, 'effective']);
        expect(`${done.evidence}${done.preImage}`).not.toContain('old');
        await enforcer.apply(step, done.context);
        await enforcer.undo(step, done.preImage, done.context);
        expect(await current(id)).toBe(old);
        await enforcer.undo(step, done.preImage, done.context);
        expect(await current(id)).toBe(old);
      }
    });

    it('is refused where its id would not go with it', async () => {
      for (const old of ['old', JSON.stringify({ secret: 'old' })]) {
        const said = await refusalsOf((await secretHolding(old)).step);
        expect(said).toMatch(
          /new id too: write both by hand|has no field that holds the id of the replaced key \(fields secret\)/,
        );
      }
    });

    it('is not put over, nor the old one brought back over, what somebody wrote since', async () => {
      const { step, id } = await secretHolding(JSON.stringify({ id: 'AKIA0EXAMPLE00001', secret: 'old' }));
      const done = await run(step, given());
      await account.root.secrets.send(new PutSecretValueCommand({ SecretId: id, SecretString: 'by hand' }));
      await expect(enforcer.undo(step, done.preImage, done.context)).rejects.toThrow(/somebody wrote version .* since/);
      expect(await current(id)).toBe('by hand');
    });

    it('is refused where nobody can tell which field is meant, by name of the fields and without their values', async () => {
      const { step } = await secretHolding(
        JSON.stringify({ id: 'AKIA0EXAMPLE00001', first_token: 'alpha', second_token: 'beta' }),
      );
      const said = await refusalsOf(step);
      expect(said).toMatch(/is not plain about which field holds the secret \(fields id, first_token, second_token\)/);
      expect(said).not.toMatch(/alpha|beta/);
    });

    it('goes into a parameter of the same type, and the old value comes back unless somebody wrote since', async () => {
      const Name = `/shop/${account.name('db')}`;
      const value = async () => (await account.root.ssm.send(new GetParameterCommand({ Name, WithDecryption: true }))).Parameter;
      await account.root.ssm.send(new PutParameterCommand({ Name, Value: 'old', Type: 'SecureString' }));
      const step = write(`aws:arn:aws:ssm:${REGION}:${account.id}:parameter${Name}`, 'parameter-value', { parameter: Name });
      const done = await run(step, given());
      expect([await value(), done.probed.state]).toMatchObject([{ Value: fresh.value, Type: 'SecureString' }, 'effective']);
      expect(done.preImage).not.toContain('old');
      expect(await enforcer.probe(step, context())).toMatchObject({ state: 'effective' });
      await enforcer.undo(step, done.preImage, done.context);
      await enforcer.undo(step, done.preImage, done.context);
      expect(await value()).toMatchObject({ Value: 'old', Type: 'SecureString' });
      // Also to a process that does not know the new value.
      expect(await enforcer.probe(step, context())).toMatchObject({ state: 'not-effective' });
      const again = await run(step, given());
      await account.root.ssm.send(new PutParameterCommand({ Name, Value: 'by hand', Overwrite: true }));
      await expect(enforcer.undo(step, again.preImage, again.context)).rejects.toThrow('somebody wrote it since');
    });

    it('is known by another process as written by this step, or by somebody else since', async () => {
      const Name = `/shop/${account.name('key')}`;
      await account.root.ssm.send(new PutParameterCommand({ Name, Value: 'old', Type: 'SecureString' }));
      const { step: toSecret, id } = await secretHolding(
        JSON.stringify({ AWS_ACCESS_KEY_ID: 'AKIA0EXAMPLE00001', secret: 'old' }),
      );
      const toParameter = write(`aws:arn:aws:ssm:${REGION}:${account.id}:parameter${Name}`, 'parameter-value', {
        parameter: Name,
      });
      for (const step of [toSecret, toParameter]) {
        const { recorded } = await run(step, given());
        expect(await enforcer.probe(step, context({ recorded }))).toMatchObject({ state: 'effective' });
      }
      // Another rotation of ours writes the same places.
      const other = { ...fresh, value: 'another' };
      const handOver = createHandOver();
      handOver.give(REPLACED, other);
      const before = await Promise.all([toSecret, toParameter].map((step) => run(step, { ...given('d4e5f6'), handOver })));
      for (const [i, step] of [toSecret, toParameter].entries()) {
        const recorded = { ...before[i]?.recorded, traces: ['1'] } as Recorded;
        const probed = await enforcer.probe(step, context({ recorded }));
        expect(probed).toMatchObject({
          state: 'not-effective',
          evidence: [expect.stringContaining('was not written by this step')],
        });
      }
      expect(await current(id)).toContain('another');
    });

    it('that this process does not know is not written', async () => {
      const { step } = await secretHolding('old');
      await expect(enforcer.apply(step, context())).rejects.toThrow(`the new value of ${REPLACED} is not known`);
    });
  });
});
