/** Stacks, build projects, data jobs and notebooks that exist. */
import { docs, type WorkloadPath } from '../workload-path.ts';

const STACK = ['AWS::CloudFormation::Stack'];
const PROJECT = ['AWS::CodeBuild::Project'];
const NOTEBOOK = ['AWS::SageMaker::NotebookInstance'];

export const BUILDER_ROWS: readonly WorkloadPath[] = [
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
    id: 'codebuild-update-project',
    source: docs('codebuild/latest/APIReference/API_UpdateProject.html'),
    types: PROJECT,
    actions: ['codebuild:UpdateProject'],
    gate: { text: 'something starts a build', class: 'time' },
    says: 'its build commands can be replaced',
  },
  {
    id: 'glue-update-dev-endpoint',
    source: docs('glue/latest/webapi/API_UpdateDevEndpoint.html'),
    types: ['AWS::Glue::DevEndpoint'],
    actions: ['glue:UpdateDevEndpoint'],
    says: 'an SSH key for the endpoint',
  },
  {
    id: 'glue-start-job-run',
    source: docs('glue/latest/dg/aws-glue-programming-etl-glue-arguments.html'),
    types: ['AWS::Glue::Job'],
    actions: ['glue:StartJobRun'],
    gate: { text: 'the role of the job may read a script of the caller', class: 'unknown' },
    says: 'the place of the script can be given with the call',
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
        named: 'arn:aws:sagemaker:{region}:{account}:notebook-instance-lifecycle-config/probe',
      },
    ],
    says: 'its start-up script can be replaced',
  },
  {
    id: 'sagemaker-open-studio',
    source: docs('sagemaker/latest/APIReference/API_CreatePresignedDomainUrl.html'),
    types: ['AWS::SageMaker::UserProfile'],
    actions: ['sagemaker:CreatePresignedDomainUrl'],
    says: 'Studio runs any code as the profile',
  },
  {
    id: 'bedrock-agentcore-invoke',
    source: docs('bedrock-agentcore/latest/APIReference/API_InvokeCodeInterpreter.html'),
    types: ['AWS::BedrockAgentCore::CodeInterpreterCustom', 'AWS::BedrockAgentCore::CodeInterpreter'],
    actions: ['bedrock-agentcore:StartCodeInterpreterSession', 'bedrock-agentcore:InvokeCodeInterpreter'],
    says: 'the interpreter runs any code',
  },
];
