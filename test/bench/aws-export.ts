/** A generated AWS export of about so many megabytes: users and roles with policies of their own, buckets and functions. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ACCOUNT = '222200003333';
const arn = (rest: string): string => `arn:aws:iam::${ACCOUNT}:${rest}`;

const statement = (n: number, i: number) => ({
  Sid: `Work${i}`,
  Effect: 'Allow',
  Action: ['s3:GetObject', 's3:PutObject', 's3:ListBucket', 'dynamodb:GetItem', 'dynamodb:Query'].slice(i % 3, 3 + (i % 3)),
  Resource: [`arn:aws:s3:::bench-${(n * 7 + i) % 4000}`, `arn:aws:s3:::bench-${(n * 7 + i) % 4000}/*`],
  Condition: i % 4 === 0 ? { StringEquals: { 'aws:RequestedRegion': 'eu-central-1' } } : undefined,
});

const role = (n: number) => ({
  Path: '/',
  RoleName: `service-${n}`,
  RoleId: `AROA0BENCH${String(n).padStart(10, '0')}`,
  Arn: arn(`role/service-${n}`),
  CreateDate: '2025-01-01T00:00:00+00:00',
  AssumeRolePolicyDocument: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: n % 10 === 0 ? { AWS: arn(`role/service-${n + 1}`) } : { Service: 'lambda.amazonaws.com' },
        Action: 'sts:AssumeRole',
      },
    ],
  },
  InstanceProfileList: [],
  RolePolicyList: [
    {
      PolicyName: 'work',
      PolicyDocument: { Version: '2012-10-17', Statement: Array.from({ length: 12 }, (_, i) => statement(n, i)) },
    },
  ],
  AttachedManagedPolicies: [],
  Tags: [{ Key: 'team', Value: `team-${n % 50}` }],
  MaxSessionDuration: 3600,
});

const bucket = (n: number) => ({
  configurationItemVersion: '1.3',
  configurationItemCaptureTime: '2026-03-01T00:00:00.000Z',
  configurationItemStatus: 'OK',
  awsAccountId: ACCOUNT,
  resourceType: 'AWS::S3::Bucket',
  resourceId: `bench-${n}`,
  resourceName: `bench-${n}`,
  ARN: `arn:aws:s3:::bench-${n}`,
  awsRegion: 'eu-central-1',
  tags: { team: `team-${n % 50}` },
  configuration: { name: `bench-${n}`, creationDate: '2024-06-01T00:00:00.000Z', owner: { id: 'x'.repeat(64) } },
  supplementaryConfiguration: {
    BucketVersioningConfiguration: { status: 'Enabled' },
    ServerSideEncryptionConfiguration: { rules: [{ bucketKeyEnabled: true }] },
  },
});

/** Writes the export and returns its size in bytes. */
export function writeAwsExport(folder: string, megabytes: number): number {
  const place = join(folder, ACCOUNT);
  mkdirSync(place, { recursive: true });
  const perRole = JSON.stringify(role(1), null, 1).length;
  const roles = Math.floor((megabytes * 0.9 * 1_048_576) / perRole);
  const details = JSON.stringify(
    {
      UserDetailList: [],
      GroupDetailList: [],
      RoleDetailList: Array.from({ length: roles }, (_, n) => role(n)),
      Policies: [],
      IsTruncated: false,
    },
    null,
    1,
  );
  const snapshot = JSON.stringify({ fileVersion: '1.0', configurationItems: Array.from({ length: 4000 }, (_, n) => bucket(n)) });
  writeFileSync(join(place, 'authorization-details.json'), details);
  writeFileSync(join(place, 'config-snapshot.json'), snapshot);
  return details.length + snapshot.length;
}
