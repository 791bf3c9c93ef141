/** A small estate, made through AWS's own APIs on an emulator: what a collection of it must find again. */
import { CodeBuildClient, CreateProjectCommand } from '@aws-sdk/client-codebuild';
import { EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { ECSClient, RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { CreateJobCommand, GlueClient } from '@aws-sdk/client-glue';
import {
  AddRoleToInstanceProfileCommand,
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreateInstanceProfileCommand,
  CreateLoginProfileCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  AttachPolicyCommand,
  CreateAccountCommand,
  CreatePolicyCommand as CreateControlPolicyCommand,
  CreateOrganizationalUnitCommand,
  CreateOrganizationCommand,
  EnablePolicyTypeCommand,
  ListRootsCommand,
  MoveAccountCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { CreateBucketCommand, PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

export const HOME = '123456789012';
export const REGION = 'eu-west-1';
/** Values that no answer, file or log may show. */
export const HIDDEN = ['hunter2-in-an-environment', 'hunter2-in-a-task', 'hunter2-in-a-build', 'hunter2-in-user-data'] as const;

const document = (...Statement: object[]): string => JSON.stringify({ Version: '2012-10-17', Statement });
const allow = (Action: string | string[], Resource: string | string[] = '*') => ({ Effect: 'Allow', Action, Resource });
const trust = (Principal: object, more: object = {}): string =>
  document({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...more });

const settings = (endpoint: string) => ({
  endpoint,
  region: REGION,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

export interface LiveEstate {
  /** The access key of the user `ci`. */
  readonly key: string;
  /** An account of the organization, with a role `audit`. */
  readonly member: string;
}

export async function liveEstate(endpoint: string): Promise<LiveEstate> {
  await fetch(new URL('/moto-api/reset', endpoint), { method: 'POST' });
  const key = await identities(endpoint);
  await things(endpoint);
  return { key, member: await organization(endpoint) };
}

async function identities(endpoint: string): Promise<string> {
  const iam = new IAMClient(settings(endpoint));
  await iam.send(new CreateUserCommand({ UserName: 'ci', Path: '/bots/', Tags: [{ Key: 'team', Value: 'shop' }] }));
  await iam.send(new CreateUserCommand({ UserName: 'ada' }));
  await iam.send(new CreateLoginProfileCommand({ UserName: 'ada', Password: `${'Aa1!'.repeat(4)}` }));
  await iam.send(
    new PutUserPolicyCommand({
      UserName: 'ci',
      PolicyName: 'own',
      PolicyDocument: document(allow(['s3:GetObject', 's3:ListBucket'], ['arn:aws:s3:::shop', 'arn:aws:s3:::shop/*'])),
    }),
  );
  await iam.send(new CreateGroupCommand({ GroupName: 'staff' }));
  const { Policy } = await iam.send(
    new CreatePolicyCommand({
      PolicyName: 'operators',
      PolicyDocument: document(allow(['lambda:UpdateFunctionCode', 'sqs:SendMessage'])),
    }),
  );
  await iam.send(new AttachGroupPolicyCommand({ GroupName: 'staff', PolicyArn: Policy?.Arn }));
  await iam.send(new AddUserToGroupCommand({ GroupName: 'staff', UserName: 'ada' }));
  await iam.send(
    new CreateRoleCommand({
      RoleName: 'worker',
      AssumeRolePolicyDocument: trust({
        Service: [
          'lambda.amazonaws.com',
          'ec2.amazonaws.com',
          'ecs-tasks.amazonaws.com',
          'codebuild.amazonaws.com',
          'glue.amazonaws.com',
        ],
      }),
    }),
  );
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: 'worker',
      PolicyName: 'own',
      PolicyDocument: document(allow('secretsmanager:GetSecretValue')),
    }),
  );
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'worker' }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'worker', RoleName: 'worker' }));
  await iam.send(
    new CreateOpenIDConnectProviderCommand({
      Url: 'https://token.actions.githubusercontent.com',
      ClientIDList: ['sts.amazonaws.com'],
    }),
  );
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ci' }));
  return AccessKey?.AccessKeyId ?? '';
}

async function things(endpoint: string): Promise<void> {
  const at = settings(endpoint);
  const role = `arn:aws:iam::${HOME}:role/worker`;
  const s3 = new S3Client({ ...at, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'shop', CreateBucketConfiguration: { LocationConstraint: REGION } }));
  const deny = { Effect: 'Deny', Principal: '*', Action: 's3:DeleteObject', Resource: 'arn:aws:s3:::shop/*' };
  await s3.send(new PutBucketPolicyCommand({ Bucket: 'shop', Policy: document(deny) }));
  await new LambdaClient(at).send(
    new CreateFunctionCommand({
      FunctionName: 'resize',
      Role: role,
      Runtime: 'nodejs20.x',
      Handler: 'index.handler',
      Code: { ZipFile: Buffer.from('UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==', 'base64') },
      Environment: { Variables: { DB_PASSWORD: HIDDEN[0], STAGE: 'prod' } },
    }),
  );
  await new ECSClient(at).send(
    new RegisterTaskDefinitionCommand({
      family: 'api',
      taskRoleArn: role,
      containerDefinitions: [{ name: 'api', image: 'api:1', memory: 64, environment: [{ name: 'API_TOKEN', value: HIDDEN[1] }] }],
    }),
  );
  await new CodeBuildClient(at).send(
    new CreateProjectCommand({
      name: 'build',
      serviceRole: role,
      source: { type: 'S3', location: 'shop/source.zip' },
      artifacts: { type: 'NO_ARTIFACTS' },
      environment: {
        type: 'LINUX_CONTAINER',
        image: 'i',
        computeType: 'BUILD_GENERAL1_SMALL',
        environmentVariables: [{ name: 'NPM_TOKEN', value: HIDDEN[2] }],
      },
    }),
  );
  await new EC2Client(at).send(
    new RunInstancesCommand({
      ImageId: 'ami-12c6146b',
      MinCount: 1,
      MaxCount: 1,
      IamInstanceProfile: { Name: 'worker' },
      UserData: Buffer.from(`export DB_PASSWORD=${HIDDEN[3]}`).toString('base64'),
    }),
  );
  const { KeyMetadata } = await new KMSClient(at).send(new CreateKeyCommand({}));
  await new SecretsManagerClient(at).send(new CreateSecretCommand({ Name: 'db', SecretString: 'x', KmsKeyId: KeyMetadata?.Arn }));
  await new SSMClient(at).send(new PutParameterCommand({ Name: '/shop/db', Value: 'x', Type: 'SecureString' }));
  await new SQSClient(at).send(new CreateQueueCommand({ QueueName: 'orders' }));
  await new SNSClient(at).send(new CreateTopicCommand({ Name: 'alarms' }));
  await new GlueClient(at).send(
    new CreateJobCommand({ Name: 'nightly', Role: role, Command: { Name: 'glueetl', ScriptLocation: 's3://shop/nightly.py' } }),
  );
}

/** An organization of two accounts; the other one can be entered by its role `audit`, and a control policy is set on its unit. */
async function organization(endpoint: string): Promise<string> {
  const org = new OrganizationsClient(settings(endpoint));
  await org.send(new CreateOrganizationCommand({ FeatureSet: 'ALL' }));
  const { Roots = [] } = await org.send(new ListRootsCommand({}));
  const RootId = Roots[0]?.Id ?? '';
  await org.send(new EnablePolicyTypeCommand({ RootId, PolicyType: 'SERVICE_CONTROL_POLICY' }));
  const { CreateAccountStatus } = await org.send(
    new CreateAccountCommand({ AccountName: 'member', Email: 'member@example.com' }),
  );
  const { OrganizationalUnit } = await org.send(new CreateOrganizationalUnitCommand({ ParentId: RootId, Name: 'workloads' }));
  const member = CreateAccountStatus?.AccountId ?? '';
  await org.send(
    new MoveAccountCommand({ AccountId: member, SourceParentId: RootId, DestinationParentId: OrganizationalUnit?.Id }),
  );
  const { Policy } = await org.send(
    new CreateControlPolicyCommand({
      Name: 'no-leave',
      Description: '',
      Type: 'SERVICE_CONTROL_POLICY',
      Content: document({ Effect: 'Deny', Action: 'organizations:LeaveOrganization', Resource: '*' }),
    }),
  );
  await org.send(new AttachPolicyCommand({ PolicyId: Policy?.PolicySummary?.Id, TargetId: OrganizationalUnit?.Id }));
  await memberRole(endpoint, member);
  return member;
}

async function memberRole(endpoint: string, member: string): Promise<void> {
  const { AssumeRoleCommand, STSClient } = await import('@aws-sdk/client-sts');
  const { Credentials } = await new STSClient(settings(endpoint)).send(
    new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${member}:role/OrganizationAccountAccessRole`, RoleSessionName: 'setup' }),
  );
  const credentials = {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
  const iam = new IAMClient({ ...settings(endpoint), credentials });
  await iam.send(
    new CreateRoleCommand({ RoleName: 'audit', AssumeRolePolicyDocument: trust({ AWS: `arn:aws:iam::${HOME}:root` }) }),
  );
}
