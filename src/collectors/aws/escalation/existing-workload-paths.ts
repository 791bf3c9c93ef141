/** What can be done to each kind of running thing so that it obeys: one row for each path. */
import type { ConditionClass } from '../../../model/kinds.ts';

export interface WorkloadPath {
  readonly id: string;
  readonly source: string;
  /** Config resource types. */
  readonly types: readonly string[];
  /** All of them, on the thing. */
  readonly actions: readonly string[];
  /** Needed besides, on something else. */
  readonly also?: readonly { readonly action: string; readonly resource: string }[];
  /** One of these lets the principal start what it changed. */
  readonly startedBy?: readonly string[];
  /** Needed first where the thing is stopped. */
  readonly startsFirst?: string;
  /** Works through the Systems Manager agent. */
  readonly agent?: true;
  readonly gate?: { readonly text: string; readonly class: ConditionClass };
  readonly says: string;
}

const docs = (page: string): string => `https://docs.aws.amazon.com/${page}`;
const INSTANCE = ['AWS::EC2::Instance'];
const NOTEBOOK = ['AWS::SageMaker::NotebookInstance'];
const STACK = ['AWS::CloudFormation::Stack'];
const PROJECT = ['AWS::CodeBuild::Project'];

export const WORKLOAD_PATHS: readonly WorkloadPath[] = [
  {
    id: 'lambda-update-code',
    source: docs('lambda/latest/api/API_UpdateFunctionCode.html'),
    types: ['AWS::Lambda::Function'],
    actions: ['lambda:UpdateFunctionCode'],
    startedBy: ['lambda:InvokeFunction', 'lambda:AddPermission'],
    says: 'its code can be replaced',
  },
  {
    id: 'lambda-update-layers',
    source: docs('lambda/latest/dg/chapter-layers.html'),
    types: ['AWS::Lambda::Function'],
    actions: ['lambda:UpdateFunctionConfiguration'],
    startedBy: ['lambda:InvokeFunction', 'lambda:AddPermission'],
    says: 'a layer can be put before its code',
  },
  {
    id: 'ssm-start-session',
    source: docs('systems-manager/latest/userguide/session-manager.html'),
    types: INSTANCE,
    actions: ['ssm:StartSession'],
    startsFirst: 'ec2:StartInstances',
    agent: true,
    says: 'a shell on the instance',
  },
  {
    id: 'ssm-send-command',
    source: docs('systems-manager/latest/userguide/run-command.html'),
    types: INSTANCE,
    actions: ['ssm:SendCommand'],
    also: [{ action: 'ssm:SendCommand', resource: 'arn:aws:ssm:{region}::document/AWS-RunShellScript' }],
    startsFirst: 'ec2:StartInstances',
    agent: true,
    says: 'commands on the instance',
  },
  {
    id: 'ec2-instance-connect',
    source: docs('AWSEC2/latest/UserGuide/connect-linux-inst-eic.html'),
    types: INSTANCE,
    actions: ['ec2-instance-connect:SendSSHPublicKey'],
    startsFirst: 'ec2:StartInstances',
    gate: { text: 'SSH to the instance is open', class: 'position' },
    says: 'an SSH key for the instance',
  },
  {
    id: 'ec2-serial-console',
    source: docs('AWSEC2/latest/UserGuide/ec2-serial-console.html'),
    types: INSTANCE,
    actions: ['ec2-instance-connect:SendSerialConsoleSSHPublicKey'],
    startsFirst: 'ec2:StartInstances',
    gate: { text: 'the serial console is enabled and the instance has a user with a password', class: 'possession' },
    says: 'the serial console of the instance',
  },
  {
    id: 'ec2-user-data',
    source: docs('AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html'),
    types: INSTANCE,
    actions: ['ec2:ModifyInstanceAttribute', 'ec2:StopInstances', 'ec2:StartInstances'],
    says: 'its start-up script can be replaced',
  },
  {
    id: 'cloudformation-update-stack',
    source: docs('AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html'),
    types: STACK,
    actions: ['cloudformation:UpdateStack'],
    says: 'its service role builds any template',
  },
  {
    id: 'cloudformation-change-set',
    source: docs('AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html'),
    types: STACK,
    actions: ['cloudformation:CreateChangeSet', 'cloudformation:ExecuteChangeSet'],
    says: 'its service role builds any template',
  },
  {
    id: 'codebuild-start-build',
    source: docs('codebuild/latest/APIReference/API_StartBuild.html'),
    types: PROJECT,
    actions: ['codebuild:StartBuild'],
    says: 'the build commands can be given with the call',
  },
  {
    id: 'codebuild-start-build-batch',
    source: docs('codebuild/latest/APIReference/API_StartBuildBatch.html'),
    types: PROJECT,
    actions: ['codebuild:StartBuildBatch'],
    gate: { text: 'the project is set up for batch builds', class: 'unknown' },
    says: 'the build commands can be given with the call',
  },
  {
    id: 'glue-update-dev-endpoint',
    source: docs('glue/latest/webapi/API_UpdateDevEndpoint.html'),
    types: ['AWS::Glue::DevEndpoint'],
    actions: ['glue:UpdateDevEndpoint'],
    says: 'an SSH key for the endpoint',
  },
  {
    id: 'sagemaker-open-notebook',
    source: docs('sagemaker/latest/APIReference/API_CreatePresignedNotebookInstanceUrl.html'),
    types: NOTEBOOK,
    actions: ['sagemaker:CreatePresignedNotebookInstanceUrl'],
    says: 'the notebook runs any code',
  },
  {
    id: 'sagemaker-lifecycle',
    source: docs('sagemaker/latest/dg/notebook-lifecycle-config.html'),
    types: NOTEBOOK,
    actions: ['sagemaker:StopNotebookInstance', 'sagemaker:UpdateNotebookInstance', 'sagemaker:StartNotebookInstance'],
    also: [
      {
        action: 'sagemaker:CreateNotebookInstanceLifecycleConfig',
        resource: 'arn:aws:sagemaker:{region}:{account}:notebook-instance-lifecycle-config/probe',
      },
    ],
    says: 'its start-up script can be replaced',
  },
  {
    id: 'app-runner-update-service',
    source: docs('apprunner/latest/api/API_UpdateService.html'),
    types: ['AWS::AppRunner::Service'],
    actions: ['apprunner:UpdateService'],
    says: 'its image or command can be replaced',
  },
  {
    id: 'bedrock-agentcore-invoke',
    source: docs('bedrock-agentcore/latest/APIReference/API_InvokeCodeInterpreter.html'),
    types: ['AWS::BedrockAgentCore::CodeInterpreterCustom', 'AWS::BedrockAgentCore::CodeInterpreter'],
    actions: ['bedrock-agentcore:StartCodeInterpreterSession', 'bedrock-agentcore:InvokeCodeInterpreter'],
    says: 'the interpreter runs any code',
  },
  {
    id: 'step-functions-update-start',
    source: docs('step-functions/latest/apireference/API_UpdateStateMachine.html'),
    types: ['AWS::StepFunctions::StateMachine'],
    actions: ['states:UpdateStateMachine'],
    startedBy: ['states:StartExecution'],
    says: 'its definition calls any API as its role',
  },
];
