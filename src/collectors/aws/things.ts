/** Config items as the graph sees them: what kind they are, what they run as, whose policy they carry, which key encrypts them. */
import { compilePolicy, type Policy, policyBody, RESOURCE_POLICY } from '../../iam/aws/document.ts';
import { awsArn } from '../../model/keys.ts';
import type { EntityKind } from '../../model/kinds.ts';
import type { ConfigItem } from './inventory.ts';
import { isRecord } from './shapes.ts';
import { unreadPolicy } from './unread-policy.ts';

export interface Thing {
  readonly key: string;
  readonly arn: string;
  readonly item: ConfigItem;
  readonly kind: Extract<EntityKind, 'Resource' | 'Secret' | 'Workload'>;
  /** Null: it has none. Undefined: its kind has one and the export does not show it. */
  readonly policy: Policy | null | undefined;
  readonly policyBody?: Record<string, unknown>;
  /** Whether it has a policy whose text is broken: `policy` stands in for it. */
  readonly unread: boolean;
  /** ARNs of the roles or instance profiles that it runs as. */
  readonly runsAs: readonly string[];
  /** The ARN of the customer key that encrypts it. */
  readonly encryptedBy?: string;
}

const WORKLOADS = new Set([
  'AWS::Lambda::Function',
  'AWS::EC2::Instance',
  'AWS::ECS::TaskDefinition',
  'AWS::ECS::Service',
  'AWS::CodeBuild::Project',
  'AWS::Glue::Job',
  'AWS::Glue::DevEndpoint',
  'AWS::SageMaker::NotebookInstance',
  'AWS::SageMaker::UserProfile',
  'AWS::AppRunner::Service',
  'AWS::CloudFormation::Stack',
  'AWS::CloudFormation::StackSet',
  'AWS::Batch::JobDefinition',
  'AWS::StepFunctions::StateMachine',
  'AWS::BedrockAgentCore::CodeInterpreterCustom',
]);
const SECRETS = new Set(['AWS::SecretsManager::Secret', 'AWS::SSM::Parameter']);
/** Described by the authorization details, or nothing that is protected. */
const IGNORED = /^AWS::(IAM|Config)::/;

export function thingOf(item: ConfigItem): Thing | undefined {
  if (item.deleted || IGNORED.test(item.type)) return undefined;
  const found = resourcePolicyBody(item);
  const unread = !found && hasBrokenPolicy(item);
  const body = unread ? unreadPolicy(`the policy of ${item.arn}`) : found;
  const name = `${item.arn} resource policy`;
  const encryptedBy = encryptionKey(item);
  return {
    key: awsArn(item.arn),
    arn: item.arn,
    item,
    kind: WORKLOADS.has(item.type) ? 'Workload' : SECRETS.has(item.type) ? 'Secret' : 'Resource',
    policy: body ? compilePolicy(name, body, RESOURCE_POLICY) : item.type === 'AWS::KMS::Key' ? undefined : null,
    ...(body && { policyBody: body }),
    unread,
    runsAs: rolesOf(item),
    ...(encryptedBy && { encryptedBy }),
  };
}

/** Where Config puts the policy of a thing. */
const POLICY_PLACES: readonly (readonly string[])[] = [
  ['BucketPolicy', 'policyText'],
  ['BucketPolicy', 'policy'],
  ['Policy'],
  ['policy'],
  ['ResourcePolicy'],
  ['resourcePolicy'],
  ['QueuePolicy'],
  ['KeyPolicy'],
  ['AccessPolicy'],
  ['AccessPolicies'],
  ['accessPolicies'],
  ['RepositoryPolicyText'],
  ['repositoryPolicyText'],
  ['FileSystemPolicy'],
];

/** What a place may hold instead of the policy itself. */
const WRAPPED: readonly string[] = ['policyText', 'policy', 'policyDocument', 'PolicyDocument'];

function resourcePolicyBody(item: ConfigItem): Record<string, unknown> | undefined {
  for (const holder of [item.supplementary, item.configuration]) {
    for (const place of POLICY_PLACES) {
      const found = policyBody(valueAt(holder, place));
      const body = WRAPPED.map((key) => policyBody(found?.[key])).find((one) => one !== undefined) ?? found;
      if (body && body['Statement'] !== undefined) return body;
    }
  }
  const attributes = item.configuration['attributes'] ?? item.configuration['Attributes'];
  return isRecord(attributes) ? policyBody(attributes['Policy']) : undefined;
}

/** A text where a policy belongs, which is none. Some types of thing have a `policy` of another sort: only one in braces counts. */
const hasBrokenPolicy = ({ supplementary, configuration }: ConfigItem): boolean =>
  [supplementary, configuration].some((holder) =>
    POLICY_PLACES.some((place) => {
      const value = valueAt(holder, place);
      const text = isRecord(value) ? WRAPPED.map((key) => value[key]).find((one) => typeof one === 'string') : value;
      return typeof text === 'string' && /^\s*(?:\{|%7B)/i.test(text) && policyBody(text) === undefined;
    }),
  );

const RUNS_AS: readonly (readonly string[])[] = [
  ['role'],
  ['Role'],
  ['iamInstanceProfile', 'arn'],
  ['IamInstanceProfile', 'Arn'],
  ['taskRoleArn'],
  ['TaskRoleArn'],
  ['serviceRole'],
  ['ServiceRole'],
  ['roleArn'],
  ['RoleArn'],
  ['roleARN'],
  ['RoleARN'],
  ['AdministrationRoleARN'],
  ['administrationRoleARN'],
  ['executionRoleArn'],
  ['ExecutionRoleArn'],
  ['InstanceConfiguration', 'InstanceRoleArn'],
  ['instanceConfiguration', 'instanceRoleArn'],
  ['UserSettings', 'ExecutionRole'],
  ['containerProperties', 'jobRoleArn'],
  ['ContainerProperties', 'JobRoleArn'],
];

/** An ECS task's code gets the task role; the execution role is the agent's, and a service's role the load balancer's. */
const ONLY: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'AWS::ECS::TaskDefinition': [['taskRoleArn'], ['TaskRoleArn']],
  'AWS::ECS::Service': [],
};

function rolesOf(item: ConfigItem): string[] {
  const places = Object.hasOwn(ONLY, item.type) ? (ONLY[item.type] ?? []) : RUNS_AS;
  const roles = places.flatMap((path) => textAt(item.configuration, path)).map((text) => asRole(text, item.account));
  return [...new Set(roles)].filter((arn) => arn.includes(':iam:'));
}

/** Some services, such as Glue, take the name of a role for its ARN. */
const asRole = (text: string, account: string): string =>
  /^[\w+=,.@-]+$/.test(text) ? `arn:aws:iam::${account}:role/${text}` : text;

const ENCRYPTED_BY: readonly (readonly string[])[] = [
  ['KmsKeyId'],
  ['kmsKeyId'],
  ['kmsMasterKeyId'],
  ['KmsMasterKeyId'],
  ['sSEDescription', 'kMSMasterKeyArn'],
  ['KeyId'],
];

/** Only full key ARNs: an alias of AWS's own keys needs no further right. */
function encryptionKey(item: ConfigItem): string | undefined {
  if (item.type === 'AWS::KMS::Key') return undefined;
  const rules = item.supplementary['ServerSideEncryptionConfiguration'];
  const bucketKey = isRecord(rules) ? JSON.stringify(rules).match(/"kmsMasterKeyID":"([^"]+)"/i)?.[1] : undefined;
  return [bucketKey, ...ENCRYPTED_BY.flatMap((path) => textAt(item.configuration, path))].find((text) =>
    text ? /^arn:aws[a-z-]*:kms:[^:]*:\d{12}:key\//.test(text) : false,
  );
}

const textAt = (from: Readonly<Record<string, unknown>>, path: readonly string[]): string[] => {
  const value = valueAt(from, path);
  return typeof value === 'string' ? [value] : [];
};

export function valueAt(from: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined), from);
}
