import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { credentialsIn } from '../../../src/collectors/aws/value-search.ts';
import { createFingerprinter } from '../../../src/model/fingerprint.ts';
import { SAMPLE_KEY } from '../../contracts/collecting.ts';
import { reading } from './reading.ts';
import { ACCOUNT, awsSecret, base64, details, iam, item, key, OTHER, role, snapshot, trust, user } from './sample.ts';

const fingerprint = createFingerprinter(SAMPLE_KEY);
const ID = 'AKIA0EXAMPLE00000001';
const GITHUB_TOKEN = ['gh', 'p_', 'a1B2'.repeat(9)].join('');

const FUNCTION = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:resize`;
const lambda = (variables: Record<string, string>) =>
  item('Lambda::Function', FUNCTION, { configuration: { role: iam('role/worker'), environment: { variables } } });

const found = async (...items: readonly unknown[]) => {
  const outcome = await reading({
    [`${ACCOUNT}/a.json`]: details({ roles: [role('worker', trust({ Service: 'lambda.amazonaws.com' }))], users: [user('ci')] }),
    [`${ACCOUNT}/c.json`]: snapshot(...items),
    [`${ACCOUNT}/k.json`]: JSON.stringify({ AccessKeyMetadata: [{ UserName: 'ci', AccessKeyId: ID, Status: 'Active' }] }),
  });
  const ties = outcome.relationships.filter(({ kind }) => ['EXPOSES', 'USES', 'HOLDS', 'READS', 'DEFINES'].includes(kind));
  return { ...outcome, ties: ties.map((one) => `${one.source} ${one.kind} ${one.target} ${one.certainty}`) };
};

describe('values in configurations', () => {
  it('knows an AWS key by its id, with the fingerprint of the secret beside it', async () => {
    const { ties, entity } = await found(lambda({ AWS_ACCESS_KEY_ID: ID, AWS_SECRET_ACCESS_KEY: awsSecret('a') }));
    expect(ties).toEqual([`aws:${FUNCTION} EXPOSES aws:${ID} definite`, `aws:${FUNCTION} USES aws:${ID} definite`]);
    expect(entity(`aws:${ID}`)).toMatchObject({ state: 'active', properties: { fingerprint: fingerprint(awsSecret('a')) } });
    expect(entity(`aws:${ID}`)?.stub).toBeUndefined();
  });

  it('takes an id alone for no proof', async () => {
    const { ties } = await found(lambda({ AWS_ACCESS_KEY_ID: ID, AWS_SECRET_ACCESS_KEY: '****' }));
    expect(ties).toEqual([`aws:${FUNCTION} USES aws:${ID} possible`]);
  });

  it('knows tokens by their form and passwords by their names, and neither by a placeholder', async () => {
    const { ties } = await found(
      lambda({
        GITHUB: GITHUB_TOKEN,
        DB_PASSWORD: 'kT9!vLq2xR',
        DATABASE: 'postgres://app:n0tAWord77@db.internal/shop',
        API_KEY: 'changeme-please',
        SECRET_NAME: 'kT9!vLq2xR7',
        TOKEN: '{{resolve:secretsmanager:db}}',
        CLIENT_SECRET: 'my-client-secret',
      }),
    );
    const exposed = ties.filter((tie) => tie.includes(' EXPOSES ')).map((tie) => tie.split(' ')[2]);
    expect(new Set(exposed)).toEqual(
      new Set([GITHUB_TOKEN, 'kT9!vLq2xR', 'n0tAWord77'].map((value) => `leak:${fingerprint(value)}`)),
    );
  });

  it('reads user data, packed or plain, as a script that holds its values', async () => {
    const script = `#!/bin/sh\nexport AWS_ACCESS_KEY_ID=${ID}\nexport AWS_SECRET_ACCESS_KEY='${awsSecret('c')}'\n`;
    const instance = (name: string, userData: string) =>
      item('EC2::Instance', `arn:aws:ec2:us-east-1:${ACCOUNT}:instance/${name}`, { configuration: { userData } });
    const { ties } = await found(
      instance('plain', base64(script)),
      instance('packed', gzipSync(script).toString('base64')),
      item('EC2::LaunchTemplate', `arn:aws:ec2:us-east-1:${ACCOUNT}:launch-template/lt-1`, {
        configuration: { LaunchTemplateData: { UserData: base64(script) } },
      }),
    );
    expect(ties.map((tie) => tie.replace(/aws:arn:aws:ec2:us-east-1:\d+:/, ''))).toEqual([
      `instance/plain EXPOSES aws:${ID} definite`,
      `instance/plain HOLDS aws:${ID} definite`,
      `instance/packed EXPOSES aws:${ID} definite`,
      `instance/packed HOLDS aws:${ID} definite`,
      `launch-template/lt-1 EXPOSES aws:${ID} definite`,
    ]);
  });

  it('tells two keys of one script apart by the names beside them', () => {
    const [one, two] = ['AKIA0EXAMPLE00000001', 'AKIA0EXAMPLE00000002'];
    const value = [
      `PROD_AWS_ACCESS_KEY_ID=${one}`,
      `PROD_AWS_SECRET_ACCESS_KEY=${awsSecret('p')}`,
      `DEV_AWS_ACCESS_KEY_ID=${two}`,
      `DEV_AWS_SECRET_ACCESS_KEY=${awsSecret('d')}`,
    ].join('\n');
    expect(credentialsIn([{ value }], 'user data', fingerprint).map(({ keyId, fingerprint: mark }) => [keyId, mark])).toEqual([
      [one, fingerprint(awsSecret('p'))],
      [two, fingerprint(awsSecret('d'))],
    ]);
  });

  it('says no value anywhere', async () => {
    const values = [awsSecret('s'), GITHUB_TOKEN, 'kT9!vLq2xR'];
    const { said } = await found(
      lambda({ AWS_ACCESS_KEY_ID: ID, AWS_SECRET_ACCESS_KEY: awsSecret('s'), GITHUB: GITHUB_TOKEN, DB_PASSWORD: 'kT9!vLq2xR' }),
    );
    const text = JSON.stringify(said);
    expect(values.filter((value) => text.includes(value))).toEqual([]);
  });

  it('never takes a text of words, numbers or addresses for a secret, whatever its name', () => {
    const words = fc.array(fc.constantFrom('prod', 'db', 'eu-west-1', 'main', 'service'), { minLength: 1, maxLength: 4 });
    const plain = fc.oneof(
      words.map((list) => list.join('-')),
      fc.integer().map(String),
      words.map((list) => `https://${list.join('.')}/x`),
    );
    fc.assert(
      fc.property(fc.constantFrom('DB_PASSWORD', 'TOKEN', 'apiKey', 'NAME'), plain, (name, value) => {
        expect(credentialsIn([{ name, value }], 'environment', fingerprint)).toEqual([]);
      }),
    );
  });
});

describe('who reads configurations', () => {
  const task = item('ECS::TaskDefinition', `arn:aws:ecs:us-east-1:${ACCOUNT}:task-definition/web:1`);
  const template = item('EC2::LaunchTemplate', `arn:aws:ec2:us-east-1:${ACCOUNT}:launch-template/lt-1`);
  const stack = item('CloudFormation::Stack', `arn:aws:cloudformation:us-east-1:${ACCOUNT}:stack/app/1`);

  it.each([
    ['ecs:DescribeTaskDefinition', [task.ARN]],
    ['ec2:DescribeLaunchTemplateVersions', [template.ARN]],
    ['cloudformation:DescribeStacks', [stack.ARN]],
    ['lambda:ListFunctions', [FUNCTION]],
    ['lambda:GetFunctionConfiguration', [FUNCTION]],
    ['lambda:ListAliases', []],
    ['ecs:ListTaskDefinitions', []],
  ])('gives %s the content of %j', async (action, read) => {
    const outcome = await reading({
      [`${ACCOUNT}/a.json`]: details({ users: [user('one', [{ Action: action }])] }),
      [`${ACCOUNT}/c.json`]: snapshot(task, template, stack, lambda({})),
    });
    const rights = outcome.relationships
      .filter(({ kind }) => kind === 'CAN_READ')
      .map(({ target }) => target.slice('aws:'.length));
    expect(rights).toEqual(read);
  });
});

describe('secrets that configurations name', () => {
  const secret = `arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:db-AbCdEf`;
  const task = (secrets: readonly unknown[], environment: readonly unknown[] = []) =>
    item('ECS::TaskDefinition', `arn:aws:ecs:us-east-1:${ACCOUNT}:task-definition/web:1`, {
      configuration: { containerDefinitions: [{ image: 'nginx', secrets, environment }] },
    });
  const place = `aws:arn:aws:ecs:us-east-1:${ACCOUNT}:task-definition/web:1`;

  it.each([
    ['in full', secret],
    ['with a JSON key', `${secret}:password::`],
    ['without the characters that AWS adds', secret.slice(0, -7)],
  ])('finds a secret that is named %s', async (_, valueFrom) => {
    const { ties } = await found(item('SecretsManager::Secret', secret), task([{ name: 'DB', valueFrom }]));
    expect(ties).toEqual([`${place} READS aws:${secret} definite`]);
  });

  it('finds a parameter by its name', async () => {
    const { ties } = await found(task([{ name: 'DB', valueFrom: '/prod/db' }]));
    expect(ties).toEqual([`${place} READS aws:arn:aws:ssm:us-east-1:${ACCOUNT}:parameter/prod/db definite`]);
  });

  it('ties the secret of a key to the id that is written beside it', async () => {
    const { ties } = await found(
      item('SecretsManager::Secret', secret),
      task([{ name: 'AWS_SECRET_ACCESS_KEY', valueFrom: secret }], [{ name: 'AWS_ACCESS_KEY_ID', value: ID }]),
    );
    expect(ties).toContain(`aws:${secret} EXPOSES aws:${ID} definite`);
  });
});

describe('where code is loaded from', () => {
  const glue = item('Glue::Job', `arn:aws:glue:us-east-1:${ACCOUNT}:job/etl`, {
    configuration: { Command: { ScriptLocation: 's3://code/jobs/etl.py' } },
  });
  const writer = (name: string, resource: string, action = 's3:PutObject') =>
    user(name, [{ Action: action, Resource: resource }]);

  it('lets who may overwrite the object define what runs, and nobody else of the bucket', async () => {
    const outcome = await reading({
      [`${ACCOUNT}/a.json`]: details({
        users: [
          writer('coder', 'arn:aws:s3:::code/jobs/*'),
          writer('logger', 'arn:aws:s3:::code/logs/*'),
          writer('cleaner', 'arn:aws:s3:::code/*', 's3:DeleteObject'),
        ],
      }),
      [`${ACCOUNT}/c.json`]: snapshot(glue, item('S3::Bucket', 'arn:aws:s3:::code')),
    });
    expect(outcome.edges).toContain(`aws:arn:aws:s3:::code/jobs/etl.py DEFINES aws:${glue.ARN}`);
    const put = outcome.relationships.filter(({ target }) => target === 'aws:arn:aws:s3:::code/jobs/etl.py');
    const holders = put.filter(({ kind }) => kind === 'CAN_PUT').map(({ source }) => source);
    const able = outcome.relationships.filter(({ kind, target }) => kind === 'HAS_GRANT' && holders.includes(target));
    expect(able.map(({ source }) => source)).toEqual([key('user/coder')]);
  });

  it('takes a digest, or a tag that cannot move, for nobody to change', async () => {
    const repository = `arn:aws:ecr:us-east-1:${ACCOUNT}:repository/web`;
    const image = (suffix: string) =>
      item('ECS::TaskDefinition', `arn:aws:ecs:us-east-1:${ACCOUNT}:task-definition/web:1`, {
        configuration: { containerDefinitions: [{ image: `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/web${suffix}` }] },
      });
    const fixed = item('ECR::Repository', repository, { configuration: { ImageTagMutability: 'IMMUTABLE' } });
    expect((await found(image(':latest'))).ties).toHaveLength(1);
    expect((await found(image(`@sha256:${'0'.repeat(64)}`))).ties).toEqual([]);
    expect((await found(image(':latest'), fixed)).ties).toEqual([]);
  });

  it('asks for a deployment where a function keeps a copy of its code', async () => {
    const one = item('Lambda::Function', FUNCTION, { configuration: { Code: { S3Bucket: 'code', S3Key: 'a.zip' } } });
    const { relationships } = await found(one);
    expect(relationships.filter(({ kind }) => kind === 'DEFINES')).toMatchObject([
      { source: 'aws:arn:aws:s3:::code/a.zip', certainty: 'conditional', conditionClass: 'time' },
    ]);
  });
});

it('reads the key of another account for that account', async () => {
  const outcome = await reading({
    [`${ACCOUNT}/c.json`]: snapshot(lambda({ AWS_ACCESS_KEY_ID: ID, AWS_SECRET_ACCESS_KEY: awsSecret('x') })),
    [`${OTHER}/a.json`]: details({ users: [user('ci', [], {}, OTHER)] }),
    [`${OTHER}/k.json`]: JSON.stringify({ AccessKeyMetadata: [{ UserName: 'ci', AccessKeyId: ID, Status: 'Active' }] }),
  });
  const claims = outcome.entities.filter(({ key: of }) => of === `aws:${ID}`);
  expect(claims.map(({ stub = false, properties }) => [stub, properties?.['fingerprint']])).toEqual([
    [true, fingerprint(awsSecret('x'))],
    [false, fingerprint(awsSecret('x'))],
  ]);
});
