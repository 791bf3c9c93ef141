/** The calls that this enforcer makes, by the names that `aws-actions.ts` gives them. */
import * as iam from '@aws-sdk/client-iam';
import * as organizations from '@aws-sdk/client-organizations';
import * as secrets from '@aws-sdk/client-secrets-manager';
import * as ssm from '@aws-sdk/client-ssm';
import { change, type Operation, operation } from '../../apis/aws/operation.ts';
import type { Session } from '../../apis/aws/session.ts';
import { type AwsCall, awsCommandLine } from '../../model/aws-calls.ts';
import { isAbsent, said } from './words.ts';

const read = {
  getUser: operation('iam:GetUser', iam.IAMClient, iam.GetUserCommand),
  getRole: operation('iam:GetRole', iam.IAMClient, iam.GetRoleCommand),
  getUserPolicy: operation('iam:GetUserPolicy', iam.IAMClient, iam.GetUserPolicyCommand),
  getRolePolicy: operation('iam:GetRolePolicy', iam.IAMClient, iam.GetRolePolicyCommand),
  getPolicy: operation('iam:GetPolicy', iam.IAMClient, iam.GetPolicyCommand),
  getLoginProfile: operation('iam:GetLoginProfile', iam.IAMClient, iam.GetLoginProfileCommand),
  listAccessKeys: operation('iam:ListAccessKeys', iam.IAMClient, iam.ListAccessKeysCommand),
  lastUsed: operation('iam:GetAccessKeyLastUsed', iam.IAMClient, iam.GetAccessKeyLastUsedCommand),
  simulate: operation('iam:SimulatePrincipalPolicy', iam.IAMClient, iam.SimulatePrincipalPolicyCommand),
  listUserPolicies: operation('iam:ListUserPolicies', iam.IAMClient, iam.ListUserPoliciesCommand),
  listRolePolicies: operation('iam:ListRolePolicies', iam.IAMClient, iam.ListRolePoliciesCommand),
  listAttachedUserPolicies: operation('iam:ListAttachedUserPolicies', iam.IAMClient, iam.ListAttachedUserPoliciesCommand),
  listAttachedRolePolicies: operation('iam:ListAttachedRolePolicies', iam.IAMClient, iam.ListAttachedRolePoliciesCommand),
  listGroupsForUser: operation('iam:ListGroupsForUser', iam.IAMClient, iam.ListGroupsForUserCommand),
  listMfaDevices: operation('iam:ListMFADevices', iam.IAMClient, iam.ListMFADevicesCommand),
  listSigningCertificates: operation('iam:ListSigningCertificates', iam.IAMClient, iam.ListSigningCertificatesCommand),
  listSshPublicKeys: operation('iam:ListSSHPublicKeys', iam.IAMClient, iam.ListSSHPublicKeysCommand),
  listServiceCredentials: operation(
    'iam:ListServiceSpecificCredentials',
    iam.IAMClient,
    iam.ListServiceSpecificCredentialsCommand,
  ),
  listInstanceProfilesForRole: operation(
    'iam:ListInstanceProfilesForRole',
    iam.IAMClient,
    iam.ListInstanceProfilesForRoleCommand,
  ),
  describeOrganization: operation(
    'organizations:DescribeOrganization',
    organizations.OrganizationsClient,
    organizations.DescribeOrganizationCommand,
  ),
  listRoots: operation('organizations:ListRoots', organizations.OrganizationsClient, organizations.ListRootsCommand),
  listPolicies: operation('organizations:ListPolicies', organizations.OrganizationsClient, organizations.ListPoliciesCommand),
  listPoliciesForTarget: operation(
    'organizations:ListPoliciesForTarget',
    organizations.OrganizationsClient,
    organizations.ListPoliciesForTargetCommand,
  ),
  describeSecret: operation('secretsmanager:DescribeSecret', secrets.SecretsManagerClient, secrets.DescribeSecretCommand),
  getSecretValue: operation('secretsmanager:GetSecretValue', secrets.SecretsManagerClient, secrets.GetSecretValueCommand),
  getParameter: operation('ssm:GetParameter', ssm.SSMClient, ssm.GetParameterCommand),
  describeParameters: operation('ssm:DescribeParameters', ssm.SSMClient, ssm.DescribeParametersCommand),
} as const;

const write = {
  putSecretValue: change('secretsmanager:PutSecretValue', secrets.SecretsManagerClient, secrets.PutSecretValueCommand),
  moveSecretStage: change(
    'secretsmanager:UpdateSecretVersionStage',
    secrets.SecretsManagerClient,
    secrets.UpdateSecretVersionStageCommand,
  ),
  labelParameter: change('ssm:LabelParameterVersion', ssm.SSMClient, ssm.LabelParameterVersionCommand),
  putParameter: change('ssm:PutParameter', ssm.SSMClient, ssm.PutParameterCommand),
  createAccessKey: change('iam:CreateAccessKey', iam.IAMClient, iam.CreateAccessKeyCommand),
  deleteAccessKey: change('iam:DeleteAccessKey', iam.IAMClient, iam.DeleteAccessKeyCommand),
  createPolicy: change('organizations:CreatePolicy', organizations.OrganizationsClient, organizations.CreatePolicyCommand),
} as const;

export const calls = { ...read, ...write };

/** What `aws-actions.ts` may name. */
const NAMED: Readonly<Record<string, Operation<never>>> = {
  'iam UpdateAccessKey': change('iam:UpdateAccessKey', iam.IAMClient, iam.UpdateAccessKeyCommand),
  'iam DeleteAccessKey': write.deleteAccessKey,
  'iam DeleteLoginProfile': change('iam:DeleteLoginProfile', iam.IAMClient, iam.DeleteLoginProfileCommand),
  'iam PutUserPolicy': change('iam:PutUserPolicy', iam.IAMClient, iam.PutUserPolicyCommand),
  'iam PutRolePolicy': change('iam:PutRolePolicy', iam.IAMClient, iam.PutRolePolicyCommand),
  'iam DeleteUserPolicy': change('iam:DeleteUserPolicy', iam.IAMClient, iam.DeleteUserPolicyCommand),
  'iam DeleteRolePolicy': change('iam:DeleteRolePolicy', iam.IAMClient, iam.DeleteRolePolicyCommand),
  'iam PutUserPermissionsBoundary': change(
    'iam:PutUserPermissionsBoundary',
    iam.IAMClient,
    iam.PutUserPermissionsBoundaryCommand,
  ),
  'iam PutRolePermissionsBoundary': change(
    'iam:PutRolePermissionsBoundary',
    iam.IAMClient,
    iam.PutRolePermissionsBoundaryCommand,
  ),
  'iam DeleteUserPermissionsBoundary': change(
    'iam:DeleteUserPermissionsBoundary',
    iam.IAMClient,
    iam.DeleteUserPermissionsBoundaryCommand,
  ),
  'iam DeleteRolePermissionsBoundary': change(
    'iam:DeleteRolePermissionsBoundary',
    iam.IAMClient,
    iam.DeleteRolePermissionsBoundaryCommand,
  ),
  'iam UpdateAssumeRolePolicy': change('iam:UpdateAssumeRolePolicy', iam.IAMClient, iam.UpdateAssumeRolePolicyCommand),
  'iam UpdateRole': change('iam:UpdateRole', iam.IAMClient, iam.UpdateRoleCommand),
  'iam DeleteUser': change('iam:DeleteUser', iam.IAMClient, iam.DeleteUserCommand),
  'iam DeleteRole': change('iam:DeleteRole', iam.IAMClient, iam.DeleteRoleCommand),
  'organizations CreatePolicy': write.createPolicy,
  'organizations AttachPolicy': change(
    'organizations:AttachPolicy',
    organizations.OrganizationsClient,
    organizations.AttachPolicyCommand,
  ),
  'organizations DetachPolicy': change(
    'organizations:DetachPolicy',
    organizations.OrganizationsClient,
    organizations.DetachPolicyCommand,
  ),
  'organizations DeletePolicy': change(
    'organizations:DeletePolicy',
    organizations.OrganizationsClient,
    organizations.DeletePolicyCommand,
  ),
};

/** Every right that a step may need: `examples/aws-enforcer-policy.json` allows them. */
export const permissions = (): string[] =>
  [...new Set([...Object.values(calls), ...Object.values(NAMED)].map(({ permission }) => permission))].sort();

/** Sends a call as it is shown; answers it in words, with AWS's request id. Throws CallErrors. */
export async function send(session: Session, call: AwsCall, signal: AbortSignal): Promise<string> {
  const operation = NAMED[`${call.service} ${call.operation}`];
  if (!operation) throw new RangeError(`${call.service} ${call.operation}: this enforcer has no such call`);
  const answer = await session.call(operation as Operation, call.input, signal);
  return `${awsCommandLine(withoutTrust(call))} (${requestOf(answer)})`;
}

/** A whole trust policy is long, and may name external ids. */
function withoutTrust(call: AwsCall): AwsCall {
  if (call.operation !== 'UpdateAssumeRolePolicy') return call;
  return { ...call, input: { ...call.input, PolicyDocument: '…' } };
}

/** Throws errors in words. */
export async function ask<I extends object, O>(
  session: Session,
  operation: Operation<I, O>,
  input: I,
  signal: AbortSignal,
): Promise<O> {
  try {
    return await session.call(operation, input, signal);
  } catch (error) {
    throw said(error);
  }
}

export function requestOf(answer: unknown): string {
  const id = (answer as { $metadata?: { requestId?: string } } | null)?.$metadata?.requestId;
  return id === undefined ? 'accepted' : `request ${id}`;
}

/** The same; undefined where AWS says that there is no such thing. */
export async function look<I extends object, O>(
  session: Session,
  operation: Operation<I, O>,
  input: I,
  signal: AbortSignal,
): Promise<O | undefined> {
  try {
    return await session.call(operation, input, signal);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw said(error);
  }
}
