/** A control as AWS holds it now: what a pre-image is made of, and what a probe compares. */
import type { Session } from '../../apis/aws/session.ts';
import { type AwsBefore, type Holder, isAwsInline } from '../../model/aws-actions.ts';
import type { AwsStep } from '../../model/aws-controls.ts';
import type { Accounts } from './accounts.ts';
import { calls, look } from './operations.ts';
import { managementSession, outerNow } from './organization.ts';

/** Where a step acts. */
export interface Place {
  readonly accounts: Accounts;
  /** In the step's account; of a service control policy in the management account. */
  readonly session: Session;
  readonly signal: AbortSignal;
}

export async function placeOf(step: AwsStep, accounts: Accounts, signal: AbortSignal): Promise<Place> {
  if (step.control === 'service-control-policy')
    return { accounts, session: await managementSession(accounts, step.parameters.account, signal), signal };
  const account = step.parameters.account ?? (await accounts.connection()).home.account;
  const session = await accounts.in(account, signal);
  const { parameters } = step;
  return { accounts, session: 'region' in parameters ? session.in(parameters.region) : session, signal };
}

/** Undefined where there is no such thing. */
export async function controlNow(step: AwsStep, place: Place): Promise<AwsBefore | undefined> {
  const { session, signal } = place;
  if (isAwsInline(step)) {
    const policy = await inlineNow(place, { ...step.parameters, policyName: step.control });
    if (policy === undefined && !(await holderNow(place, step.parameters))) return undefined;
    return { policy: policy ?? null };
  }
  switch (step.control) {
    case 'access-key': {
      const keys = await keysOf(place, step.parameters.userName);
      const key = keys?.find(({ id }) => id === step.parameters.accessKeyId);
      return key && { status: key.status, keys: (keys ?? []).map(({ id }) => id) };
    }
    case 'login-profile':
      return (await look(session, calls.getLoginProfile, { UserName: step.parameters.userName }, signal)) && {};
    case 'permissions-boundary': {
      const holder = await holderNow(place, step.parameters);
      return holder && { boundary: holder.boundary };
    }
    case 'trust-policy':
    case 'max-session': {
      const role = await look(session, calls.getRole, { RoleName: step.parameters.roleName }, signal);
      if (!role?.Role) return undefined;
      const { AssumeRolePolicyDocument = '', MaxSessionDuration = 3600 } = role.Role;
      return step.control === 'max-session'
        ? { seconds: MaxSessionDuration }
        : { trustPolicy: decodeURIComponent(AssumeRolePolicyDocument) };
    }
    case 'service-control-policy':
      return { outer: await outerNow(session, step.parameters, signal) };
    case 'existence':
      return (await holderNow(place, step.parameters)) && {};
    case 'secret-value': {
      const version = await secretVersion(place, step.parameters.secret);
      return version === undefined ? undefined : { version };
    }
    case 'parameter-value': {
      const found = await look(session, calls.getParameter, { Name: step.parameters.parameter }, signal);
      return found?.Parameter?.Version === undefined ? undefined : { version: String(found.Parameter.Version) };
    }
  }
}

export interface HolderNow {
  readonly arn: string;
  readonly path: string;
  readonly boundary: string | null;
}

export async function holderNow({ session, signal }: Place, { userName, roleName }: Holder): Promise<HolderNow | undefined> {
  const found =
    userName === undefined
      ? (await look(session, calls.getRole, { RoleName: roleName }, signal))?.Role
      : (await look(session, calls.getUser, { UserName: userName }, signal))?.User;
  if (!found) return undefined;
  const { Arn = '', Path = '/', PermissionsBoundary } = found;
  return { arn: Arn, path: Path, boundary: PermissionsBoundary?.PermissionsBoundaryArn ?? null };
}

async function inlineNow(
  { session, signal }: Place,
  { userName, roleName, policyName: PolicyName }: Holder & { readonly policyName: string },
): Promise<string | undefined> {
  const found =
    userName === undefined
      ? await look(session, calls.getRolePolicy, { RoleName: roleName, PolicyName }, signal)
      : await look(session, calls.getUserPolicy, { UserName: userName, PolicyName }, signal);
  return found?.PolicyDocument === undefined ? undefined : decodeURIComponent(found.PolicyDocument);
}

export interface KeyNow {
  readonly id: string;
  readonly status: string;
  readonly createdAt: Date | undefined;
}

/** Undefined where there is no such user. A user has at most two keys: one page. */
export async function keysOf({ session, signal }: Place, userName: string | undefined): Promise<KeyNow[] | undefined> {
  const found = await look(session, calls.listAccessKeys, userName === undefined ? {} : { UserName: userName }, signal);
  return found?.AccessKeyMetadata?.map(({ AccessKeyId = '', Status = '', CreateDate }) => ({
    id: AccessKeyId,
    status: Status,
    createdAt: CreateDate,
  }));
}

/** The version in force; undefined where there is none, or the secret is about to be deleted. */
async function secretVersion({ session, signal }: Place, secret: string): Promise<string | undefined> {
  const found = await look(session, calls.describeSecret, { SecretId: secret }, signal);
  if (!found || found.DeletedDate) return undefined;
  return Object.entries(found.VersionIdsToStages ?? {}).find(([, stages]) => stages.includes('AWSCURRENT'))?.[0];
}
