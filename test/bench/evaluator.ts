/**
 * What a verdict costs: `npx tsx test/bench/evaluator.ts` prints one JSON document. Processor time of one core; policies are compiled once, each
 * request is new. A typical case: two identity policies and a boundary, a bucket policy, two levels of service control, a dozen
 * statements with conditions and variables.
 */
import { compilePolicy, IDENTITY_POLICY, type Policy, RESOURCE_POLICY } from '../../src/iam/aws/document.ts';
import { type AccessRequest, evaluate, type PolicyLayers } from '../../src/iam/aws/evaluate.ts';
import { completeFacts } from '../../src/iam/aws/facts.ts';

const ACCOUNT = '111122223333';
const policy = (name: string, statements: readonly object[], kind = IDENTITY_POLICY): Policy =>
  compilePolicy(name, { Version: '2012-10-17', Statement: statements }, kind);

const everything = { Effect: 'Allow', Action: '*', Resource: '*' };
const layers: PolicyLayers = {
  identity: [
    policy('objects', [
      { Effect: 'Allow', Action: ['s3:Get*', 's3:List*'], Resource: ['arn:aws:s3:::app-*/*', 'arn:aws:s3:::app-*'] },
      { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::home/${aws:username}/*' },
      {
        Effect: 'Deny',
        Action: 's3:Delete*',
        Resource: '*',
        Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
      },
    ]),
    policy('queues', [
      { Effect: 'Allow', Action: ['sqs:SendMessage', 'sqs:ReceiveMessage'], Resource: `arn:aws:sqs:*:${ACCOUNT}:app-*` },
      {
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: '*',
        Condition: { StringEquals: { 'aws:PrincipalTag/team': 'app' } },
      },
    ]),
  ],
  boundary: [policy('boundary', [{ Effect: 'Allow', Action: ['s3:*', 'sqs:*', 'kms:*'], Resource: '*' }])],
  resource: policy(
    'bucket',
    [
      {
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: ['arn:aws:s3:::app-data', 'arn:aws:s3:::app-data/*'],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/reader` },
        Action: 's3:GetObject',
        Resource: 'arn:aws:s3:::app-data/*',
      },
    ],
    RESOURCE_POLICY,
  ),
  serviceControl: [
    [
      policy('full access', [everything]),
      policy('regions', [
        {
          Effect: 'Deny',
          NotAction: ['iam:*', 'sts:*', 'organizations:*'],
          Resource: '*',
          Condition: { StringNotEquals: { 'aws:RequestedRegion': ['eu-west-1', 'eu-central-1'] } },
        },
      ]),
    ],
    [policy('full access', [everything])],
  ],
};

const ASKED: readonly (readonly [action: string, resource: string])[] = [
  ['s3:GetObject', 'arn:aws:s3:::app-data/'],
  ['s3:PutObject', 'arn:aws:s3:::home/ann/'],
  ['s3:ListBucket', 'arn:aws:s3:::app-'],
  ['sqs:SendMessage', `arn:aws:sqs:eu-west-1:${ACCOUNT}:app-`],
  ['s3:GetObject', 'arn:aws:s3:::app-other/'],
  ['s3:DeleteObject', 'arn:aws:s3:::app-data/'],
  ['ec2:RunInstances', `arn:aws:ec2:eu-west-1:${ACCOUNT}:instance/`],
];
const REGIONS = ['eu-west-1', 'us-east-1'];

/** Different requests, so that no answer can be remembered. */
function requests(count: number): AccessRequest[] {
  return Array.from({ length: count }, (_, i) => ({
    who: { arn: `arn:aws:iam::${ACCOUNT}:user/ann`, type: 'iam', account: ACCOUNT },
    action: ASKED[i % ASKED.length]?.[0] as string,
    resource: `${ASKED[i % ASKED.length]?.[1]}${i}`,
    resourceAccount: ACCOUNT,
    facts: completeFacts({
      'aws:username': 'ann',
      'aws:SecureTransport': 'true',
      'aws:RequestedRegion': REGIONS[i % 8 === 0 ? 1 : 0] as string,
      'aws:PrincipalTag/team': 'app',
      'aws:MultiFactorAuthPresent': String(i % 2 === 0),
    }),
  }));
}

export function evaluatorBench({ verdicts = 400_000, batch = 1000 } = {}) {
  const counts: Record<string, number> = {};
  let ms = 0;
  for (const warm of [true, false])
    for (let done = 0; done < (warm ? batch * 50 : verdicts); done += batch) {
      const asked = requests(batch);
      const begin = process.cpuUsage();
      const answers = asked.map((request) => evaluate(request, layers).verdict);
      if (warm) continue;
      const { user, system } = process.cpuUsage(begin);
      ms += (user + system) / 1000;
      for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1;
    }
  return {
    verdicts,
    perSecond: Math.round((verdicts / ms) * 1000),
    counts,
    peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

if (import.meta.url === `file://${process.argv[1]}`) process.stdout.write(`${JSON.stringify(evaluatorBench())}\n`);
