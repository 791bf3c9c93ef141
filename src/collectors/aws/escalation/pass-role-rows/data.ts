/** Glue, Data Pipeline and EMR. */
import { docs, make, type PassRolePath, type Step } from '../pass-role-path.ts';

const GLUE = 'arn:aws:glue:{region}:{account}:';
const JOB = `${GLUE}job/probe`;
const TRIGGER = make(['glue:CreateTrigger'], `${GLUE}trigger/probe`);

const glue = (id: string, ...steps: readonly Step[]): PassRolePath => ({
  id,
  source: docs('awsglue'),
  service: 'glue.amazonaws.com',
  steps,
});

const onJob = (...actions: readonly string[]): Step => ({ actions, existing: ['AWS::Glue::Job'], else: 'a Glue job exists' });

const PIPELINE = [
  make(['datapipeline:CreatePipeline'], '*'),
  make(
    ['datapipeline:PutPipelineDefinition', 'datapipeline:ActivatePipeline'],
    'arn:aws:datapipeline:{region}:{account}:pipeline/df-probe',
  ),
];

export const DATA_ROWS: readonly PassRolePath[] = [
  glue('glue-create-dev-endpoint', make(['glue:CreateDevEndpoint'], `${GLUE}devEndpoint/probe`)),
  glue('glue-create-job-start', make(['glue:CreateJob', 'glue:StartJobRun'], JOB)),
  glue('glue-create-job-trigger', make(['glue:CreateJob'], JOB), TRIGGER),
  glue('glue-update-job-start', onJob('glue:UpdateJob', 'glue:StartJobRun')),
  glue('glue-update-job-trigger', onJob('glue:UpdateJob'), TRIGGER),
  glue('glue-create-session', make(['glue:CreateSession', 'glue:RunStatement'], `${GLUE}session/probe`)),
  {
    id: 'data-pipeline-resource',
    source: 'https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-iam-roles.html',
    service: 'ec2.amazonaws.com',
    steps: PIPELINE,
    instanceProfile: true,
    helper: { service: 'datapipeline.amazonaws.com' },
  },
  {
    id: 'data-pipeline-role',
    source: 'https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-iam-roles.html',
    service: 'datapipeline.amazonaws.com',
    steps: PIPELINE,
    gate: { text: 'an activity of the pipeline hands on what its role may do', class: 'unknown' },
  },
  {
    id: 'emr-run-job-flow',
    source: 'https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-iam-roles.html',
    service: 'ec2.amazonaws.com',
    steps: [make(['elasticmapreduce:RunJobFlow'], '*')],
    instanceProfile: true,
    helper: { service: 'elasticmapreduce.amazonaws.com' },
  },
  {
    id: 'emr-serverless',
    source: 'https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/getting-started.html',
    service: 'emr-serverless.amazonaws.com',
    steps: [
      make(['emr-serverless:CreateApplication'], '*'),
      make(['emr-serverless:StartJobRun'], 'arn:aws:emr-serverless:{region}:{account}:/applications/probe'),
    ],
  },
];
