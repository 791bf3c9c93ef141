/** SageMaker and Bedrock AgentCore. */
import { docs, make, type PassRolePath, type Step } from '../pass-role-path.ts';

const at = (type: string): string => `arn:aws:sagemaker:{region}:{account}:${type}/probe`;

const sagemaker = (id: string, ...steps: readonly Step[]): PassRolePath => ({
  id,
  source: docs('amazonsagemakerai'),
  service: 'sagemaker.amazonaws.com',
  steps,
});

const agentcore = (id: string, ...steps: readonly Step[]): PassRolePath => ({
  id,
  source: docs('amazonbedrockagentcore'),
  service: 'bedrock-agentcore.amazonaws.com',
  steps,
});

const MODEL = make(['sagemaker:CreateModel'], at('model'));

export const MACHINE_LEARNING_ROWS: readonly PassRolePath[] = [
  {
    ...sagemaker('sagemaker-create-notebook', make(['sagemaker:CreateNotebookInstance'], at('notebook-instance'))),
    startedBy: {
      anyOf: [
        make(['sagemaker:CreatePresignedNotebookInstanceUrl'], at('notebook-instance')),
        make(['sagemaker:CreateNotebookInstanceLifecycleConfig'], at('notebook-instance-lifecycle-config')),
      ],
      waits: 'somebody opens the notebook',
    },
  },
  sagemaker('sagemaker-create-training-job', make(['sagemaker:CreateTrainingJob'], at('training-job'))),
  sagemaker('sagemaker-create-tuning-job', make(['sagemaker:CreateHyperParameterTuningJob'], at('hyper-parameter-tuning-job'))),
  sagemaker('sagemaker-create-processing-job', make(['sagemaker:CreateProcessingJob'], at('processing-job'))),
  sagemaker(
    'sagemaker-create-endpoint',
    MODEL,
    make(['sagemaker:CreateEndpointConfig'], at('endpoint-config')),
    make(['sagemaker:CreateEndpoint'], at('endpoint')),
    make(['sagemaker:CreateEndpoint'], at('endpoint-config')),
  ),
  sagemaker('sagemaker-create-transform-job', MODEL, make(['sagemaker:CreateTransformJob'], at('transform-job'))),
  sagemaker('sagemaker-create-pipeline', make(['sagemaker:CreatePipeline', 'sagemaker:StartPipelineExecution'], at('pipeline'))),
  sagemaker('sagemaker-studio-user', {
    actions: ['sagemaker:CreateUserProfile', 'sagemaker:CreatePresignedDomainUrl'],
    existing: ['AWS::SageMaker::Domain'],
    below: (arn) => `${arn.replace(':domain/', ':user-profile/')}/probe`,
    else: 'a Studio domain exists',
  }),
  agentcore(
    'bedrock-agentcore-code-interpreter',
    make(
      [
        'bedrock-agentcore:CreateCodeInterpreter',
        'bedrock-agentcore:StartCodeInterpreterSession',
        'bedrock-agentcore:InvokeCodeInterpreter',
      ],
      'arn:aws:bedrock-agentcore:{region}:{account}:code-interpreter-custom/probe',
    ),
  ),
  agentcore(
    'bedrock-agentcore-runtime',
    make(['bedrock-agentcore:CreateAgentRuntime'], '*'),
    make(['bedrock-agentcore:InvokeAgentRuntime'], 'arn:aws:bedrock-agentcore:{region}:{account}:runtime/probe'),
  ),
];
