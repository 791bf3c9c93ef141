/** Functions, containers, jobs and state machines that exist. */
import { docs, type WorkloadPath } from '../workload-path.ts';

const lambda = {
  types: ['AWS::Lambda::Function'],
  startedBy: ['lambda:InvokeFunction', 'lambda:AddPermission'],
} as const;
const JOB_ROLE = { types: ['AWS::Batch::JobDefinition'] } as const;

export const CLUSTER_ENTRY: WorkloadPath = {
  id: 'eks-access-entry',
  source: docs('eks/latest/userguide/access-policies.html'),
  types: ['AWS::EKS::Cluster'],
  actions: ['eks:CreateAccessEntry'],
  also: [
    { action: 'eks:AssociateAccessPolicy', named: 'arn:aws:eks:{region}:{account}:access-entry/{name}/role/{account}/probe/0' },
  ],
  setting: {
    at: [
      ['accessConfig', 'authenticationMode'],
      ['AccessConfig', 'AuthenticationMode'],
    ],
    is: ['API', 'API_AND_CONFIG_MAP'],
    else: 'eks:UpdateClusterConfig',
    text: 'the cluster takes access entries',
  },
  says: 'an access entry with the cluster administrator policy',
};

export const APPLICATION_ROWS: readonly WorkloadPath[] = [
  {
    ...lambda,
    id: 'lambda-update-code',
    source: docs('lambda/latest/api/API_UpdateFunctionCode.html'),
    actions: ['lambda:UpdateFunctionCode'],
    says: 'its code can be replaced',
  },
  {
    ...lambda,
    id: 'lambda-update-layers',
    source: docs('lambda/latest/dg/adding-layers.html'),
    actions: ['lambda:UpdateFunctionConfiguration'],
    also: [{ action: 'lambda:GetLayerVersion', abroad: 'arn:aws:lambda:{region}:000000000000:layer:probe:1' }],
    says: 'a layer of any account can be put before its code',
  },
  {
    ...lambda,
    id: 'lambda-update-layers-own',
    source: docs('lambda/latest/dg/adding-layers.html'),
    actions: ['lambda:UpdateFunctionConfiguration'],
    also: [
      { action: 'lambda:PublishLayerVersion', named: 'arn:aws:lambda:{region}:{account}:layer:probe' },
      { action: 'lambda:GetLayerVersion', named: 'arn:aws:lambda:{region}:{account}:layer:probe:1' },
    ],
    says: 'a new layer can be put before its code',
  },
  {
    ...lambda,
    id: 'lambda-update-environment',
    source: docs('lambda/latest/dg/configuration-envvars.html'),
    actions: ['lambda:UpdateFunctionConfiguration'],
    gate: { text: 'its runtime takes code from environment variables, such as NODE_OPTIONS', class: 'unknown' },
    says: 'its environment and handler can be replaced',
  },
  {
    id: 'batch-submit-job',
    source: docs('batch/latest/APIReference/API_SubmitJob.html'),
    ...JOB_ROLE,
    actions: ['batch:SubmitJob'],
    also: [{ action: 'batch:SubmitJob', existing: 'AWS::Batch::JobQueue' }],
    says: 'the command can be given with the call',
  },
  {
    id: 'app-runner-update-service',
    source: docs('apprunner/latest/api/API_UpdateService.html'),
    types: ['AWS::AppRunner::Service'],
    actions: ['apprunner:UpdateService'],
    says: 'its image or command can be replaced',
  },
  {
    id: 'step-functions-update-start',
    source: docs('step-functions/latest/apireference/API_UpdateStateMachine.html'),
    types: ['AWS::StepFunctions::StateMachine'],
    actions: ['states:UpdateStateMachine'],
    startedBy: ['states:StartExecution', 'states:StartSyncExecution'],
    says: 'its definition calls any API as its role',
  },
  CLUSTER_ENTRY,
];
