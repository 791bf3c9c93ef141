/** Build, deployment, automation and orchestration. */
import { docs, make, type PassRolePath, type Step } from '../pass-role-path.ts';

const PROJECT = 'arn:aws:codebuild:{region}:{account}:project/probe';
const STACK = 'arn:aws:cloudformation:{region}:{account}:stack/probe/0';
const STACK_SET = 'arn:aws:cloudformation:{region}:{account}:stackset/probe:0';
const MACHINE = 'arn:aws:states:{region}:{account}:stateMachine:probe';

const codebuild = (id: string, ...steps: readonly Step[]): PassRolePath => ({
  id,
  source: docs('awscodebuild'),
  service: 'codebuild.amazonaws.com',
  steps,
});

const onProject = (...actions: readonly string[]): Step => ({
  actions,
  existing: ['AWS::CodeBuild::Project'],
  else: 'a build project exists',
});

const cloudformation = (id: string, ...steps: readonly Step[]): PassRolePath => ({
  id,
  source: 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html',
  service: 'cloudformation.amazonaws.com',
  steps,
});

const onStack = (...actions: readonly string[]): Step => ({
  actions,
  existing: ['AWS::CloudFormation::Stack'],
  else: 'a stack exists',
});

/** The administration role is only used to assume the execution roles, and these build what the template says. */
const stackSet = (id: string, ...steps: readonly Step[]): PassRolePath => ({
  ...cloudformation(id, ...steps),
  source: 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-prereqs-self-managed.html',
  yields: 'assumed',
});

const states = (id: string, ...steps: readonly Step[]): PassRolePath => ({
  id,
  source: docs('awsstepfunctions'),
  service: 'states.amazonaws.com',
  steps,
});

export const DELIVERY_ROWS: readonly PassRolePath[] = [
  codebuild('codebuild-create-start', make(['codebuild:CreateProject', 'codebuild:StartBuild'], PROJECT)),
  codebuild('codebuild-create-start-batch', make(['codebuild:CreateProject', 'codebuild:StartBuildBatch'], PROJECT)),
  codebuild('codebuild-update-start', onProject('codebuild:UpdateProject', 'codebuild:StartBuild')),
  codebuild('codebuild-update-start-batch', onProject('codebuild:UpdateProject', 'codebuild:StartBuildBatch')),
  cloudformation('cloudformation-create-stack', make(['cloudformation:CreateStack'], STACK)),
  cloudformation(
    'cloudformation-create-change-set',
    make(['cloudformation:CreateChangeSet', 'cloudformation:ExecuteChangeSet'], STACK),
  ),
  cloudformation('cloudformation-update-stack-role', onStack('cloudformation:UpdateStack')),
  cloudformation('cloudformation-change-set-role', onStack('cloudformation:CreateChangeSet', 'cloudformation:ExecuteChangeSet')),
  stackSet(
    'cloudformation-create-stack-set',
    make(['cloudformation:CreateStackSet'], '*'),
    make(['cloudformation:CreateStackInstances'], STACK_SET),
  ),
  stackSet('cloudformation-update-stack-set', {
    actions: ['cloudformation:UpdateStackSet'],
    existing: ['AWS::CloudFormation::StackSet'],
    else: 'a stack set exists',
  }),
  states('step-functions-create-start', make(['states:CreateStateMachine', 'states:StartExecution'], MACHINE)),
  states('step-functions-test-state', make(['states:TestState'], '*')),
  states('step-functions-update-role', {
    actions: ['states:UpdateStateMachine', 'states:StartExecution'],
    existing: ['AWS::StepFunctions::StateMachine'],
    else: 'a state machine exists',
  }),
  {
    id: 'scheduler-create-schedule',
    source: 'https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html',
    service: 'scheduler.amazonaws.com',
    steps: [make(['scheduler:CreateSchedule'], 'arn:aws:scheduler:{region}:{account}:schedule/default/probe')],
  },
  {
    id: 'scheduler-update-schedule',
    source: 'https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html',
    service: 'scheduler.amazonaws.com',
    steps: [{ actions: ['scheduler:UpdateSchedule'], existing: ['AWS::Scheduler::Schedule'], else: 'a schedule exists' }],
  },
  {
    id: 'ssm-automation',
    source: 'https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-setup-iam.html',
    service: 'ssm.amazonaws.com',
    steps: [
      make(['ssm:CreateDocument'], 'arn:aws:ssm:{region}:{account}:document/probe'),
      make(['ssm:StartAutomationExecution'], 'arn:aws:ssm:{region}:{account}:automation-definition/probe:1'),
    ],
  },
];
