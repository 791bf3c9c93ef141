/**
 * No secret value ever reaches the store, a log, an answer or an error. Made-up values are planted wherever a source may carry one;
 * the product is used; then all that it wrote is searched, also for the values in other clothes.
 *
 * Values are made at run time, so that nothing in the tree looks like a secret.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import Database from 'libsql';
import { beforeAll, describe, expect, it } from 'vitest';
import { cliWith, FINGERPRINT_KEY, finished, heard, startCli, workspace } from './cli.ts';

const random = (bytes = 15): string => randomBytes(bytes).toString('base64url').replaceAll(/[-_]/g, 'x');
/** 40 characters, as AWS makes them. */
const awsSecret = (): string => randomBytes(30).toString('base64');
const keyId = (prefix: string): string =>
  prefix + [...randomBytes(16)].map((byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32]).join('');
const githubToken = (): string =>
  `gh${'p'}_${random(40)
    .replaceAll(/[^A-Za-z0-9]/g, 'a')
    .slice(0, 36)}`;

const ACCOUNT = '222200003333';

/** Every planted value by where it is. */
const planted = {
  lambdaEnvironment: random(),
  lambdaUrlPassword: random(),
  ecsEnvironment: awsSecret(),
  userData: random(),
  launchTemplateUserData: random(),
  codeBuildVariable: random(),
  stackParameter: random(),
  workflowEnv: githubToken(),
  workflowRun: random(),
  workflowWith: awsSecret(),
  gitleaks: awsSecret(),
  gitleaksOld: githubToken(),
  trufflehog: awsSecret(),
  sarif: githubToken(),
  trailSession: random(120),
  trailSecret: awsSecret(),
  trailPassword: random(),
  trailParameter: random(),
  declaredKey: awsSecret(),
  brokenWorkflow: githubToken(),
  postgresPassword: random(),
  malformedUrlPassword: random(),
  neo4jPassword: random(),
  sealKey: randomBytes(32).toString('base64'),
  redisPassword: random(),
  fingerprintKey: FINGERPRINT_KEY,
  graphqlArgument: random(),
  bearer: random(),
} as const;

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const configItem = (resourceType: string, name: string, configuration: unknown, service: string) => ({
  configurationItemVersion: '1.3',
  configurationItemCaptureTime: '2026-03-14T04:00:00.000Z',
  configurationItemStatus: 'OK',
  awsAccountId: ACCOUNT,
  resourceType,
  resourceId: name,
  resourceName: name,
  ARN: `arn:aws:${service}:eu-central-1:${ACCOUNT}:${name}`,
  awsRegion: 'eu-central-1',
  tags: {},
  configuration,
  supplementaryConfiguration: {},
});

const role = `arn:aws:iam::${ACCOUNT}:role/app`;
const snapshot = {
  fileVersion: '1.0',
  configSnapshotId: '00000000-0000-4000-8000-00000000000f',
  configurationItems: [
    configItem(
      'AWS::Lambda::Function',
      'function:pay',
      {
        functionName: 'pay',
        role,
        environment: {
          variables: {
            API_SECRET: planted.lambdaEnvironment,
            DATABASE_URL: `postgres://app:${planted.lambdaUrlPassword}@db.internal/app`,
          },
        },
      },
      'lambda',
    ),
    configItem(
      'AWS::ECS::TaskDefinition',
      'task-definition/web:1',
      {
        family: 'web',
        taskRoleArn: role,
        containerDefinitions: [{ name: 'web', environment: [{ name: 'AWS_SECRET_ACCESS_KEY', value: planted.ecsEnvironment }] }],
      },
      'ecs',
    ),
    configItem(
      'AWS::EC2::Instance',
      'instance/i-0123456789abcdef0',
      { instanceId: 'i-0123456789abcdef0', userData: base64(`#!/bin/sh\nexport TOKEN=${planted.userData}\n`) },
      'ec2',
    ),
    configItem(
      'AWS::EC2::LaunchTemplate',
      'launch-template/lt-0123456789abcdef0',
      { launchTemplateData: { userData: base64(`PASSWORD=${planted.launchTemplateUserData}`) } },
      'ec2',
    ),
    configItem(
      'AWS::CodeBuild::Project',
      'project/build',
      {
        name: 'build',
        serviceRole: role,
        environment: { environmentVariables: [{ name: 'NPM_TOKEN', type: 'PLAINTEXT', value: planted.codeBuildVariable }] },
      },
      'codebuild',
    ),
    configItem(
      'AWS::CloudFormation::Stack',
      'stack/shop/1',
      { stackName: 'shop', parameters: [{ parameterKey: 'DbPassword', parameterValue: planted.stackParameter }] },
      'cloudformation',
    ),
  ],
};

const details = {
  UserDetailList: [
    {
      Path: '/',
      UserName: 'ci',
      UserId: 'AIDA0EXAMPLE000000091',
      Arn: `arn:aws:iam::${ACCOUNT}:user/ci`,
      CreateDate: '2024-01-01T00:00:00Z',
    },
  ],
  GroupDetailList: [],
  RoleDetailList: [
    {
      Path: '/',
      RoleName: 'app',
      RoleId: 'AROA0EXAMPLE000000091',
      Arn: role,
      CreateDate: '2024-01-01T00:00:00Z',
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      RolePolicyList: [],
      AttachedManagedPolicies: [],
      InstanceProfileList: [],
      Tags: [],
    },
  ],
  Policies: [],
};

const workflow = `name: Deploy
on: push
jobs:
  deploy:
    runs-on: ubuntu-24.04
    env:
      GITHUB_PAT: ${planted.workflowEnv}
    steps:
      - uses: some/action@v1
        with: { aws-secret-access-key: "${planted.workflowWith}" }
      - run: |
          curl -H 'Authorization: Bearer ${planted.workflowRun}' https://api.example
`;

const known = keyId('AKIA');
const gitleaks = [
  {
    Description: 'AWS secret key',
    RuleID: 'aws-secret',
    StartLine: 4,
    EndLine: 4,
    StartColumn: 1,
    EndColumn: 40,
    Match: `secret = ${planted.gitleaks}`,
    Secret: planted.gitleaks,
    File: 'config/a.env',
    Commit: '5f2c9d1e8a7b4c3d2e1f0a9b8c7d6e5f4a3b2c1d',
    Entropy: 4.1,
    Author: 'A',
    Email: 'a@example.org',
    Date: '2026-03-13T16:40:00Z',
    Message: `oops ${planted.gitleaks}`,
    Tags: [],
    Fingerprint: '5f2c9d1e8a7b4c3d2e1f0a9b8c7d6e5f4a3b2c1d:config/a.env:aws-secret:4',
  },
];
const gitleaksOld = [
  {
    line: `token: ${planted.gitleaksOld}`,
    lineNumber: 7,
    offender: planted.gitleaksOld,
    commit: '6f2c9d1e8a7b4c3d2e1f0a9b8c7d6e5f4a3b2c1d',
    repo: 'shop',
    rule: 'GitHub PAT',
    commitMessage: 'x',
    author: 'A',
    email: 'a@example.org',
    file: 'b.yml',
    date: '2026-03-13T16:40:00Z',
    tags: 'key',
  },
];
const trufflehog = {
  SourceMetadata: {
    Data: {
      Git: {
        commit: '7f2c9d1e8a7b4c3d2e1f0a9b8c7d6e5f4a3b2c1d',
        file: 'c.env',
        line: 2,
        repository: 'https://github.com/acme/shop',
      },
    },
  },
  SourceID: 1,
  SourceType: 16,
  SourceName: 'trufflehog - git',
  DetectorType: 2,
  DetectorName: 'AWS',
  DecoderName: 'PLAIN',
  Verified: true,
  Raw: known,
  RawV2: `${known}:${planted.trufflehog}`,
  Redacted: known,
  ExtraData: { account: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:user/ci` },
  StructuredData: null,
};
const sarif = {
  version: '2.1.0',
  $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
  runs: [
    {
      tool: { driver: { name: 'gitleaks', rules: [{ id: 'github-pat' }] } },
      results: [
        {
          ruleId: 'github-pat',
          message: { text: `github-pat has detected secret for file d.yml: ${planted.sarif}` },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: 'd.yml' },
                region: { startLine: 3, snippet: { text: `token: ${planted.sarif}` } },
              },
            },
          ],
        },
      ],
    },
  ],
};

const event = (eventName: string, eventSource: string, requestParameters: unknown, responseElements: unknown) => ({
  eventVersion: '1.11',
  eventID: `10000000-0000-4000-8000-${randomBytes(6).toString('hex')}`,
  requestID: `20000000-0000-4000-8000-${randomBytes(6).toString('hex')}`,
  eventTime: '2026-03-14T10:00:00Z',
  eventName,
  eventSource: `${eventSource}.amazonaws.com`,
  awsRegion: 'eu-central-1',
  eventType: 'AwsApiCall',
  eventCategory: 'Management',
  managementEvent: true,
  readOnly: false,
  recipientAccountId: ACCOUNT,
  sourceIPAddress: '198.51.100.40',
  userAgent: 'aws-cli/2.1',
  userIdentity: {
    type: 'IAMUser',
    principalId: 'AIDA0EXAMPLE000000091',
    arn: `arn:aws:iam::${ACCOUNT}:user/ci`,
    accountId: ACCOUNT,
    userName: 'ci',
    accessKeyId: known,
  },
  requestParameters,
  responseElements,
});

const trail = {
  Records: [
    event(
      'AssumeRole',
      'sts',
      { roleArn: role, roleSessionName: 'x' },
      {
        credentials: {
          accessKeyId: keyId('ASIA'),
          sessionToken: planted.trailSession,
          secretAccessKey: planted.trailSecret,
          expiration: 'Mar 14, 2026, 11:00:00 AM',
        },
        assumedRoleUser: { assumedRoleId: 'AROA0EXAMPLE000000091:x', arn: `arn:aws:sts::${ACCOUNT}:assumed-role/app/x` },
      },
    ),
    event('CreateLoginProfile', 'iam', { userName: 'ci', password: planted.trailPassword }, null),
    event('PutParameter', 'ssm', { name: '/app/key', type: 'SecureString', value: planted.trailParameter }, null),
  ],
};

const url = `postgres://collector:${planted.postgresPassword}@127.0.0.1:1/app`;
const configuration = `clock: "2026-03-14T18:00:00Z"
sources:
  - { name: aws, type: aws, files: ./aws }
  - { name: code, type: github, files: ./code }
  - { name: leaks, type: scanner, files: ./leaks }
  - { name: trail, type: cloudtrail, files: ./trail }
  - { name: facts, type: declared, files: ./facts }
  - { name: db, type: postgres, live: { url: "\${DATABASE}" } }
  - { name: malformed, type: postgres, live: { url: "\${MALFORMED}" } }
enforcers: { db: { type: postgres, source: db, url: "\${DATABASE}" } }
http: { port: 0 }
`;

/** A value as it may be hidden in a text. */
function clothes(value: string): string[] {
  const bytes = Buffer.from(value);
  // A value inside a longer text that was encoded as a whole starts at any of three offsets: the middle is the same in each.
  const inside = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replaceAll('=', '');
    return encoded.slice(shift === 0 ? 0 : 4, encoded.length - 2);
  });
  const all = [
    value,
    ...inside,
    bytes.toString('base64url'),
    bytes.toString('hex'),
    encodeURIComponent(value),
    value.split('').reverse().join(''),
  ];
  return [...new Set(all)].filter((text) => text.length >= 12);
}

function leaksIn(text: string, values: Readonly<Record<string, string>> = planted): string[] {
  const lower = text.toLowerCase();
  return Object.entries(values)
    .filter(([, value]) => clothes(value).some((form) => text.includes(form) || lower.includes(form.toLowerCase())))
    .map(([name]) => name);
}

/** Every cell of every table, and the bytes of the files themselves. */
function everythingStored(folder: string): string {
  const parts: string[] = [];
  const database = new Database(join(folder, 'interlock.db'));
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as { name: string }[];
  for (const { name } of tables) {
    for (const row of database.prepare(`SELECT * FROM "${name}"`).all() as Record<string, unknown>[]) {
      for (const cell of Object.values(row)) parts.push(Buffer.isBuffer(cell) ? cell.toString('latin1') : String(cell));
    }
  }
  database.close();
  for (const file of readdirSync(folder).filter((name) => /interlock\.db/.test(name)))
    parts.push(readFileSync(join(folder, file), 'latin1'));
  return parts.join('\n');
}

let folder: string;
const environment = {
  DATABASE: url,
  MALFORMED: `postgres://collector:${planted.malformedUrlPassword}@host:port/app`,
  INTERLOCK_SEAL_KEY: planted.sealKey,
};
const said = new Map<string, string>();

const use = (...words: string[]): Promise<void> => useWith({}, ...words);

async function useWith(more: Readonly<Record<string, string>>, ...words: string[]): Promise<void> {
  const { out, err } = await cliWith({ ...environment, ...more }, folder, ...words);
  expect(err).not.toContain('error of the program');
  said.set([...Object.keys(more), ...words].join(' '), out + err);
}

beforeAll(async () => {
  folder = workspace({
    'interlock.yaml': configuration,
    [`aws/${ACCOUNT}/details.json`]: JSON.stringify(details),
    [`aws/${ACCOUNT}/snapshot.json`]: JSON.stringify(snapshot),
    'code/acme/shop/.github/workflows/deploy.yml': workflow,
    'code/acme/broken/.github/workflows/deploy.yml': `jobs: { a: b: ${planted.brokenWorkflow}`,
    'facts/pasted.yaml': `copies: [{ place: "app:x", credential: "${planted.declaredKey}" }]\n`,
    'leaks/gitleaks.json': JSON.stringify(gitleaks),
    'leaks/gitleaks-7.json': JSON.stringify(gitleaksOld),
    'leaks/trufflehog.jsonl': `${JSON.stringify(trufflehog)}\n`,
    'leaks/sarif.json': JSON.stringify(sarif),
    // A broken report: an error that quotes what it found would quote the value.
    'leaks/broken.json': JSON.stringify(gitleaks).slice(0, -30),
    'trail/day.json': JSON.stringify(trail),
  });
  await use('collect');
  await use('analyze');
  for (const words of [
    ['reach', known, '--items', '--json'],
    ['risks', '--json'],
    ['incident', known, '--since', '2026-03-14T09:00:00Z'],
  ]) {
    await use(...words);
  }
  for (const words of [
    ['incident', known, '--json'],
    ['plan', known],
    ['export'],
    ['export', '--format', 'csv'],
    ['export', '--all'],
  ]) {
    await use(...words);
  }
  for (const words of [
    ['doctor', '--json'],
    ['collect', '--json'],
    ['search', 'leak', '--json'],
    ['audit', 'export'],
  ])
    await use(...words);
  await useWith({ INTERLOCK_QUEUE: `redis://:${planted.redisPassword}@127.0.0.1:1/0` }, 'doctor');
  await useWith({ INTERLOCK_STORE: `neo4j://neo4j:${planted.neo4jPassword}@127.0.0.1:1/neo4j` }, 'doctor');
}, 120_000);

it('read what was planted: the sources were not simply skipped', () => {
  const text = said.get('export') ?? '';
  const parts = ['function:pay', 'acme/shop/.github/workflows/deploy.yml#deploy', 'leak:fp:', known, 'config/a.env', 'd.yml'];
  expect(parts.filter((part) => !text.includes(part))).toEqual([]);
  const answer = said.get('collect --json')?.split('\n', 1)[0] as string;
  const { sources } = JSON.parse(answer) as { sources: { name: string; errors: string[] }[] };
  expect(sources.filter(({ errors }) => errors.length > 0).map(({ name }) => name)).toEqual([
    'code',
    'leaks',
    'facts',
    'db',
    'malformed',
  ]);
});

it('finds what it looks for: the search is not blind', () => {
  const value = planted.gitleaks;
  for (const text of [
    value,
    `x${base64(`ab${value}cd`)}`,
    Buffer.from(value).toString('hex'),
    encodeURIComponent(value),
    value.toUpperCase(),
  ]) {
    expect(leaksIn(`before ${text} after`)).toContain('gitleaks');
  }
  expect(leaksIn(gzipSync(value).toString('latin1'))).toEqual([]);
});

it('says no planted value on stdout or stderr, whatever the command', () => {
  for (const [words, text] of said) expect(leaksIn(text), words).toEqual([]);
});

it('keeps no planted value in any cell of the store, nor in its files', () => {
  expect(existsSync(join(folder, 'interlock.db'))).toBe(true);
  expect(leaksIn(everythingStored(folder))).toEqual([]);
});

describe('a server', () => {
  it('gives no planted value in answers, errors or logs, and keeps tokens as hashes', async () => {
    const server = startCli(folder, ['serve'], { env: environment });
    const ended = finished(server);
    try {
      const [[first], [, address = '']] = await Promise.all([
        once(server.stdout!, 'data') as Promise<[Buffer]>,
        heard(server, /listens on (\S+)/),
      ]);
      const token = first.toString().trim();
      const ask = async (query: string, bearer = token): Promise<string> => {
        const response = await fetch(address, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
          body: JSON.stringify({ query }),
        });
        return `${response.status} ${await response.text()}`;
      };
      const answers = [
        await ask('{ entities(first: 50) { edges { node { key name properties } } } sources { name scopes { scope missing } } }'),
        await ask('mutation { collect(sources: ["db"]) { ok { name } error { message } } }'),
        await ask('{ search(text: "pay") { key } }', planted.bearer),
      ];
      expect(answers[0]).toMatch(/^200 .*function:pay/s);
      expect(answers[1]).toMatch(/^200 .*"name":"collect"/s);
      expect(answers[2]).toMatch(/^401 /);
      for (const text of answers) expect(leaksIn(text)).toEqual([]);
      const refused = await ask(`{ entity(key: "${planted.graphqlArgument}") { nonsense } }`);
      expect(refused).toContain('Cannot query field');
      expect(leaksIn(refused)).toEqual([]);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      server.kill('SIGTERM');
      const { out, err, code } = await ended;
      expect(code).toBe(0);
      expect(leaksIn(out + err)).toEqual([]);
      expect(leaksIn(everythingStored(folder), { ...planted, token })).toEqual([]);
    } finally {
      server.kill('SIGKILL');
    }
  });
});
