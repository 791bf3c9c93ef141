/**
 * The calls that carry out a control of `aws-controls.ts`, those that bring back what was, and those that read it. Pure: nothing here
 * calls AWS. IAM is eventually consistent: a change is read again after 10 s, 60 s, 5 min.
 */
import { AWS_NOW, AWS_POLICY_ID, type AwsCall, type AwsInput } from './aws-calls.ts';
import type { AwsStep, AwsStepOf } from './aws-controls.ts';
import {
  AWS_CUTOFF_POLICY,
  AWS_DENY_POLICY,
  AWS_FENCE_POLICY,
  AWS_STOP_ASSUME_POLICY,
  cutoffDocument,
  denyAllDocument,
  fenceDocument,
  outerDenyDocument,
  stopAssumeDocument,
  withTrustDenied,
} from './aws-documents.ts';
import { sha256 } from './ledger.ts';

/** The control of a thing as it was: the pre-image. Of each control only its own field. */
export interface AwsBefore {
  /** Of an access key. */
  readonly status?: string;
  /** Text of the inline policy of that name; null when there was none. */
  readonly policy?: string | null;
  /** ARN; null when there was none. */
  readonly boundary?: string | null;
  readonly trustPolicy?: string;
  readonly seconds?: number;
  /** Whether the service control policy of our name was there, and attached. */
  readonly outer?: { readonly id: string | null; readonly isAttached: boolean };
  /** Ids of all keys of the user before a second one was made. */
  readonly keys?: readonly string[];
  /** Of the secret's or parameter's value in force. */
  readonly version?: string;
}

/** What a call needs that no plan can know. */
export interface AwsGiven {
  /** The time from which sessions are good, and the step's mark. */
  readonly cutoff?: { readonly at: string; readonly sid: string };
  /** The role's document as it is now. */
  readonly trustPolicy?: string;
  /** Of the service control policy that is there or was made. */
  readonly policyId?: string | undefined;
}

export interface Holder {
  readonly userName?: string | undefined;
  readonly roleName?: string | undefined;
}

/** `User` or `Role`, as the names of IAM's calls have it. */
export const awsHolderWord = ({ userName }: Holder): 'User' | 'Role' => (userName === undefined ? 'Role' : 'User');
export const awsHolderInput = ({ userName, roleName }: Holder): AwsInput =>
  userName === undefined ? { RoleName: roleName ?? '' } : { UserName: userName };
const userInput = ({ userName }: Holder): AwsInput => (userName === undefined ? {} : { UserName: userName });

const iam = (operation: string, input: AwsInput): AwsCall => ({ service: 'iam', operation, input });
const organizations = (operation: string, input: AwsInput): AwsCall => ({ service: 'organizations', operation, input });

export type AwsInlineStep = AwsStepOf<
  typeof AWS_DENY_POLICY | typeof AWS_FENCE_POLICY | typeof AWS_STOP_ASSUME_POLICY | typeof AWS_CUTOFF_POLICY
>;
const INLINE: readonly string[] = [AWS_DENY_POLICY, AWS_FENCE_POLICY, AWS_STOP_ASSUME_POLICY, AWS_CUTOFF_POLICY];
/** Controls that are one inline policy of their own name. */
export const isAwsInline = (step: AwsStep): step is AwsInlineStep => INLINE.includes(step.control);

/** The document that an inline control puts. */
export function awsInlineDocument(step: AwsInlineStep, { cutoff }: AwsGiven = {}): string {
  switch (step.control) {
    case AWS_DENY_POLICY:
      return denyAllDocument();
    case AWS_FENCE_POLICY:
      return fenceDocument(step.parameters);
    case AWS_STOP_ASSUME_POLICY:
      return stopAssumeDocument(step.parameters.roles);
    case AWS_CUTOFF_POLICY:
      return cutoffDocument(cutoff?.at ?? AWS_NOW, cutoff?.sid);
  }
}

/** The name of the service control policy that denies one principal. */
export const awsOuterName = (principalArn: string): string => `interlock-deny-${sha256(principalArn).slice(0, 16)}`;

export function awsApply(step: AwsStep, given: AwsGiven = {}): AwsCall[] {
  if (isAwsInline(step)) return [putInline(step, awsInlineDocument(step, given))];
  switch (step.control) {
    case 'access-key':
      return applyToKey(step);
    case 'login-profile':
      return [iam('DeleteLoginProfile', { UserName: step.parameters.userName })];
    case 'permissions-boundary':
      return [putBoundary(step.parameters, step.parameters.boundary)];
    case 'trust-policy':
      return [
        iam('UpdateAssumeRolePolicy', {
          RoleName: step.parameters.roleName,
          PolicyDocument: withTrustDenied(given.trustPolicy ?? '{"Version":"2012-10-17","Statement":[]}', step.parameters),
        }),
      ];
    case 'max-session':
      return [setMaxSession(step.parameters.roleName, step.parameters.seconds)];
    case 'service-control-policy':
      return attachOuter(step, given);
    case 'existence':
      return [iam(`Delete${awsHolderWord(step.parameters)}`, awsHolderInput(step.parameters))];
    // What is written is known to the enforcer alone.
    case 'secret-value':
    case 'parameter-value':
      return [];
  }
}

/** What brings `before` back; empty where nothing does. */
export function awsInverse(step: AwsStep, before: AwsBefore): AwsCall[] {
  if (isAwsInline(step)) return [typeof before.policy === 'string' ? putInline(step, before.policy) : deleteInline(step)];
  switch (step.control) {
    case 'access-key':
      return step.action === 'quarantine' || step.action === 'disable' ? [setKeyStatus(step, before.status ?? 'Active')] : [];
    case 'permissions-boundary':
      return [
        typeof before.boundary === 'string' ? putBoundary(step.parameters, before.boundary) : deleteBoundary(step.parameters),
      ];
    case 'trust-policy':
      return before.trustPolicy === undefined
        ? []
        : [iam('UpdateAssumeRolePolicy', { RoleName: step.parameters.roleName, PolicyDocument: before.trustPolicy })];
    case 'max-session':
      return before.seconds === undefined ? [] : [setMaxSession(step.parameters.roleName, before.seconds)];
    case 'service-control-policy':
      return detachOuter(step, before);
    default:
      return [];
  }
}

/** What reads the control. */
export function awsRead(step: AwsStep): AwsCall[] {
  if (isAwsInline(step)) {
    const { control: PolicyName, parameters } = step;
    return [iam(`Get${awsHolderWord(parameters)}Policy`, { ...awsHolderInput(parameters), PolicyName })];
  }
  switch (step.control) {
    case 'access-key':
      return [iam('ListAccessKeys', userInput(step.parameters))];
    case 'login-profile':
      return [iam('GetLoginProfile', { UserName: step.parameters.userName })];
    case 'permissions-boundary':
    case 'existence':
      return [iam(`Get${awsHolderWord(step.parameters)}`, awsHolderInput(step.parameters))];
    case 'trust-policy':
    case 'max-session':
      return [iam('GetRole', { RoleName: step.parameters.roleName })];
    case 'service-control-policy':
      return [organizations('ListPoliciesForTarget', { TargetId: step.parameters.account, Filter: 'SERVICE_CONTROL_POLICY' })];
    case 'secret-value': {
      const { secret, region } = step.parameters;
      return [{ service: 'secretsmanager', operation: 'DescribeSecret', input: { SecretId: secret }, region }];
    }
    case 'parameter-value': {
      const { parameter, region } = step.parameters;
      return [{ service: 'ssm', operation: 'GetParameterHistory', input: { Name: parameter }, region }];
    }
  }
}

function applyToKey(step: AwsStepOf<'access-key'>): AwsCall[] {
  const { accessKeyId: AccessKeyId } = step.parameters;
  switch (step.action) {
    case 'quarantine':
    case 'disable':
      return [setKeyStatus(step, 'Inactive')];
    case 'delete':
      return [iam('DeleteAccessKey', { ...userInput(step.parameters), AccessKeyId })];
    case 'issue':
      return [iam('CreateAccessKey', userInput(step.parameters))];
    case 'save':
      return [iam('ListAccessKeys', userInput(step.parameters)), iam('GetAccessKeyLastUsed', { AccessKeyId })];
  }
}

const setKeyStatus = ({ parameters }: AwsStepOf<'access-key'>, Status: string): AwsCall =>
  iam('UpdateAccessKey', { ...userInput(parameters), AccessKeyId: parameters.accessKeyId, Status });

const putInline = ({ control: PolicyName, parameters }: AwsInlineStep, PolicyDocument: string): AwsCall =>
  iam(`Put${awsHolderWord(parameters)}Policy`, { ...awsHolderInput(parameters), PolicyName, PolicyDocument });
const deleteInline = ({ control: PolicyName, parameters }: AwsInlineStep): AwsCall =>
  iam(`Delete${awsHolderWord(parameters)}Policy`, { ...awsHolderInput(parameters), PolicyName });

const putBoundary = (holder: Holder, PermissionsBoundary: string): AwsCall =>
  iam(`Put${awsHolderWord(holder)}PermissionsBoundary`, { ...awsHolderInput(holder), PermissionsBoundary });
const deleteBoundary = (holder: Holder): AwsCall =>
  iam(`Delete${awsHolderWord(holder)}PermissionsBoundary`, awsHolderInput(holder));

const setMaxSession = (RoleName: string, MaxSessionDuration: number): AwsCall =>
  iam('UpdateRole', { RoleName, MaxSessionDuration });

function attachOuter({ parameters }: AwsStepOf<'service-control-policy'>, { policyId }: AwsGiven): AwsCall[] {
  const create = organizations('CreatePolicy', {
    Name: awsOuterName(parameters.principal),
    Description: 'Made by interlock: denies one principal from outside of its account',
    Type: 'SERVICE_CONTROL_POLICY',
    Content: outerDenyDocument(parameters.principal),
  });
  const attach = organizations('AttachPolicy', { PolicyId: policyId ?? AWS_POLICY_ID, TargetId: parameters.account });
  return policyId === undefined ? [create, attach] : [attach];
}

/** A policy that was there before us stays. */
function detachOuter({ parameters }: AwsStepOf<'service-control-policy'>, { outer }: AwsBefore): AwsCall[] {
  if (outer?.isAttached) return [];
  const detach = organizations('DetachPolicy', { PolicyId: AWS_POLICY_ID, TargetId: parameters.account });
  return typeof outer?.id === 'string' ? [detach] : [detach, organizations('DeletePolicy', { PolicyId: AWS_POLICY_ID })];
}
