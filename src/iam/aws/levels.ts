/**
 * What an action gives, for the services that hold data, secrets or code: reviewed by hand. The level is what the response
 * contains or the call causes, not its verb; an action of these services that is not named gives `put` when the catalogue says
 * it writes, and nothing otherwise. Services that are not here go by the catalogue's access level (`catalogue.ts`).
 *
 *   read     the content can be seen            control  the thing's own policy can be rewritten, so that anything follows
 *   put      it can be overwritten or deleted
 *
 * Sources: the service's page in https://docs.aws.amazon.com/service-authorization/latest/reference/
 */
import type { Level } from '../../model/kinds.ts';

export type GrantLevel = Extract<Level, 'read' | 'put' | 'control'>;

type Reviewed = Readonly<Record<GrantLevel, readonly string[]>>;

const REVIEWED: Readonly<Record<string, Reviewed>> = {
  s3: {
    read: ['GetObject', 'GetObjectVersion', 'GetObjectTorrent', 'GetObjectVersionTorrent', 'GetObjectVersionForReplication'],
    put: ['PutObject', 'DeleteObject', 'DeleteObjectVersion', 'ReplicateObject', 'PutLifecycleConfiguration', 'DeleteBucket'],
    control: ['PutBucketPolicy'],
  },
  dynamodb: {
    read: ['GetItem', 'BatchGetItem', 'Query', 'Scan', 'PartiQLSelect', 'GetRecords', 'ExportTableToPointInTime'],
    put: [
      'PutItem',
      'UpdateItem',
      'DeleteItem',
      'BatchWriteItem',
      'PartiQLInsert',
      'PartiQLUpdate',
      'PartiQLDelete',
      'DeleteTable',
    ],
    control: ['PutResourcePolicy'],
  },
  sqs: {
    read: ['ReceiveMessage'],
    put: ['SendMessage', 'DeleteMessage', 'PurgeQueue', 'DeleteQueue'],
    control: ['AddPermission', 'SetQueueAttributes'],
  },
  sns: { read: ['Subscribe'], put: ['Publish', 'DeleteTopic'], control: ['AddPermission', 'SetTopicAttributes'] },
  kinesis: {
    read: ['GetRecords', 'SubscribeToShard'],
    put: ['PutRecord', 'PutRecords', 'DeleteStream'],
    control: ['PutResourcePolicy'],
  },
  secretsmanager: {
    read: ['GetSecretValue', 'BatchGetSecretValue'],
    put: ['PutSecretValue', 'UpdateSecret', 'DeleteSecret', 'RotateSecret'],
    control: ['PutResourcePolicy'],
  },
  ssm: {
    read: ['GetParameter', 'GetParameters', 'GetParametersByPath', 'GetParameterHistory'],
    put: ['PutParameter', 'DeleteParameter', 'DeleteParameters'],
    control: [],
  },
  kms: {
    read: ['Decrypt'],
    put: ['Encrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext', 'DisableKey', 'ScheduleKeyDeletion'],
    control: ['PutKeyPolicy', 'CreateGrant'],
  },
  lambda: {
    read: ['GetFunction', 'GetFunctionConfiguration', 'ListFunctions', 'ListVersionsByFunction'],
    put: ['DeleteFunction'],
    control: [],
  },
  ec2: {
    read: ['DescribeInstanceAttribute', 'GetPasswordData', 'DescribeLaunchTemplateVersions', 'GetLaunchTemplateData'],
    put: ['TerminateInstances'],
    control: [],
  },
  ecs: { read: ['DescribeTaskDefinition'], put: ['DeleteService', 'UpdateService'], control: [] },
  codebuild: { read: ['BatchGetProjects', 'BatchGetBuilds'], put: ['DeleteProject'], control: [] },
  logs: {
    read: ['GetLogEvents', 'FilterLogEvents', 'StartQuery', 'StartLiveTail'],
    put: ['PutLogEvents', 'DeleteLogGroup'],
    control: [],
  },
  ecr: {
    read: ['BatchGetImage', 'GetDownloadUrlForLayer'],
    // Only a push changes what is run from the repository.
    put: ['PutImage'],
    control: ['SetRepositoryPolicy'],
  },
  rds: {
    read: ['CopyDBSnapshot', 'DownloadCompleteDBLogFile'],
    put: ['DeleteDBInstance', 'DeleteDBCluster'],
    control: ['ModifyDBInstance', 'ModifyDBCluster'],
  },
};

const LEVEL_OF: ReadonlyMap<string, GrantLevel> = new Map(
  Object.entries(REVIEWED).flatMap(([service, levels]) =>
    (Object.entries(levels) as [GrantLevel, readonly string[]][]).flatMap(([level, names]) =>
      names.map((name): [string, GrantLevel] => [`${service}:${name.toLowerCase()}`, level]),
    ),
  ),
);

export const isReviewed = (service: string): boolean => Object.hasOwn(REVIEWED, service);

/** `action` in lower case. Undefined when this reviewed service's action gives no level by name. */
export const reviewedLevel = (action: string): GrantLevel | undefined => LEVEL_OF.get(action);
