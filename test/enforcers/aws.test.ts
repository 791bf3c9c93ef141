import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserPolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  ListAccessKeysCommand,
  ListUserPoliciesCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateAccountCommand,
  DescribePolicyCommand,
  ListPoliciesCommand,
  ListPoliciesForTargetCommand,
} from '@aws-sdk/client-organizations';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAwsEnforcer } from '../../src/enforcers/aws.ts';
import { awsOuterName } from '../../src/model/aws-actions.ts';
import type { AwsControl } from '../../src/model/aws-controls.ts';
import { cutoffDocument } from '../../src/model/aws-documents.ts';
import { ThrottledError } from '../../src/model/errors.ts';
import type { Action, PlanStep, StepParameters } from '../../src/model/plan.ts';
import type { Checked } from '../../src/ports/checked.ts';
import type { Enforcer, EnforcerContext } from '../../src/ports/enforcer.ts';
import { type AwsAccount, allow, openAwsAccount, REGION, trusting } from '../aws-account.ts';
import { type EnforcerTarget, enforcerContract } from '../contracts/enforcer.ts';
import { describeLive } from '../live.ts';
import { context, PLANNED, type StepParts, stepOf } from './aws-steps.ts';

describeLive('awsIam', 'the AWS enforcer on an emulator that enforces IAM', (endpoint) => {
  let account: AwsAccount;
  let enforcer: Enforcer;
  const open = (profile: string, more: object = {}) =>
    createAwsEnforcer({ name: 'cloud', profile, region: REGION, endpoint, settleSeconds: 0, ...more });

  beforeAll(async () => {
    account = await openAwsAccount(endpoint);
    const [admin, limited] = [await account.user('admin'), await account.user('limited')];
    const limits = allow(['iam:Get*', 'iam:List*', 'iam:SimulatePrincipalPolicy']);
    await account.root.iam.send(new PutUserPolicyCommand({ UserName: limited.name, PolicyName: 'all', PolicyDocument: limits }));
    await account.profile('admin', admin.key);
    await account.profile('limited', limited.key);
    enforcer = await open('admin');
  });
  afterAll(async () => {
    await enforcer[Symbol.asyncDispose]();
    await account[Symbol.asyncDispose]();
  });

  const user = (name: string) => ({ account: account.id, userName: name });
  const role = (name: string) => ({ account: account.id, roleName: name });
  const keysOf = async (UserName: string) =>
    ((await account.root.iam.send(new ListAccessKeysCommand({ UserName }))).AccessKeyMetadata ?? []).map(
      ({ AccessKeyId, Status }) => ({ id: AccessKeyId, status: Status }),
    );
  const missing = (error: Error) => {
    if (/NoSuchEntity/.test(error.name)) return undefined;
    throw error;
  };
  const policyOf = async (UserName: string, PolicyName: string) =>
    (await account.root.iam.send(new GetUserPolicyCommand({ UserName, PolicyName })).catch(missing))?.PolicyDocument;
  const rolePolicyOf = async (RoleName: string, PolicyName: string) =>
    (await account.root.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName })).catch(missing))?.PolicyDocument;

  /** A step on a user or role of its own, the same on one that is not there, and what of it AWS keeps. */
  type Case = readonly [title: string, PlanStep['reversibility'], () => Promise<Parts>];
  interface Parts extends StepParts {
    readonly unknown: StepParts;
    readonly kind?: EnforcerTarget['kind'];
    readonly secrets?: readonly string[];
    state(): Promise<unknown>;
  }
  const none = 'nobody-at-all';

  const onUser = async (action: Action, control: AwsControl, more: StepParameters = {}): Promise<Parts> => {
    const { name, arn, key } = await account.user();
    const parts = (userName: string, target: string): StepParts => ({
      target,
      action,
      control,
      parameters: { ...user(userName), ...more },
    });
    return {
      ...parts(name, `aws:${arn}`),
      unknown: parts(none, `aws:arn:aws:iam::${account.id}:user/${none}`),
      kind: 'ServiceAccount',
      secrets: [key.secretAccessKey],
      state: () => policyOf(name, control),
    };
  };
  const onRole = async (
    action: Action,
    control: AwsControl,
    { parameters = {}, state }: { parameters?: StepParameters; state: (name: string) => Promise<unknown> },
  ): Promise<Parts> => {
    const { name, arn } = await account.role();
    const parts = (roleName: string, target: string): StepParts => ({
      target,
      action,
      control,
      parameters: { ...role(roleName), ...parameters },
    });
    return {
      ...parts(name, `aws:${arn}`),
      unknown: parts(none, `aws:arn:aws:iam::${account.id}:role/${none}`),
      kind: 'Role',
      state: () => state(name),
    };
  };
  const onKey = async (action: Action, state: (userName: string, id: string) => Promise<unknown>): Promise<Parts> => {
    const { name, key } = await account.user();
    const id = key.accessKeyId;
    const nobody = 'AKIA0EXAMPLE00009';
    const parts = (accessKeyId: string): StepParts => ({
      target: `aws:${accessKeyId}`,
      action,
      control: 'access-key',
      parameters: { ...user(name), accessKeyId },
    });
    return {
      ...parts(id),
      unknown: parts(nobody),
      kind: 'Credential',
      secrets: [key.secretAccessKey],
      state: () => state(name, id),
    };
  };

  const CASES: readonly Case[] = [
    ['a key that becomes inactive', 'R!', () => onKey('quarantine', keysOf)],
    ['a key that is disabled to be replaced', 'R0', () => onKey('disable', keysOf)],
    [
      'a second key',
      'R0',
      () => onKey('issue', async (name, id) => (await keysOf(name)).map((key) => (key.id === id ? key : key.status))),
    ],
    ['a user that is denied', 'R0', () => onUser('quarantine', 'interlock-deny')],
    [
      'a role that is denied',
      'R0',
      () => onRole('quarantine', 'interlock-deny', { state: (name) => rolePolicyOf(name, 'interlock-deny') }),
    ],
    ['a fence around networks', 'R0', () => onUser('reduce', 'interlock-fence', { networks: ['203.0.113.0/24'] })],
    ['a fence around endpoints', 'R0', () => onUser('reduce', 'interlock-fence', { vpcEndpoints: ['vpce-1a2b3c4d'] })],
    [
      'roles that may be assumed no more',
      'R0',
      () => onUser('block', 'interlock-deny-assume', { roles: [`arn:aws:iam::${account.id}:role/x`] }),
    ],
    [
      'sessions of a role that are cut',
      // R! in plans, which are lifted when the longest session is over; here the bookkeeping of holds is looked at.
      'R0',
      () =>
        onRole('quarantine', 'AWSRevokeOlderSessions', {
          // Each repeat moves the time on: what counts here is that there is one.
          state: async (name) => (await rolePolicyOf(name, 'AWSRevokeOlderSessions')) !== undefined,
        }),
    ],
    [
      'a permissions boundary',
      'R1',
      async () => {
        const PolicyName = account.name('cap');
        const { Policy } = await account.root.iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument: allow('s3:Get*') }));
        const parts = await onUser('reduce', 'permissions-boundary', { boundary: Policy?.Arn ?? '' });
        const UserName = String(parts.parameters['userName']);
        return {
          ...parts,
          state: async () =>
            (await account.root.iam.send(new GetUserCommand({ UserName }))).User?.PermissionsBoundary?.PermissionsBoundaryArn,
        };
      },
    ],
    [
      'a trust policy',
      'R1',
      () =>
        onRole('block', 'trust-policy', {
          parameters: { principals: [`arn:aws:iam::${account.id}:user/ci`] },
          state: async (RoleName) =>
            (await account.root.iam.send(new GetRoleCommand({ RoleName }))).Role?.AssumeRolePolicyDocument,
        }),
    ],
    [
      'how long a session may last',
      'R1',
      () =>
        onRole('shorten', 'max-session', {
          parameters: { seconds: 3600 },
          state: async (RoleName) => (await account.root.iam.send(new GetRoleCommand({ RoleName }))).Role?.MaxSessionDuration,
        }),
    ],
  ];

  describe.each(CASES)('%s', (_title, reversibility, make) => {
    enforcerContract(async () => {
      const { unknown, state, kind = 'Credential', secrets = [], ...parts } = await make();
      return {
        enforcer,
        kind,
        step: stepOf(parts, { reversibility }),
        unknown: stepOf(unknown, { reversibility }),
        state,
        secrets: async () => secrets,
        [Symbol.asyncDispose]: async () => undefined,
      };
    });
  });

  const run = async (step: PlanStep, change: Partial<EnforcerContext> = {}) => {
    const asked = context(change);
    const { refusals, preImage } = await enforcer.preflight(step, asked);
    expect(refusals).toEqual([]);
    const { evidence } = await enforcer.apply(step, asked);
    return { preImage, evidence: evidence.join('\n'), probed: await enforcer.probe(step, asked), context: asked };
  };
  const refusalsOf = async (step: PlanStep, by: Enforcer = enforcer) => (await by.preflight(step, context())).refusals.join('; ');

  it('an inactive key is refused by AWS, its session lives until the user is denied, and both come back', async () => {
    const { name, arn, key } = await account.user();
    const session = await account.sessionOf(key);
    const off = stepOf({
      target: `aws:${key.accessKeyId}`,
      action: 'quarantine',
      control: 'access-key',
      parameters: { ...user(name), accessKeyId: key.accessKeyId },
    });
    const first = await run(off);
    expect(first.evidence).toContain('update-access-key');
    expect([await account.call(key), await account.call(session)]).toEqual([
      expect.stringMatching(/InvalidAccessKey|InvalidClient|AccessDenied/),
      'allowed',
    ]);
    const deny = stepOf({ target: `aws:${arn}`, action: 'quarantine', control: 'interlock-deny', parameters: user(name) });
    const second = await run(deny);
    expect(await account.call(session)).toBe('AccessDenied');
    await enforcer.undo(deny, second.preImage, second.context);
    await enforcer.undo(off, first.preImage, first.context);
    expect([await account.call(key), await account.call(session)]).toEqual(['allowed', 'allowed']);
  });

  it('a cutoff ends the sessions before it and none after it; a repeat moves it on, an undo brings the old one back', async () => {
    const { key } = await account.user();
    const { name, arn } = await account.role();
    const old = await account.assume(key, arn);
    const step = stepOf(
      {
        target: 'aws:session/x',
        action: 'quarantine',
        control: 'AWSRevokeOlderSessions',
        parameters: { ...role(name), sessions: ['aws:session/x'] },
      },
      { reversibility: 'R!', startsAt: new Date(Date.now() - 60_000).toISOString() },
    );
    const clock = { now: () => new Date() };
    const cut = await run(step, clock);
    expect(cut.probed.state).toBe('effective');
    expect(await account.call(old)).toBe('AccessDenied');
    await new Promise((done) => setTimeout(done, 1100));
    const fresh = await account.assume(key, arn);
    expect(await account.call(fresh)).toBe('allowed');
    const later = { ...clock, idempotencyKey: 'another' };
    const before = await rolePolicyOf(name, 'AWSRevokeOlderSessions');
    const { preImage } = await run(step, { ...later, now: () => new Date(Date.now() + 2000) });
    expect(await account.call(fresh)).toBe('AccessDenied');
    expect(await rolePolicyOf(name, 'AWSRevokeOlderSessions')).not.toBe(before);
    await enforcer.undo(step, preImage, context(later));
    expect(await rolePolicyOf(name, 'AWSRevokeOlderSessions')).toBe(before);
    expect(await account.call(fresh)).toBe('allowed');
  });

  it('a cutoff that somebody else has put over ours since is not taken away with it', async () => {
    const { name } = await account.role();
    const step = stepOf(
      { target: 'aws:session/x', action: 'quarantine', control: 'AWSRevokeOlderSessions', parameters: role(name) },
      { reversibility: 'R!' },
    );
    const { preImage } = await run(step);
    const theirs = cutoffDocument('2026-03-02T00:00:00Z');
    await account.root.iam.send(
      new PutRolePolicyCommand({ RoleName: name, PolicyName: 'AWSRevokeOlderSessions', PolicyDocument: theirs }),
    );
    await expect(enforcer.undo(step, preImage, context())).rejects.toThrow('a cutoff of somebody else');
    expect(decodeURIComponent((await rolePolicyOf(name, 'AWSRevokeOlderSessions')) ?? '')).toBe(theirs);
  });

  it('a cutoff that somebody set before the step began is none of the step', async () => {
    const { name } = await account.role();
    const step = stepOf({
      target: 'aws:session/x',
      action: 'quarantine',
      control: 'AWSRevokeOlderSessions',
      parameters: role(name),
    });
    await enforcer.apply(step, context({ idempotencyKey: 'first', now: () => new Date('2026-02-01T00:00:00.000Z') }));
    expect(await enforcer.probe(step, context())).toMatchObject({ state: 'not-effective' });
    expect(await enforcer.preflight(step, context())).toMatchObject({ refusals: [], preexisting: false });
  });

  it('a fence keeps out who calls from elsewhere, and lets in who calls from inside', async () => {
    const [inside, outside] = [await account.user(), await account.user()];
    for (const [{ name, key }, network] of [
      [inside, '127.0.0.0/8'],
      [outside, '203.0.113.0/24'],
    ] as const) {
      const parameters = { ...user(name), networks: [network] };
      await run(stepOf({ target: `aws:${key.accessKeyId}`, action: 'reduce', control: 'interlock-fence', parameters }));
    }
    expect([await account.call(inside.key), await account.call(outside.key)]).toEqual(['allowed', 'AccessDenied']);
  });

  it('who is untrusted assumes the role no more, others do, and what they hold lives on', async () => {
    const [ci, ada] = [await account.user(), await account.user('ada')];
    const { name, arn } = await account.role();
    const held = await account.assume(ci.key, arn);
    const step = stepOf(
      { target: `aws:${arn}`, action: 'block', control: 'trust-policy', parameters: { ...role(name), principals: [ci.arn] } },
      { reversibility: 'R1' },
    );
    const done = await run(step);
    await expect(account.assume(ci.key, arn)).rejects.toThrow(/not authorized|AccessDenied/);
    expect([await account.call(await account.assume(ada.key, arn)), await account.call(held)]).toEqual(['allowed', 'allowed']);
    const PolicyDocument = trusting(ada.arn);
    await account.root.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument }));
    await expect(enforcer.undo(step, done.preImage, done.context)).rejects.toThrow(/changed by somebody since.*InterlockDeny/);
    await expect(account.assume(ci.key, arn)).rejects.toThrow();
  });

  it('a boundary or a session time that somebody else changed since is not put back', async () => {
    const { name, arn } = await account.role();
    const parameters = { ...role(name), seconds: 3600 };
    const step = stepOf({ target: `aws:${arn}`, action: 'shorten', control: 'max-session', parameters }, { reversibility: 'R1' });
    await run(step);
    await expect(enforcer.undo(step, JSON.stringify({ seconds: 7200 }), context())).resolves.toBeDefined();
    await expect(enforcer.undo({ ...step }, JSON.stringify({ seconds: 43_200 }), context())).rejects.toThrow(
      'max-session: 7200 s): what was saved was not put over it',
    );
  });

  describe('what is irreversible', () => {
    const ended = async (step: PlanStep) => {
      expect(await enforcer.probe(step, context())).toMatchObject({ state: 'not-effective' });
      const { preImage, probed } = await run(step);
      expect(preImage).toBe('');
      await enforcer.apply(step, context());
      await expect(enforcer.undo(step, '', context())).rejects.toThrow('cannot be undone');
      return probed;
    };

    it('a key is deleted, exactly this one', async () => {
      const { name, key } = await account.user();
      const { AccessKey } = await account.root.iam.send(new CreateAccessKeyCommand({ UserName: name }));
      const parameters = { ...user(name), accessKeyId: key.accessKeyId };
      const step = stepOf(
        { target: `aws:${key.accessKeyId}`, action: 'delete', control: 'access-key', parameters },
        { reversibility: 'R2' },
      );
      expect(await ended(step)).toMatchObject({ state: 'effective' });
      expect(await keysOf(name)).toEqual([{ id: AccessKey?.AccessKeyId, status: 'Active' }]);
    });

    it('a console password goes, and its open sessions are said to last', async () => {
      const { name, arn } = await account.user('ada');
      const Password = ['Not', 'for', 'logs', '1!'].join('-');
      await account.root.iam.send(new CreateLoginProfileCommand({ UserName: name, Password }));
      const target = `aws:${arn}/login-profile`;
      const step = stepOf(
        { target, action: 'revoke', control: 'login-profile', parameters: user(name) },
        { reversibility: 'R2' },
      );
      expect(await ended(step)).toMatchObject({ state: 'effective', residualUntil: '2026-03-02T00:00:00.000Z' });
    });

    it('a user is deleted once nothing hangs on it, which is named until then', async () => {
      const { name, arn, key } = await account.user();
      const step = stepOf(
        { target: `aws:${arn}`, action: 'delete', control: 'existence', parameters: user(name) },
        { reversibility: 'R2' },
      );
      expect(await refusalsOf(step)).toBe(
        `user "${name}" still has access keys (${key.accessKeyId}), inline policies (all): take them away first`,
      );
      await account.root.iam.send(new DeleteAccessKeyCommand({ UserName: name, AccessKeyId: key.accessKeyId }));
      await account.root.iam.send(new DeleteUserPolicyCommand({ UserName: name, PolicyName: 'all' }));
      expect(await ended(step)).toMatchObject({ state: 'effective' });
    });
  });

  describe('refusals', () => {
    const deny = (name: string, change: Partial<PlanStep> = {}, id = account.id): PlanStep =>
      stepOf(
        {
          target: `aws:arn:aws:iam::${id}:user/${name}`,
          action: 'quarantine',
          control: 'interlock-deny',
          parameters: { account: id, userName: name },
        },
        change,
      );

    it('another account, itself, and a target that the parameters do not name', async () => {
      const { name } = await account.user();
      const own = (await account.root.iam.send(new ListUserPoliciesCommand({ UserName: name }))) && (await adminName());
      expect(await refusalsOf(deny(name, {}, '000000000001'))).toBe(
        `the credentials of this enforcer are of account ${account.id}, the step is in 000000000001: name a role for it (accounts: { "000000000001": { roleArn: … } })`,
      );
      expect(await refusalsOf(deny(own))).toContain("is interlock's own");
      expect(await refusalsOf(deny(name, { target: `aws:arn:aws:iam::${account.id}:user/other` }))).toContain(
        'is not what its parameters name',
      );
      await expect(enforcer.apply(deny(own), context())).rejects.toThrow("is interlock's own");
    });

    const adminName = async (): Promise<string> => {
      const said: Checked[] = [];
      for await (const one of enforcer.check?.(context().signal) ?? []) said.push(one);
      return /:user\/(\S+)$/.exec(said.find(({ type }) => type === 'works')?.text ?? '')?.[1] ?? '';
    };

    it('a key of nobody, a boundary that is no policy', async () => {
      const { name, arn, key } = await account.user();
      const nobodys = { target: `aws:${key.accessKeyId}`, action: 'quarantine', control: 'access-key' } as const;
      expect(await refusalsOf(stepOf({ ...nobodys, parameters: { accessKeyId: key.accessKeyId } }))).toContain(
        "a root user's key is changed by the root user alone",
      );
      const parameters = { ...user(name), boundary: `arn:aws:iam::${account.id}:policy/none` };
      expect(
        await refusalsOf(stepOf({ target: `aws:${arn}`, action: 'reduce', control: 'permissions-boundary', parameters })),
      ).toContain('does not exist');
    });

    it('what its rights do not allow, before and when it is tried, with the right and whom to grant it', async () => {
      await using limited = await open('limited');
      const { name } = await account.user();
      expect(await refusalsOf(deny(name), limited)).toMatch(
        /^iam:DeleteUserPolicy: not allowed on arn:.*; grant it to arn:.*; iam:PutUserPolicy: /,
      );
      await expect(limited.apply(deny(name), context())).rejects.toThrow(
        `iam:PutUserPolicy: not allowed in account ${account.id} (${REGION}); grant it to the role or user of the enforcer`,
      );
      const said: Checked[] = [];
      for await (const one of limited.check?.(context().signal) ?? []) said.push(one);
      expect(said.filter(({ type }) => type === 'missing').map(({ text }) => text.split(':', 2).join(':'))).toContain(
        'iam:UpdateAccessKey',
      );
      expect(said.some(({ text }) => text.startsWith('iam:GetUser:'))).toBe(false);
    });
  });

  describe('a service control policy, on an emulator that keeps them and does not enforce them', () => {
    const outer = (id: string, principal: string, target = `aws:${principal}`): PlanStep =>
      stepOf({ target, action: 'quarantine', control: 'service-control-policy', parameters: { account: id, principal } });
    const member = async (): Promise<string> => {
      const Email = `${account.name('member')}@example.com`;
      const made = await account.root.organizations.send(new CreateAccountCommand({ AccountName: 'member', Email }));
      return made.CreateAccountStatus?.AccountId ?? '';
    };
    const attached = async (TargetId: string) =>
      (
        await account.root.organizations.send(new ListPoliciesForTargetCommand({ TargetId, Filter: 'SERVICE_CONTROL_POLICY' }))
      ).Policies?.map(({ Name }) => Name);
    const made = async () =>
      (await account.root.organizations.send(new ListPoliciesCommand({ Filter: 'SERVICE_CONTROL_POLICY' }))).Policies?.map(
        ({ Name }) => Name,
      );

    enforcerContract(async () => {
      const id = await member();
      const nobody = '000000000002';
      return {
        enforcer,
        kind: 'Role',
        step: outer(id, `arn:aws:iam::${id}:role/deploy`),
        unknown: outer(nobody, `arn:aws:iam::${nobody}:role/deploy`),
        state: async () => [await attached(id), await made()],
        secrets: async () => [],
        [Symbol.asyncDispose]: async () => undefined,
      };
    });

    it('denies one principal by its ARN, from where it cannot be edited', async () => {
      const id = await member();
      const principal = `arn:aws:iam::${id}:root`;
      await run(outer(id, principal));
      const policies = (await account.root.organizations.send(new ListPoliciesCommand({ Filter: 'SERVICE_CONTROL_POLICY' })))
        .Policies;
      const ours = policies?.find(({ Name }) => Name === awsOuterName(principal));
      const { Policy } = await account.root.organizations.send(new DescribePolicyCommand({ PolicyId: ours?.Id ?? '' }));
      expect(JSON.parse(Policy?.Content ?? '').Statement).toEqual([
        { Effect: 'Deny', Action: '*', Resource: '*', Condition: { ArnEquals: { 'aws:PrincipalArn': principal } } },
      ]);
    });

    it('is refused for the management account, which it does not bind', async () => {
      const { arn } = await account.role();
      expect(await refusalsOf(outer(account.id, arn))).toBe(
        `${account.id} is the management account: service control policies do not bind it`,
      );
    });
  });

  it('acts in another account by the role that is named for it', async () => {
    const other = await openAwsAccount(endpoint);
    const { arn } = await other.role(`arn:aws:iam::${account.id}:root`);
    const { UserName } = { UserName: other.name('ci') };
    await other.root.iam.send(new CreateUserCommand({ UserName }));
    await using reaching = await open('admin', { accounts: { [other.id]: { roleArn: arn } } });
    const parameters = { account: other.id, userName: UserName };
    const target = `aws:arn:aws:iam::${other.id}:user/${UserName}`;
    const step = stepOf({ target, action: 'quarantine', control: 'interlock-deny', parameters });
    expect(await reaching.preflight(step, context())).toMatchObject({ refusals: [] });
    await reaching.apply(step, context());
    expect(await reaching.probe(step, context())).toMatchObject({ state: 'effective' });
    const own = stepOf({
      target: `aws:${arn}`,
      action: 'quarantine',
      control: 'interlock-deny',
      parameters: { account: other.id, roleName: arn.slice(arn.lastIndexOf('/') + 1) },
    });
    expect((await reaching.preflight(own, context())).refusals.join()).toContain("is interlock's own");
  });

  it('is propagating until IAM had its time', async () => {
    await using patient = await open('admin', { settleSeconds: 10 });
    const { name, arn } = await account.user();
    const step = stepOf({ target: `aws:${arn}`, action: 'quarantine', control: 'interlock-deny', parameters: user(name) });
    await patient.apply(step, context());
    expect(await patient.probe(step, context())).toMatchObject({ state: 'propagating' });
    const later = context({ now: () => new Date(Date.parse(PLANNED) + 10_000) });
    expect(await patient.probe(step, later)).toMatchObject({ state: 'effective' });
  });
});

/** Speaks IAM's protocol: a user without policies, whose changes are asked to wait. */
async function busyServer(): Promise<{ readonly url: string } & AsyncDisposable> {
  const answers: Readonly<Record<string, readonly [number, string]>> = {
    GetCallerIdentity: [200, '<Arn>arn:aws:iam::111122223333:user/me</Arn><Account>111122223333</Account>'],
    GetUser: [200, '<User><UserName>ci</UserName><Arn>arn:aws:iam::111122223333:user/ci</Arn><Path>/</Path></User>'],
    GetUserPolicy: [404, 'NoSuchEntity'],
    PutUserPolicy: [400, 'Throttling'],
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const action = new URLSearchParams(Buffer.concat(chunks).toString()).get('Action') ?? '';
      const [status, content] = answers[action] ?? [400, 'InvalidAction'];
      const body =
        status === 200
          ? `<${action}Response><${action}Result>${content}</${action}Result></${action}Response>`
          : `<ErrorResponse><Error><Code>${content}</Code><Message>no</Message></Error></ErrorResponse>`;
      response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

it('a provider that asks to wait is throttled, and one that cannot be reached is named, without a secret', async () => {
  const secret = ['not', 'for', 'logs'].join('-');
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIA0EXAMPLE00001';
  process.env['AWS_SECRET_ACCESS_KEY'] = secret;
  const parameters = { account: '111122223333', userName: 'ci' };
  const target = 'aws:arn:aws:iam::111122223333:user/ci';
  const step = stepOf({ target, action: 'quarantine', control: 'interlock-deny', parameters });
  await using server = await busyServer();
  await using busy = await createAwsEnforcer({ name: 'cloud', region: REGION, endpoint: server.url });
  await expect(busy.apply(step, context())).rejects.toThrow(ThrottledError);
  await using nowhere = await createAwsEnforcer({ name: 'cloud', region: REGION, endpoint: 'http://127.0.0.1:1' });
  const failure = await nowhere.apply(step, context()).catch((error: Error) => error.message);
  expect(failure).toMatch(/^sts:GetCallerIdentity: cannot be reached \(ECONNREFUSED\) in account/);
  expect(failure).not.toContain(secret);
});
