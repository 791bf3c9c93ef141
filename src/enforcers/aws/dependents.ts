/** What hangs on a user or role and must go before it. */
import { CallError } from '../../apis/aws/call-error.ts';
import type { Operation } from '../../apis/aws/operation.ts';
import type { Holder } from '../../model/aws-actions.ts';
import type { Place } from './control-now.ts';
import { calls } from './operations.ts';

/** In words; what cannot be listed is left out: AWS refuses the deletion then, and nothing has happened. */
export async function dependentsOf(place: Place, { userName, roleName }: Holder): Promise<string[]> {
  return userName === undefined ? ofRole(place, roleName ?? '') : ofUser(place, userName);
}

async function ofUser(place: Place, UserName: string): Promise<string[]> {
  const input = { UserName };
  return named([
    ['access keys', await listed(place, calls.listAccessKeys, input, (a) => a.AccessKeyMetadata?.map((k) => k.AccessKeyId))],
    ['a console password', await listed(place, calls.getLoginProfile, input, (a) => [a.LoginProfile?.UserName])],
    ['inline policies', await listed(place, calls.listUserPolicies, input, (a) => a.PolicyNames)],
    ['policies', await listed(place, calls.listAttachedUserPolicies, input, (a) => a.AttachedPolicies?.map((p) => p.PolicyName))],
    ['groups', await listed(place, calls.listGroupsForUser, input, (a) => a.Groups?.map((g) => g.GroupName))],
    ['MFA devices', await listed(place, calls.listMfaDevices, input, (a) => a.MFADevices?.map((d) => d.SerialNumber))],
    [
      'signing certificates',
      await listed(place, calls.listSigningCertificates, input, (a) => a.Certificates?.map((c) => c.CertificateId)),
    ],
    ['SSH keys', await listed(place, calls.listSshPublicKeys, input, (a) => a.SSHPublicKeys?.map((k) => k.SSHPublicKeyId))],
    [
      'service credentials',
      await listed(place, calls.listServiceCredentials, input, (a) =>
        a.ServiceSpecificCredentials?.map((c) => c.ServiceSpecificCredentialId),
      ),
    ],
  ]);
}

async function ofRole(place: Place, RoleName: string): Promise<string[]> {
  const input = { RoleName };
  return named([
    ['inline policies', await listed(place, calls.listRolePolicies, input, (a) => a.PolicyNames)],
    ['policies', await listed(place, calls.listAttachedRolePolicies, input, (a) => a.AttachedPolicies?.map((p) => p.PolicyName))],
    [
      'instance profiles',
      await listed(place, calls.listInstanceProfilesForRole, input, (a) => a.InstanceProfiles?.map((p) => p.InstanceProfileName)),
    ],
  ]);
}

type Names = readonly (string | undefined)[] | undefined;

async function listed<I extends object, O>(
  { session, signal }: Place,
  operation: Operation<I, O>,
  input: I,
  names: (answer: O) => Names,
): Promise<string[]> {
  try {
    return (names(await session.call(operation, input, signal)) ?? []).filter((name) => name !== undefined);
  } catch (error) {
    if (error instanceof CallError) return [];
    throw error;
  }
}

const named = (all: readonly (readonly [string, readonly string[]])[]): string[] =>
  all.filter(([, names]) => names.length > 0).map(([word, names]) => `${word} (${names.join(', ')})`);
