/** An account of its own on an emulator that enforces IAM, and what its users may do there. */
import { randomBytes, randomInt } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AccessKey,
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, type Credentials, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';

export const REGION = 'eu-west-1';

export interface TestCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

interface Clients {
  readonly iam: IAMClient;
  readonly sts: STSClient;
  readonly s3: S3Client;
  readonly secrets: SecretsManagerClient;
  readonly ssm: SSMClient;
  readonly organizations: OrganizationsClient;
}

export interface AwsAccount extends AsyncDisposable {
  readonly id: string;
  /** As its root user. */
  readonly root: Clients;
  name(prefix: string): string;
  as(credentials: TestCredentials): Clients;
  /** A user that may do everything, with a key. */
  user(prefix?: string): Promise<{ readonly name: string; readonly arn: string; readonly key: TestCredentials }>;
  /** A role that may do everything, and that these may assume; the account by default. */
  role(principal?: string): Promise<{ readonly name: string; readonly arn: string }>;
  assume(by: TestCredentials, roleArn: string): Promise<TestCredentials>;
  sessionOf(key: TestCredentials): Promise<TestCredentials>;
  /** `allowed`, or the code of the refusal, of a call that IAM decides. */
  call(credentials: TestCredentials): Promise<string>;
  /** Makes these credentials what the profile of that name is, in this process and its children. */
  profile(name: string, credentials: TestCredentials): Promise<void>;
}

export const allow = (action: string | readonly string[] = '*', resource = '*'): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: resource }] });

export const trusting = (principal: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole' }],
  });

/** The emulator takes an account's id for the key of its root user. */
export async function openAwsAccount(endpoint: string, id = String(randomInt(1e11, 1e12))): Promise<AwsAccount> {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-aws-'));
  const profiles: string[] = [];
  const as = (credentials: TestCredentials): Clients => {
    const settings = { endpoint, region: REGION, credentials, maxAttempts: 1 };
    return {
      iam: new IAMClient(settings),
      sts: new STSClient(settings),
      s3: new S3Client({ ...settings, forcePathStyle: true }),
      secrets: new SecretsManagerClient(settings),
      ssm: new SSMClient(settings),
      organizations: new OrganizationsClient(settings),
    };
  };
  const root = as({ accessKeyId: id, secretAccessKey: 'root' });
  const name = (prefix: string): string => `${prefix}-${randomBytes(4).toString('hex')}`;
  const credentialsOf = (found: AccessKey | Credentials | undefined): TestCredentials => ({
    accessKeyId: found?.AccessKeyId ?? '',
    secretAccessKey: found?.SecretAccessKey ?? '',
    ...(found && 'SessionToken' in found && { sessionToken: found.SessionToken ?? '' }),
  });
  return {
    id,
    root,
    name,
    as,
    async user(prefix = 'ci') {
      const UserName = name(prefix);
      const { User } = await root.iam.send(new CreateUserCommand({ UserName }));
      await root.iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'all', PolicyDocument: allow() }));
      const { AccessKey } = await root.iam.send(new CreateAccessKeyCommand({ UserName }));
      return { name: UserName, arn: User?.Arn ?? '', key: credentialsOf(AccessKey) };
    },
    async role(principal = `arn:aws:iam::${id}:root`) {
      const RoleName = name('role');
      const { Role } = await root.iam.send(
        new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trusting(principal), MaxSessionDuration: 7200 }),
      );
      await root.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'all', PolicyDocument: allow() }));
      return { name: RoleName, arn: Role?.Arn ?? '' };
    },
    async assume(by, RoleArn) {
      const { Credentials } = await as(by).sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'test' }));
      return credentialsOf(Credentials);
    },
    async sessionOf(key) {
      return credentialsOf((await as(key).sts.send(new GetSessionTokenCommand({}))).Credentials);
    },
    async call(credentials) {
      try {
        await as(credentials).s3.send(new ListBucketsCommand({}));
        return 'allowed';
      } catch (error) {
        return (error as Error).name;
      }
    },
    async profile(profile, { accessKeyId, secretAccessKey, sessionToken }) {
      profiles.push(`[${profile}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}`);
      if (sessionToken !== undefined) profiles.push(`aws_session_token = ${sessionToken}`);
      // A name of its own for each state: the SDK reads a file once.
      const file = join(folder, `credentials-${profiles.length}`);
      await writeFile(file, `${profiles.join('\n')}\n`, { mode: 0o600 });
      process.env['AWS_SHARED_CREDENTIALS_FILE'] = file;
    },
    async [Symbol.asyncDispose]() {
      for (const client of Object.values(root)) client.destroy();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
