/** The services that can be made to run somebody's code as a role: one row for each path. */
export interface PassRolePath {
  readonly id: string;
  readonly source: string;
  /** The service principal that the role must trust. */
  readonly service: string;
  /** Actions that must be allowed together on one new thing of each template. */
  readonly steps: readonly { readonly actions: readonly string[]; readonly on: readonly string[] }[];
  /** EC2 takes roles only through an instance profile. */
  readonly instanceProfile?: true;
  /** A Config type of which one thing must exist. */
  readonly existing?: string;
  /** What must come together besides, in words. */
  readonly gate?: string;
}

const EC2 = ['instance', 'volume', 'network-interface', 'subnet', 'security-group'].map(
  (type) => `arn:aws:ec2:us-east-1:{account}:${type}/probe`,
);
const IMAGE = 'arn:aws:ec2:us-east-1::image/ami-probe';
const FUNCTION = ['arn:aws:lambda:us-east-1:{account}:function:probe'];
const PROJECT = ['arn:aws:codebuild:us-east-1:{account}:project/probe'];
const JOB = ['arn:aws:glue:us-east-1:{account}:job/probe'];
const TRIGGER = ['arn:aws:glue:us-east-1:{account}:trigger/probe'];
const CLUSTER = ['arn:aws:ecs:us-east-1:{account}:cluster/probe'];
const TASK = ['arn:aws:ecs:us-east-1:{account}:task-definition/probe:1'];
const ECS_SERVICE = ['arn:aws:ecs:us-east-1:{account}:service/probe/probe'];
const STACK_SET = ['arn:aws:cloudformation:us-east-1:{account}:stackset/probe:0'];
const INTERPRETER = ['arn:aws:bedrock-agentcore:us-east-1:{account}:code-interpreter-custom/probe'];
const PIPELINE = ['arn:aws:datapipeline:us-east-1:{account}:pipeline/df-probe'];

const docs = (service: string): string =>
  `https://docs.aws.amazon.com/service-authorization/latest/reference/list_${service}.html`;
const one = (actions: readonly string[], on: readonly string[]): PassRolePath['steps'] => [{ actions, on }];

/** Tasks need a cluster: a collected one, or a new one. */
const ecs = (id: string, run: string, on: readonly string[]): PassRolePath[] => {
  const base = { source: docs('amazonelasticcontainerservice'), service: 'ecs-tasks.amazonaws.com' };
  const steps = [...one(['ecs:RegisterTaskDefinition'], TASK), ...one([run], on)];
  return [
    { ...base, id, steps, existing: 'AWS::ECS::Cluster' },
    { ...base, id: `${id}-new-cluster`, steps: [...steps, ...one(['ecs:CreateCluster'], CLUSTER)] },
    { ...base, id: `${id}-some-cluster`, steps, gate: 'an ECS cluster exists' },
  ];
};

const lambda = (id: string, also: readonly string[], gate?: string): PassRolePath => ({
  id,
  source: docs('awslambda'),
  service: 'lambda.amazonaws.com',
  steps: one(['lambda:CreateFunction', ...also], FUNCTION),
  ...(gate && { gate }),
});

const glue = (id: string, steps: PassRolePath['steps'], existing?: string): PassRolePath => ({
  id,
  source: docs('awsglue'),
  service: 'glue.amazonaws.com',
  steps,
  ...(existing && { existing }),
});

const sagemaker = (id: string, action: string, type: string): PassRolePath => ({
  id,
  source: docs('amazonsagemakerai'),
  service: 'sagemaker.amazonaws.com',
  steps: one([action], [`arn:aws:sagemaker:us-east-1:{account}:${type}/probe`]),
});

const codebuild = (id: string, start: string): PassRolePath => ({
  id,
  source: docs('awscodebuild'),
  service: 'codebuild.amazonaws.com',
  steps: one(['codebuild:CreateProject', start], PROJECT),
});

const ec2 = (id: string, steps: PassRolePath['steps']): PassRolePath => ({
  id,
  source: docs('amazonec2'),
  service: 'ec2.amazonaws.com',
  steps,
  instanceProfile: true,
});

export const PASS_ROLE_PATHS: readonly PassRolePath[] = [
  lambda('lambda-create-invoke', ['lambda:InvokeFunction']),
  lambda('lambda-create-permit', ['lambda:AddPermission']),
  {
    ...lambda('lambda-create-event-source', []),
    steps: [
      ...one(['lambda:CreateFunction'], FUNCTION),
      ...one(['lambda:CreateEventSourceMapping'], ['arn:aws:lambda:us-east-1:{account}:event-source-mapping:probe']),
    ],
    gate: 'an event source that the role may read',
  },
  ec2('ec2-run-instances', one(['ec2:RunInstances'], [...EC2, IMAGE])),
  ec2('ec2-request-spot-instances', one(['ec2:RequestSpotInstances'], ['*'])),
  ...ecs('ecs-run-task', 'ecs:RunTask', TASK),
  ...ecs('ecs-create-service', 'ecs:CreateService', ECS_SERVICE),
  ...ecs('ecs-start-task', 'ecs:StartTask', TASK),
  glue('glue-create-dev-endpoint', one(['glue:CreateDevEndpoint'], ['arn:aws:glue:us-east-1:{account}:devEndpoint/probe'])),
  glue('glue-create-job-start', one(['glue:CreateJob', 'glue:StartJobRun'], JOB)),
  glue('glue-create-job-trigger', [...one(['glue:CreateJob'], JOB), ...one(['glue:CreateTrigger'], TRIGGER)]),
  glue('glue-update-job-start', one(['glue:UpdateJob', 'glue:StartJobRun'], JOB), 'AWS::Glue::Job'),
  glue('glue-update-job-trigger', [...one(['glue:UpdateJob'], JOB), ...one(['glue:CreateTrigger'], TRIGGER)], 'AWS::Glue::Job'),
  codebuild('codebuild-create-start', 'codebuild:StartBuild'),
  codebuild('codebuild-create-start-batch', 'codebuild:StartBuildBatch'),
  sagemaker('sagemaker-create-notebook', 'sagemaker:CreateNotebookInstance', 'notebook-instance'),
  sagemaker('sagemaker-create-training-job', 'sagemaker:CreateTrainingJob', 'training-job'),
  sagemaker('sagemaker-create-processing-job', 'sagemaker:CreateProcessingJob', 'processing-job'),
  {
    id: 'cloudformation-create-stack',
    source: docs('awscloudformation'),
    service: 'cloudformation.amazonaws.com',
    steps: one(['cloudformation:CreateStack'], ['arn:aws:cloudformation:us-east-1:{account}:stack/probe/0']),
  },
  {
    id: 'cloudformation-create-stack-set',
    source: docs('awscloudformation'),
    service: 'cloudformation.amazonaws.com',
    steps: one(['cloudformation:CreateStackSet', 'cloudformation:CreateStackInstances'], STACK_SET),
  },
  {
    id: 'cloudformation-update-stack-set',
    source: docs('awscloudformation'),
    service: 'cloudformation.amazonaws.com',
    steps: one(['cloudformation:UpdateStackSet'], STACK_SET),
    existing: 'AWS::CloudFormation::StackSet',
  },
  {
    id: 'data-pipeline',
    source: docs('awsdatapipeline'),
    service: 'datapipeline.amazonaws.com',
    steps: one(['datapipeline:CreatePipeline', 'datapipeline:PutPipelineDefinition', 'datapipeline:ActivatePipeline'], PIPELINE),
  },
  {
    id: 'app-runner-create-service',
    source: docs('awsapprunner'),
    service: 'tasks.apprunner.amazonaws.com',
    steps: one(['apprunner:CreateService'], ['arn:aws:apprunner:us-east-1:{account}:service/probe/0']),
  },
  {
    id: 'bedrock-agentcore-code-interpreter',
    source: docs('amazonbedrockagentcore'),
    service: 'bedrock-agentcore.amazonaws.com',
    steps: one(
      [
        'bedrock-agentcore:CreateCodeInterpreter',
        'bedrock-agentcore:StartCodeInterpreterSession',
        'bedrock-agentcore:InvokeCodeInterpreter',
      ],
      INTERPRETER,
    ),
  },
  {
    id: 'step-functions-create-start',
    source: docs('awsstepfunctions'),
    service: 'states.amazonaws.com',
    steps: one(['states:CreateStateMachine', 'states:StartExecution'], ['arn:aws:states:us-east-1:{account}:stateMachine:probe']),
  },
  {
    id: 'scheduler-create-schedule',
    source: docs('amazoneventbridgescheduler'),
    service: 'scheduler.amazonaws.com',
    steps: one(['scheduler:CreateSchedule'], ['arn:aws:scheduler:us-east-1:{account}:schedule/default/probe']),
  },
];
