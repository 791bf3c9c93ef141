/** An account with something for every escalation path, and principals with exactly the permissions that they are given. */
import { sampleFolder } from '../files/sample-folder.ts';
import { type Collection, collected, reachOf } from './collected.ts';
import {
  ACCOUNT,
  type Details,
  details,
  document,
  type Grant,
  group,
  iam,
  item,
  key,
  role,
  snapshot,
  trust,
  user,
} from './sample.ts';

const ADMIN: Grant = { Action: '*' };
const SCOPE = `aws:account/${ACCOUNT}`;
const local = (service: string, rest: string): string => `arn:aws:${service}:us-east-1:${ACCOUNT}:${rest}`;

/** Services that roles are passed to: each has an administrator role that trusts it alone. */
const SERVICES = [
  'apprunner-tasks',
  'bedrock-agentcore',
  'codebuild',
  'datapipeline',
  'ec2',
  'ecs-tasks',
  'elasticmapreduce',
  'emr-serverless',
  'glue',
  'lambda',
  'sagemaker',
  'scheduler',
  'ssm',
  'states',
];
const hostOf = (service: string): string =>
  service === 'apprunner-tasks' ? 'tasks.apprunner.amazonaws.com' : `${service}.amazonaws.com`;

/** What workloads run as; the service that it trusts is none that anybody passes it to. */
const WORKER = iam('role/worker');
const PROFILE = iam('instance-profile/worker');

const THINGS: readonly (readonly [type: string, arn: string, configuration?: Record<string, unknown>])[] = [
  ['AppRunner::Service', local('apprunner', 'service/web/0'), { InstanceConfiguration: { InstanceRoleArn: WORKER } }],
  [
    'AutoScaling::AutoScalingGroup',
    local('autoscaling', 'autoScalingGroup:0:autoScalingGroupName/fleet'),
    { launchTemplate: { launchTemplateId: 'lt-0', version: '$Default' } },
  ],
  ['Batch::JobDefinition', local('batch', 'job-definition/work:1'), { containerProperties: { jobRoleArn: WORKER } }],
  ['Batch::JobQueue', local('batch', 'job-queue/work')],
  [
    'BedrockAgentCore::CodeInterpreterCustom',
    local('bedrock-agentcore', 'code-interpreter-custom/work'),
    { ExecutionRoleArn: WORKER },
  ],
  ['CloudFormation::Stack', local('cloudformation', 'stack/work/0'), { roleARN: WORKER }],
  ['CloudFormation::StackSet', local('cloudformation', 'stackset/work:0')],
  ['CodeBuild::Project', local('codebuild', 'project/work'), { serviceRole: WORKER }],
  ['EC2::Instance', local('ec2', 'instance/i-0'), { iamInstanceProfile: { arn: PROFILE } }],
  ['EC2::InstanceConnectEndpoint', local('ec2', 'instance-connect-endpoint/eice-0')],
  ['ECS::Cluster', local('ecs', 'cluster/work')],
  ['ECS::Service', local('ecs', 'service/work/web')],
  ['ECS::TaskDefinition', local('ecs', 'task-definition/work:1')],
  ['EKS::Cluster', local('eks', 'cluster/work'), { accessConfig: { authenticationMode: 'API' } }],
  ['Glue::DevEndpoint', local('glue', 'devEndpoint/work'), { RoleArn: WORKER }],
  ['Glue::Job', local('glue', 'job/work'), { Role: WORKER }],
  ['Lambda::Function', local('lambda', 'function:work'), { role: WORKER }],
  ['SageMaker::Domain', local('sagemaker', 'domain/d-0')],
  ['SageMaker::NotebookInstance', local('sagemaker', 'notebook-instance/work'), { RoleArn: WORKER }],
  ['SageMaker::UserProfile', local('sagemaker', 'user-profile/d-0/ada'), { UserSettings: { ExecutionRole: WORKER } }],
  ['Scheduler::Schedule', local('scheduler', 'schedule/default/work')],
  ['StepFunctions::StateMachine', local('states', 'stateMachine:work'), { RoleArn: WORKER }],
];

export const typesWithThings: ReadonlySet<string> = new Set(THINGS.map(([type]) => `AWS::${type}`));

const policy = (name: string, grants: readonly Grant[]) => ({
  Arn: iam(`policy/${name}`),
  PolicyVersionList: [{ IsDefaultVersion: true, Document: document(...grants) }],
});
const attached = (name: string) => ({ AttachedManagedPolicies: [{ PolicyName: name, PolicyArn: iam(`policy/${name}`) }] });

const surroundings = () => ({
  users: [user('admin', [ADMIN]), user('admin-full', [ADMIN]), user('low')],
  groups: [group('admins', [ADMIN]), group('joined')],
  roles: [
    ...SERVICES.map((service) =>
      role(`for-${service}`, trust({ Service: hostOf(service) }), [ADMIN], {
        InstanceProfileList: service === 'ec2' ? [{ Arn: iam('instance-profile/ec2') }] : [],
      }),
    ),
    role('for-cloudformation', trust({ Service: 'cloudformation.amazonaws.com' }), [
      { Action: 'sts:AssumeRole', Resource: iam('role/execution') },
    ]),
    role('execution', trust({ AWS: iam('role/for-cloudformation') }), [ADMIN]),
    role('builder', trust({ Service: 'cloudformation.amazonaws.com' }), [ADMIN]),
    role('worker', trust({ Service: 'monitoring.rds.amazonaws.com' }), [ADMIN], { InstanceProfileList: [{ Arn: PROFILE }] }),
    role('open', trust({ AWS: iam('root') }), [], attached('of-open')),
    role('open-admin', trust({ AWS: iam('root') }), [ADMIN]),
    role('closed', trust({ Service: 'monitoring.rds.amazonaws.com' }), [], attached('of-closed')),
    role('closed-admin', trust({ Service: 'monitoring.rds.amazonaws.com' }), [ADMIN]),
  ],
  policies: [policy('of-open', [{ Action: 's3:List*' }]), policy('of-closed', [{ Action: 's3:List*' }])],
});

const FULL_KEYS = JSON.stringify({
  AccessKeyMetadata: ['1', '9'].map((n) => ({
    UserName: 'admin-full',
    AccessKeyId: `AKIA0EXAMPLE0000000${n}`,
    Status: 'Active',
  })),
});

export interface Subject {
  readonly name: string;
  readonly kind: 'user' | 'role';
  /** A managed policy of its own, so that it can be rewritten. */
  readonly managed?: boolean;
  readonly grants: readonly Grant[];
}

export const arnOfSubject = ({ kind, name }: Subject): string => iam(`${kind}/${name}`);
export const policyOfSubject = ({ name }: Subject): string => iam(`policy/of-${name}`);

/** How each subject reaches control of the account, by name: surely, if something comes about, or not at all. */
export async function controlOf(subjects: readonly Subject[]): Promise<Map<string, 'definite' | 'not sure' | 'no'>> {
  const around = surroundings();
  const of = (kind: Subject['kind']) => subjects.filter((one) => one.kind === kind);
  const more = (one: Subject) => (one.managed ? attached(`of-${one.name}`) : {});
  const grants = (one: Subject) => (one.managed ? [] : one.grants);
  const parts = {
    users: [...around.users, ...of('user').map((one) => user(one.name, grants(one), { GroupList: ['joined'], ...more(one) }))],
    groups: around.groups,
    roles: [
      ...around.roles,
      ...of('role').map((one) => role(one.name, trust({ Service: 'monitoring.rds.amazonaws.com' }), grants(one), more(one))),
    ],
    policies: [...around.policies, ...subjects.filter((one) => one.managed).map((one) => policy(`of-${one.name}`, one.grants))],
  };
  await using folder = await sampleFolder({
    [`${ACCOUNT}/a.json`]: details(parts),
    [`${ACCOUNT}/keys.json`]: FULL_KEYS,
    'c.json': snapshot(...THINGS.map(([type, arn, configuration = {}]) => item(type, arn, { configuration }))),
  });
  const found = alone(await collected(folder.root));
  return new Map(subjects.map((one) => [one.name, answerFor(found, key(`${one.kind}/${one.name}`))]));
}

/** Without the gates that need somebody else's proof too. */
export const alone = (found: Collection): Collection => ({
  ...found,
  relationships: found.relationships.filter((one) => one.conditionClass !== 'combined'),
});

function answerFor(found: Collection, start: string): 'definite' | 'not sure' | 'no' {
  if (reachOf(found, start, 'lo').get(SCOPE) === 'control') return 'definite';
  return reachOf(found, start, 'hi').get(SCOPE) === 'control' ? 'not sure' : 'no';
}

export async function estate(
  parts: Details,
  items: readonly unknown[] = [],
  more: Record<string, string> = {},
): Promise<Collection> {
  await using folder = await sampleFolder({ [`${ACCOUNT}/a.json`]: details(parts), 'c.json': snapshot(...items), ...more });
  return await collected(folder.root);
}

export type Answer = 'definite' | 'not sure' | 'with somebody' | 'no';

/** Whether a user `eve` with these grants controls the account, beside what is around it. */
export async function escalates(
  grants: readonly Grant[],
  parts: Details = {},
  items: readonly unknown[] = [],
  own: Record<string, unknown> = {},
): Promise<Answer> {
  return controlBy(await estate({ ...parts, users: [user('eve', grants, own), ...(parts.users ?? [])] }, items));
}

export function controlBy(found: Collection, start = key('user/eve')): Answer {
  const answer = answerFor(alone(found), start);
  return answer === 'no' && answerFor(found, start) !== 'no' ? 'with somebody' : answer;
}
