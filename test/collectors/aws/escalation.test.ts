import { describe, expect, it } from 'vitest';
import { ESCALATION_PATHS } from '../../../src/collectors/aws/escalation/index.ts';
import { type Collection, reachOf } from './collected.ts';
import { alone, escalates, estate } from './escalation-estate.ts';
import { ACCOUNT, document, type Grant, group, iam, item, key, role, trust, user } from './sample.ts';

const SCOPE = `aws:account/${ACCOUNT}`;
const ADMIN: Grant = { Action: '*' };

const controls = (found: Collection, start: string, bound: 'lo' | 'hi' = 'lo'): boolean =>
  reachOf(found, start, bound).get(SCOPE) === 'control';

/** What stands between a principal and the account. */
const gateOf = (found: Collection, start: string): (string | undefined)[] => {
  const grants = new Set(found.relationships.filter((one) => one.source === start).map((one) => one.target));
  return found.relationships.filter((one) => grants.has(one.source) && one.target === SCOPE).map((one) => one.condition);
};

describe('a right that raises itself', () => {
  it.each(['iam:PutUserPolicy', 'iam:AttachUserPolicy'])('%s on oneself is the account', async (action) => {
    expect(await escalates([{ Action: action, Resource: iam('user/eve') }])).toBe('definite');
    expect(await escalates([{ Action: action, Resource: iam('user/bob') }], { users: [user('bob')] })).toBe('with somebody');
    expect(await escalates([{ Action: action, Resource: iam('user/nobody') }], { users: [user('bob')] })).toBe('no');
  });

  it('writing a policy that one has is the account, and one that nobody has is nothing', async () => {
    const policy = (name: string) => ({
      Arn: iam(`policy/${name}`),
      PolicyVersionList: [{ IsDefaultVersion: true, Document: document({ Action: 's3:List*' }) }],
    });
    const attached = { AttachedManagedPolicies: [{ PolicyName: 'mine', PolicyArn: iam('policy/mine') }] };
    const write = (name: string): Grant => ({ Action: 'iam:CreatePolicyVersion', Resource: iam(`policy/${name}`) });
    for (const [name, expected] of [
      ['mine', true],
      ['other', false],
    ] as const) {
      const found = await estate({ users: [user('eve', [write(name)], attached)], policies: [policy('mine'), policy('other')] });
      expect(controls(found, key('user/eve'))).toBe(expected);
    }
  });

  it("writing a group's policy helps members only", async () => {
    const grant: Grant = { Action: 'iam:PutGroupPolicy' };
    const found = await estate({
      groups: [group('g', [])],
      users: [user('in', [grant], { GroupList: ['g'] }), user('out', [grant])],
    });
    expect(controls(found, key('user/in'))).toBe(true);
    expect(controls(alone(found), key('user/out'), 'hi')).toBe(false);
    expect(gateOf(found, key('user/out'))).toEqual(['a proof of in, which it may raise, comes together with it']);
  });

  it('a role writes its own policy; a user needs a way to run as the role', async () => {
    const grant: Grant = { Action: 'iam:PutRolePolicy' };
    const trusting = role('r', trust({ AWS: iam('user/friend') }), [grant]);
    const found = await estate({ roles: [trusting], users: [user('friend', [grant]), user('stranger', [grant])] });
    expect(controls(found, key('role/r'))).toBe(true);
    expect(controls(found, key('user/friend'))).toBe(true);
    expect(controls(alone(found), key('user/stranger'), 'hi')).toBe(false);
    expect(gateOf(found, key('user/stranger'))).toEqual(['a proof of r, which it may raise, comes together with it']);
  });

  it('writing one policy and holding its identity through another principal is found by reachability', async () => {
    const found = await estate({
      users: [user('eve', [{ Action: 'iam:AttachRolePolicy', Resource: iam('role/far') }]), user('bob')],
      roles: [role('near', trust({ AWS: iam('user/eve') })), role('far', trust({ AWS: iam('role/near') }))],
    });
    expect(controls(found, key('user/eve'))).toBe(true);
    expect(controls(found, key('role/near'), 'hi')).toBe(false);
  });

  it('joining a group gives its rights, within the own denies', async () => {
    const join: Grant = { Action: 'iam:AddUserToGroup' };
    expect(await escalates([join], { groups: [group('admins', [ADMIN])] })).toBe('definite');
    expect(
      await escalates([join, { Effect: 'Deny', Action: ['iam:Put*', 'iam:Attach*', 'iam:Create*', 'iam:Update*'] }], {
        groups: [group('admins', [{ Action: 'iam:*' }])],
      }),
    ).toBe('no');
  });

  it('a boundary that leaves no way to make identities leaves only what it allows', async () => {
    const limit = {
      Arn: iam('policy/limit'),
      PolicyVersionList: [{ IsDefaultVersion: true, Document: document({ Action: ['s3:*', 'iam:PutUserPolicy'] }) }],
    };
    const bound = user('eve', [{ Action: 'iam:PutUserPolicy' }], { PermissionsBoundary: { PermissionsBoundaryArn: limit.Arn } });
    const found = await estate({ users: [bound], policies: [limit] }, [
      item('S3::Bucket', 'arn:aws:s3:::shop'),
      item('SQS::Queue', `arn:aws:sqs:us-east-1:${ACCOUNT}:q`),
    ]);
    expect(controls(found, key('user/eve'), 'hi')).toBe(false);
    const reach = reachOf(found, key('user/eve'), 'lo');
    expect(reach.has('aws:arn:aws:s3:::shop')).toBe(true);
    expect(reach.has(`aws:arn:aws:sqs:us-east-1:${ACCOUNT}:q`)).toBe(false);
  });
});

describe('a right over another identity', () => {
  const admin = user('root', [ADMIN]);

  it('a new access key is the user', async () => {
    expect(await escalates([{ Action: 'iam:CreateAccessKey', Resource: iam('user/root') }], { users: [admin] })).toBe('definite');
  });

  it('a new access key needs room: of two keys one must go first', async () => {
    const keys = JSON.stringify({
      AccessKeyMetadata: ['1', '9'].map((n) => ({ UserName: 'root', AccessKeyId: `AKIA0EXAMPLE0000000${n}`, Status: 'Active' })),
    });
    for (const [actions, expected] of [
      [['iam:CreateAccessKey'], false],
      [['iam:CreateAccessKey', 'iam:DeleteAccessKey'], true],
    ] as const) {
      const found = await estate({ users: [user('eve', [{ Action: actions }]), admin] }, [], { [`${ACCOUNT}/keys.json`]: keys });
      expect(controls(found, key('user/eve'))).toBe(expected);
    }
  });

  it('a new password is not sure where no report tells whether there is one', async () => {
    expect(await escalates([{ Action: 'iam:CreateLoginProfile' }], { users: [admin] })).toBe('not sure');
    expect(await escalates([{ Action: ['iam:CreateLoginProfile', 'iam:UpdateLoginProfile'] }], { users: [admin] })).toBe(
      'definite',
    );
  });

  it('a trust policy is the role', async () => {
    const target = role('target', trust({ Service: 'ec2.amazonaws.com' }), [ADMIN]);
    expect(await escalates([{ Action: 'iam:UpdateAssumeRolePolicy', Resource: iam('role/target') }], { roles: [target] })).toBe(
      'definite',
    );
  });
});

describe('a role passed to a service', () => {
  const target = (service: string, more: Record<string, unknown> = {}) =>
    role('target', trust({ Service: service }), [ADMIN], more);
  const pass: Grant = { Action: 'iam:PassRole', Resource: iam('role/target') };
  const make: Grant = { Action: ['lambda:CreateFunction', 'lambda:InvokeFunction'] };

  it('needs the pass, every action and a role that trusts the service', async () => {
    const parts = { roles: [target('lambda.amazonaws.com')] };
    expect(await escalates([pass, make], parts)).toBe('definite');
    expect(await escalates([make], parts)).toBe('no');
    expect(await escalates([pass, { Action: 'lambda:CreateFunction' }], parts)).toBe('no');
    expect(await escalates([pass, make], { roles: [target('ec2.amazonaws.com')] })).toBe('no');
  });

  it('obeys the condition on the service that it is passed to', async () => {
    const only = (service: string): Grant => ({ ...pass, Condition: { StringEquals: { 'iam:PassedToService': service } } });
    const parts = { roles: [target('lambda.amazonaws.com')] };
    expect(await escalates([only('lambda.amazonaws.com'), make], parts)).toBe('definite');
    expect(await escalates([only('ec2.amazonaws.com'), make], parts)).toBe('no');
  });

  it('may be made under a name that the policy asks for', async () => {
    const named: Grant = { ...make, Resource: `arn:aws:lambda:*:${ACCOUNT}:function:team-*` };
    expect(await escalates([pass, named], { roles: [target('lambda.amazonaws.com')] })).toBe('definite');
    const apart: Grant[] = [
      { Action: 'lambda:CreateFunction', Resource: `arn:aws:lambda:*:${ACCOUNT}:function:a` },
      { Action: 'lambda:InvokeFunction', Resource: `arn:aws:lambda:*:${ACCOUNT}:function:b` },
    ];
    expect(await escalates([pass, ...apart], { roles: [target('lambda.amazonaws.com')] })).toBe('no');
  });

  it('reaches an instance only through an instance profile', async () => {
    const run: Grant = { Action: 'ec2:RunInstances' };
    const profile = { InstanceProfileList: [{ Arn: iam('instance-profile/p') }] };
    expect(await escalates([pass, run], { roles: [target('ec2.amazonaws.com', profile)] })).toBe('definite');
    expect(await escalates([pass, run], { roles: [target('ec2.amazonaws.com')] })).toBe('no');
  });
});

describe('a workload that runs as a role', () => {
  const worker = role('worker', trust({ Service: 'lambda.amazonaws.com' }), [ADMIN]);
  const arn = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:f`;
  const lambda = item('Lambda::Function', arn, { configuration: { role: iam('role/worker') } });

  it('obeys whoever replaces its code; without a way to start it, once something does', async () => {
    expect(
      await escalates([{ Action: ['lambda:UpdateFunctionCode', 'lambda:InvokeFunction'], Resource: arn }], { roles: [worker] }, [
        lambda,
      ]),
    ).toBe('definite');
    expect(await escalates([{ Action: 'lambda:UpdateFunctionCode', Resource: arn }], { roles: [worker] }, [lambda])).toBe(
      'not sure',
    );
    expect(await escalates([{ Action: 'lambda:UpdateFunctionCode', Resource: arn }], { roles: [worker] })).toBe('no');
  });

  it('does not obey whoever only invokes it', async () => {
    expect(await escalates([{ Action: 'lambda:InvokeFunction', Resource: arn }], { roles: [worker] }, [lambda])).toBe('no');
  });
});

describe('the register of escalation paths', () => {
  it('names each path once, in words with dashes', () => {
    const ids = ESCALATION_PATHS.map((path) => path.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id))).toEqual([]);
    expect(ESCALATION_PATHS.filter((path) => !path.source.startsWith('https://docs.aws.amazon.com/'))).toEqual([]);
  });
});
