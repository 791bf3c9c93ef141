import {
  type Bucket,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetPublicAccessBlockCommand,
  ListBucketsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { operation } from '../../../apis/aws/operation.ts';
import { paged, pages } from '../../../apis/aws/pages.ts';
import type { Session } from '../../../apis/aws/session.ts';
import { configItems, type ListedThing } from './config-item.ts';
import type { Asking, Endpoint } from './endpoint.ts';

const listBuckets = paged(
  operation('s3:ListAllMyBuckets', S3Client, ListBucketsCommand),
  'ContinuationToken',
  'ContinuationToken',
);
const getLocation = operation('s3:GetBucketLocation', S3Client, GetBucketLocationCommand);
const getPolicy = operation('s3:GetBucketPolicy', S3Client, GetBucketPolicyCommand);
const getEncryption = operation('s3:GetEncryptionConfiguration', S3Client, GetBucketEncryptionCommand);
const getTags = operation('s3:GetBucketTagging', S3Client, GetBucketTaggingCommand);
const getPublicAccessBlock = operation('s3:GetBucketPublicAccessBlock', S3Client, GetPublicAccessBlockCommand);

/** Every bucket of the account, whatever its region, with its policy. */
export const buckets: Endpoint = {
  name: 's3-buckets',
  where: 'account',
  operations: [listBuckets, getLocation, getPolicy, getEncryption, getTags, getPublicAccessBlock],
  async *answers(asking) {
    const things: ListedThing[] = [];
    for await (const page of pages(asking.aws, listBuckets, { MaxBuckets: 1000 }))
      things.push(...(await Promise.all((page.Buckets ?? []).map((bucket) => described(asking, bucket)))).flat());
    yield configItems(this.name, asking, things);
  },
};

async function described(asking: Asking, { Name, CreationDate, BucketRegion }: Bucket): Promise<ListedThing[]> {
  if (!Name) return [];
  const region = BucketRegion ?? (await regionOf(asking, Name));
  const aws = region === undefined ? asking.aws : asking.aws.in(region);
  return [
    {
      type: 'AWS::S3::Bucket',
      arn: `arn:${asking.partition}:s3:::${Name}`,
      id: Name,
      createdAt: CreationDate,
      region,
      tags: (await asking.attempt(aws.call(getTags, { Bucket: Name })))?.TagSet,
      configuration: { name: Name },
      supplementary: await documentsOf(asking, aws, Name),
    },
  ];
}

async function documentsOf({ attempt }: Asking, aws: Session, Bucket: string): Promise<Record<string, unknown>> {
  const policy = (await attempt(aws.call(getPolicy, { Bucket })))?.Policy;
  const block = (await attempt(aws.call(getPublicAccessBlock, { Bucket })))?.PublicAccessBlockConfiguration;
  const encryption = (await attempt(aws.call(getEncryption, { Bucket })))?.ServerSideEncryptionConfiguration;
  return {
    ...(policy !== undefined && { BucketPolicy: { policyText: policy } }),
    ...(block && {
      PublicAccessBlockConfiguration: {
        blockPublicAcls: block.BlockPublicAcls,
        ignorePublicAcls: block.IgnorePublicAcls,
        blockPublicPolicy: block.BlockPublicPolicy,
        restrictPublicBuckets: block.RestrictPublicBuckets,
      },
    }),
    ...(encryption && {
      ServerSideEncryptionConfiguration: {
        rules: (encryption.Rules ?? []).map(({ ApplyServerSideEncryptionByDefault: rule }) => ({
          applyServerSideEncryptionByDefault: { sseAlgorithm: rule?.SSEAlgorithm, kmsMasterKeyID: rule?.KMSMasterKeyID },
        })),
      },
    }),
  };
}

/** No constraint is us-east-1, `EU` is what eu-west-1 once was called. */
async function regionOf({ aws, attempt }: Asking, Bucket: string): Promise<string | undefined> {
  const answer = await attempt(aws.call(getLocation, { Bucket }));
  if (!answer) return undefined;
  const constraint: string | undefined = answer.LocationConstraint;
  return constraint === 'EU' ? 'eu-west-1' : constraint || 'us-east-1';
}
