import { describe, expect, it } from 'vitest';
import { reachOf } from './collected.ts';
import { controlBy, escalates, estate } from './escalation-estate.ts';
import { ACCOUNT, document, type Grant, group, iam, item, key, OTHER, role, trust, user } from './sample.ts';

const ADMIN: Grant = { Action: '*' };
const local = (service: string, rest: string): string => `arn:aws:${service}:us-east-1:${ACCOUNT}:${rest}`;
const policy = (name: string, ...grants: readonly Grant[]) => ({
  Arn: iam(`policy/${name}`),
  PolicyVersionList: [{ VersionId: 'v1', IsDefaultVersion: true, Document: document(...grants) }],
});
const bound = (name: string) => ({ PermissionsBoundary: { PermissionsBoundaryArn: iam(`policy/${name}`) } });
const attached = (name: string) => ({ AttachedManagedPolicies: [{ PolicyName: name, PolicyArn: iam(`policy/${name}`) }] });

describe('what holds an identity back', () => {
  const limit = (...actions: string[]) => ({ policies: [policy('limit', { Action: ['s3:*', ...actions] })] });

  it('is no hold when the boundary lets itself be deleted, replaced or rewritten', async () => {
    for (const action of ['DeleteUserPermissionsBoundary', 'PutUserPermissionsBoundary', 'CreatePolicyVersion'])
      expect(await escalates([ADMIN], limit(`iam:${action}`), [], bound('limit'))).toBe('definite');
    expect(await escalates([ADMIN], limit('iam:DeleteRolePermissionsBoundary'), [], bound('limit'))).toBe('no');
    expect(await escalates([{ Action: 's3:*' }], limit('iam:DeleteUserPermissionsBoundary'), [], bound('limit'))).toBe('no');
  });

  it('is no hold when the boundary may only be replaced by a certain one', async () => {
    const grants: Grant[] = [
      { Action: ['iam:CreateUser', 'iam:AttachUserPolicy', 'iam:CreateAccessKey'] },
      {
        Action: 'iam:PutUserPermissionsBoundary',
        Condition: { StringEquals: { 'iam:PermissionsBoundary': iam('policy/limit') } },
      },
    ];
    expect(await escalates(grants, limit('iam:PutUserPermissionsBoundary'), [], bound('limit'))).toBe('no');
  });

  it('is no hold when a Deny lies in a policy that may be taken away', async () => {
    const deny = { policies: [policy('brake', { Effect: 'Deny', Action: ['iam:Create*', 'iam:Put*', 'iam:Attach*'] })] };
    expect(await escalates([ADMIN], deny, [], attached('brake'))).toBe('definite');
    const firm = { policies: [policy('brake', { Effect: 'Deny', Action: 'iam:*' })] };
    expect(await escalates([ADMIN], firm, [], attached('brake'))).toBe('no');
  });

  it('is no hold when it comes from a group that may be left', async () => {
    const braking = { groups: [group('brake', [{ Effect: 'Deny', Action: ['iam:Create*', 'iam:P*', 'iam:A*', 'iam:D*'] }])] };
    const member = { GroupList: ['brake'] };
    expect(await escalates([{ Action: 'iam:*' }], braking, [], member)).toBe('definite');
    const closed: Grant = { Effect: 'Deny', Action: 'iam:RemoveUserFromGroup' };
    expect(await escalates([{ Action: 'iam:*' }, closed], braking, [], member)).toBe('no');
  });

  it('is taken from a role that one can become', async () => {
    const parts = {
      roles: [role('held', trust({ AWS: iam('user/eve') }), [ADMIN], bound('limit'))],
      policies: [policy('limit', { Action: 's3:*' })],
    };
    const grant: Grant = { Action: 'iam:DeleteRolePermissionsBoundary', Resource: iam('role/held') };
    expect(await escalates([grant], parts)).toBe('definite');
    expect(await escalates([], parts)).toBe('no');
  });
});

describe('an earlier version of a policy', () => {
  const versions = {
    Arn: iam('policy/of-role'),
    PolicyVersionList: [
      { VersionId: 'v1', IsDefaultVersion: false, Document: document(ADMIN) },
      { VersionId: 'v2', IsDefaultVersion: true, Document: document({ Action: 's3:List*' }) },
    ],
  };

  it('is brought back for a role that one can become', async () => {
    const parts = (who: string) => ({
      roles: [role('r', trust({ AWS: iam(`user/${who}`) }), [], attached('of-role'))],
      policies: [versions],
      users: [user('bob')],
    });
    expect(await escalates([{ Action: 'iam:SetDefaultPolicyVersion' }], parts('eve'))).toBe('definite');
    expect(await escalates([{ Action: 'iam:SetDefaultPolicyVersion' }], parts('bob'))).toBe('no');
  });
});

describe('an instance that gets another profile', () => {
  const instance = item('EC2::Instance', local('ec2', 'instance/i-1'));
  const target = role('target', trust({ Service: 'ec2.amazonaws.com' }), [ADMIN], {
    InstanceProfileList: [{ Arn: iam('instance-profile/p') }],
  });
  const pass: Grant = { Action: ['iam:PassRole', 'ec2:AssociateIamInstanceProfile'] };

  it('yields the role to whoever enters the instance, and to nobody else', async () => {
    const parts = { roles: [target] };
    expect(await escalates([pass, { Action: 'ssm:StartSession' }], parts, [instance])).toBe('definite');
    expect(await escalates([pass], parts, [instance])).toBe('no');
    expect(
      await escalates([pass, { Action: 'ssm:StartSession', Resource: local('ec2', 'instance/i-2') }], parts, [instance]),
    ).toBe('no');
  });
});

describe('a stack set', () => {
  it('yields what its administration role may assume, not that role', async () => {
    const grants: Grant[] = [
      { Action: 'iam:PassRole' },
      { Action: ['cloudformation:CreateStackSet', 'cloudformation:CreateStackInstances'] },
    ];
    const administration = role('administration', trust({ Service: 'cloudformation.amazonaws.com' }), [ADMIN]);
    const execution = role('execution', trust({ AWS: iam('role/administration') }), [{ Action: 'sqs:*' }]);
    const found = await estate({ users: [user('eve', grants)], roles: [administration, execution] });
    const reach = reachOf(found, key('user/eve'), 'hi');
    expect(reach.get(key('role/execution'))).toBe('control');
    expect(reach.has(key('role/administration'))).toBe(false);
  });
});

describe('trust that goes through something one writes', () => {
  it('is the role, for the SAML provider that it trusts', async () => {
    const provider = iam('saml-provider/corp');
    const federated = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Federated: provider }, Action: 'sts:AssumeRoleWithSAML' }],
    };
    const parts = { roles: [role('staff', federated, [ADMIN])] };
    expect(await escalates([{ Action: 'iam:UpdateSAMLProvider', Resource: provider }], parts)).toBe('definite');
    expect(await escalates([{ Action: 'iam:UpdateSAMLProvider', Resource: iam('saml-provider/other') }], parts)).toBe('no');
  });

  it('is the role, for the identity pool whose tokens it takes', async () => {
    const pool = (id: string) => item('Cognito::IdentityPool', local('cognito-identity', `identitypool/us-east-1:${id}`));
    const visitor = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: 'cognito-identity.amazonaws.com' },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: { StringEquals: { 'cognito-identity.amazonaws.com:aud': 'us-east-1:a' } },
        },
      ],
    };
    const parts = { roles: [role('visitor', visitor, [ADMIN])] };
    const grant: Grant = { Action: 'cognito-identity:UpdateIdentityPool' };
    expect(await escalates([grant], parts, [pool('a')])).toBe('definite');
    expect(await escalates([grant], parts, [pool('b')])).toBe('no');
  });
});

describe('a command in a container', () => {
  const definition = item('ECS::TaskDefinition', local('ecs', 'task-definition/web:1'), {
    configuration: { taskRoleArn: iam('role/worker') },
  });
  const service = (enabled: boolean) =>
    item('ECS::Service', local('ecs', 'service/work/web'), {
      configuration: { TaskDefinition: local('ecs', 'task-definition/web:1'), EnableExecuteCommand: enabled },
    });
  const parts = { roles: [role('worker', trust({ Service: 'ecs-tasks.amazonaws.com' }), [ADMIN])] };

  it('needs a service that is set up for it, and the right on its cluster and tasks', async () => {
    const grant: Grant = { Action: 'ecs:ExecuteCommand' };
    expect(await escalates([grant], parts, [definition, service(true)])).toBe('definite');
    expect(await escalates([grant], parts, [definition, service(false)])).toBe('no');
    const only: Grant = { ...grant, Resource: local('ecs', 'cluster/work') };
    expect(await escalates([only], parts, [definition, service(true)])).toBe('no');
  });
});

describe('a role passed to EventBridge', () => {
  const grants: Grant[] = [{ Action: ['iam:PassRole', 'events:PutRule', 'events:PutTargets'] }];
  const project = item('CodeBuild::Project', local('codebuild', 'project/p'), {
    configuration: { serviceRole: iam('role/builder') },
  });
  const builder = role('builder', trust({ Service: 'codebuild.amazonaws.com' }), [ADMIN]);

  it('yields the build that it may start, and is not itself yielded', async () => {
    const starter = role('starter', trust({ Service: 'events.amazonaws.com' }), [{ Action: 'codebuild:StartBuild' }]);
    expect(await escalates(grants, { roles: [starter, builder] }, [project])).toBe('definite');
    const strong = role('strong', trust({ Service: 'events.amazonaws.com' }), [{ Action: ['iam:*'] }]);
    expect(await escalates(grants, { roles: [strong, builder] }, [project])).toBe('no');
  });
});

describe('a cluster', () => {
  const cluster = (mode: string) =>
    item('EKS::Cluster', local('eks', 'cluster/work'), { configuration: { accessConfig: { authenticationMode: mode } } });
  const entry: Grant = { Action: ['eks:CreateAccessEntry', 'eks:AssociateAccessPolicy'] };
  const parts = { roles: [role('pod', trust({ Service: 'pods.eks.amazonaws.com' }), [ADMIN])] };

  it('is controlled by whoever may let itself in, where it takes access entries', async () => {
    for (const [mode, level] of [
      ['API', 'control'],
      ['CONFIG_MAP', 'put'],
    ] as const) {
      const found = await estate({ users: [user('eve', [entry])] }, [cluster(mode)]);
      expect(reachOf(found, key('user/eve'), 'lo').get(`aws:${local('eks', 'cluster/work')}`)).toBe(level);
    }
  });

  it('gives a role to pods of whoever may run one', async () => {
    const associate: Grant = { Action: ['iam:PassRole', 'eks:CreatePodIdentityAssociation'] };
    expect(await escalates([associate, entry], parts, [cluster('API')])).toBe('definite');
    expect(await escalates([associate], parts, [cluster('API')])).toBe('with somebody');
    expect(await escalates([entry], parts, [cluster('API')])).toBe('no');
  });
});

describe('a new user', () => {
  it('brings the rights of a group to a role that may join nobody else', async () => {
    const make: Grant = { Action: ['iam:CreateUser', 'iam:CreateAccessKey', 'iam:AddUserToGroup'] };
    const answerOf = async (...grants: Grant[]) =>
      controlBy(
        await estate({ roles: [role('maker', trust({ AWS: iam('root') }), grants)], groups: [group('admins', [ADMIN])] }),
        key('role/maker'),
      );
    expect(await answerOf(make)).toBe('definite');
    for (const without of make.Action as string[]) expect(await answerOf(make, { Effect: 'Deny', Action: without })).toBe('no');
  });
});

describe('a deployment', () => {
  const deploymentGroup = item('CodeDeploy::DeploymentGroup', local('codedeploy', 'deploymentgroup:shop/blue'), {
    configuration: { ec2TagFilters: [{ key: 'app', value: 'shop', type: 'KEY_AND_VALUE' }] },
  });
  const instance = (app: string) =>
    item('EC2::Instance', local('ec2', 'instance/i-1'), {
      tags: { app },
      configuration: { iamInstanceProfile: { arn: iam('instance-profile/p') } },
    });
  const parts = {
    roles: [
      role('host', trust({ Service: 'ec2.amazonaws.com' }), [ADMIN], {
        InstanceProfileList: [{ Arn: iam('instance-profile/p') }],
      }),
    ],
  };
  const deploy = ['codedeploy:CreateDeployment', 'codedeploy:RegisterApplicationRevision', 'codedeploy:GetDeploymentConfig'];

  it('runs on the instances whose tags its group asks for, with every permission that it takes', async () => {
    expect(await escalates([{ Action: deploy }], parts, [deploymentGroup, instance('shop')])).toBe('not sure');
    expect(await escalates([{ Action: deploy }], parts, [deploymentGroup, instance('other')])).toBe('no');
    for (const without of deploy)
      expect(
        await escalates([{ Action: deploy.filter((one) => one !== without) }], parts, [deploymentGroup, instance('shop')]),
      ).toBe('no');
  });
});

describe('a second factor', () => {
  it('holds a new password back until it may be taken away', async () => {
    const report = [
      'user,arn,user_creation_time,password_enabled,password_last_used,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date',
      `boss,${iam('user/boss')},2026-01-01T00:00:00+00:00,true,N/A,true,false,N/A,N/A`,
    ].join('\n');
    const boss = user('boss', [ADMIN]);
    for (const [actions, answer] of [
      [['iam:UpdateLoginProfile'], 'not sure'],
      [['iam:UpdateLoginProfile', 'iam:DeactivateMFADevice'], 'definite'],
    ] as const) {
      const found = await estate({ users: [user('eve', [{ Action: actions }]), boss] }, [], {
        [`${ACCOUNT}/report.csv`]: report,
      });
      expect(controlBy(found)).toBe(answer);
    }
  });
});

describe('an account that is not the own', () => {
  it('is out of reach of powers over policies, credentials and trust', async () => {
    const abroad = role('abroad', trust({ AWS: iam('root') }), [ADMIN], {}, OTHER);
    const powers: Grant = { Action: ['iam:UpdateAssumeRolePolicy', 'iam:PutRolePolicy', 'iam:CreateAccessKey'] };
    expect(await escalates([{ ...powers, Resource: `arn:aws:iam::${OTHER}:*` }], { roles: [abroad] })).toBe('no');
  });
});
