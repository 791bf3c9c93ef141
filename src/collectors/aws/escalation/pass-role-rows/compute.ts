/** Functions, instances, containers and batch jobs. */
import { docs, make, type PassRolePath, type Step } from '../pass-role-path.ts';

const EC2 = ['instance', 'volume', 'network-interface', 'subnet', 'security-group'].map(
  (type) => `arn:aws:ec2:{region}:{account}:${type}/probe`,
);
const IMAGE = 'arn:aws:ec2:{region}::image/ami-probe';
const FUNCTION = 'arn:aws:lambda:{region}:{account}:function:probe';
const TASK = 'arn:aws:ecs:{region}:{account}:task-definition/probe:1';
const CLUSTER = 'arn:aws:ecs:{region}:{account}:cluster/probe';
const JOB = 'arn:aws:batch:{region}:{account}:job-definition/probe';

const lambda = (id: string, ...more: readonly string[]): PassRolePath => ({
  id,
  source: docs('awslambda'),
  service: 'lambda.amazonaws.com',
  steps: [make(['lambda:CreateFunction', ...more], FUNCTION)],
});

const ec2 = (id: string, ...steps: readonly Step[]): PassRolePath => ({
  id,
  source: docs('amazonec2'),
  service: 'ec2.amazonaws.com',
  steps,
  instanceProfile: true,
});

const REGISTER = make(['ecs:RegisterTaskDefinition'], TASK);
const A_CLUSTER: Step = { actions: [], existing: ['AWS::ECS::Cluster'], else: 'an ECS cluster exists' };

const ecs = (id: string, ...steps: readonly Step[]): PassRolePath => ({
  id,
  source: docs('amazonelasticcontainerservice'),
  service: 'ecs-tasks.amazonaws.com',
  steps,
});

/** Tasks need a cluster: one that exists, or a new one. */
const onCluster = (id: string, ...steps: readonly Step[]): PassRolePath[] => [
  ecs(id, ...steps, A_CLUSTER),
  ecs(`${id}-new-cluster`, ...steps, make(['ecs:CreateCluster'], CLUSTER)),
];

const batch = (id: string, ...steps: readonly Step[]): PassRolePath => ({
  id,
  source: docs('awsbatch'),
  service: 'ecs-tasks.amazonaws.com',
  steps,
});

export const COMPUTE_ROWS: readonly PassRolePath[] = [
  lambda('lambda-create-invoke', 'lambda:InvokeFunction'),
  lambda('lambda-create-permit', 'lambda:AddPermission'),
  {
    ...lambda('lambda-create-event-source'),
    steps: [
      make(['lambda:CreateFunction'], FUNCTION),
      make(['lambda:CreateEventSourceMapping'], 'arn:aws:lambda:{region}:{account}:event-source-mapping:probe'),
    ],
    gate: { text: 'an event source that the role may read', class: 'unknown' },
  },
  ec2('ec2-run-instances', make(['ec2:RunInstances'], ...EC2, IMAGE)),
  ec2(
    'ec2-request-spot-instances',
    make(['ec2:RequestSpotInstances'], 'arn:aws:ec2:{region}:{account}:spot-instances-request/probe'),
  ),
  {
    ...ec2(
      'auto-scaling-launch-configuration',
      make(
        ['autoscaling:CreateLaunchConfiguration'],
        'arn:aws:autoscaling:{region}:{account}:launchConfiguration:probe:launchConfigurationName/probe',
      ),
      make(
        ['autoscaling:CreateAutoScalingGroup'],
        'arn:aws:autoscaling:{region}:{account}:autoScalingGroup:probe:autoScalingGroupName/probe',
      ),
    ),
    gate: { text: 'the account is old enough to make launch configurations', class: 'unknown' },
  },
  ...onCluster('ecs-run-task', REGISTER, make(['ecs:RunTask'], TASK)),
  ...onCluster('ecs-create-service', REGISTER, make(['ecs:CreateService'], 'arn:aws:ecs:{region}:{account}:service/probe/probe')),
  {
    ...ecs('ecs-start-task', REGISTER, make(['ecs:StartTask'], TASK), A_CLUSTER),
    gate: { text: 'a container instance is registered', class: 'unknown' },
  },
  ecs('ecs-update-service', REGISTER, {
    actions: ['ecs:UpdateService'],
    existing: ['AWS::ECS::Service'],
    else: 'an ECS service exists',
  }),
  ecs(
    'ecs-run-task-override',
    { actions: ['ecs:RunTask'], existing: ['AWS::ECS::TaskDefinition'], else: 'a task definition exists' },
    A_CLUSTER,
  ),
  batch('batch-register-submit', make(['batch:RegisterJobDefinition'], JOB), make(['batch:SubmitJob'], JOB), {
    actions: ['batch:SubmitJob'],
    existing: ['AWS::Batch::JobQueue'],
    else: 'a Batch job queue exists',
  }),
  {
    id: 'app-runner-create-service',
    source: docs('awsapprunner'),
    service: 'tasks.apprunner.amazonaws.com',
    steps: [make(['apprunner:CreateService'], 'arn:aws:apprunner:{region}:{account}:service/probe/0')],
  },
  {
    id: 'app-runner-update-service-role',
    source: docs('awsapprunner'),
    service: 'tasks.apprunner.amazonaws.com',
    steps: [
      { actions: ['apprunner:UpdateService'], existing: ['AWS::AppRunner::Service'], else: 'an App Runner service exists' },
    ],
  },
  {
    ...lambda('lambda-update-role'),
    steps: [
      {
        actions: ['lambda:UpdateFunctionConfiguration', 'lambda:UpdateFunctionCode', 'lambda:InvokeFunction'],
        existing: ['AWS::Lambda::Function'],
        else: 'a function exists',
      },
    ],
  },
];
