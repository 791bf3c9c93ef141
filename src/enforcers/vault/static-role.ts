import { backendRoleShape, told } from '../../apis/vault/records.ts';
import type { VaultApi } from '../../apis/vault/vault-api.ts';
import type { EnforcerContext, Probed } from '../../ports/enforcer.ts';
import type { OfRole } from './secret-ids.ts';
import type { VaultBefore } from './state.ts';

/** When its password was made, in the server's words; empty where it never was, undefined where there is no such role. */
export async function rotatedAt(api: VaultApi, { mount, role }: OfRole): Promise<string | undefined> {
  const path = `${mount}/static-roles/${role}`;
  const answer = await api.read(path);
  return answer && (told(backendRoleShape, answer.data, `${api.place}: ${path}`).last_vault_rotation ?? '');
}

const timeOf = (text: string): number => (text === '' ? Number.NEGATIVE_INFINITY : Date.parse(text));

/**
 * Only a rotation that is newer than what was seen before the call is the step's. Both times are the server's own: neither its clock nor
 * ours need be right.
 */
export function probeRotation(now: string | undefined, recorded: EnforcerContext['recorded']): Probed {
  const words = now === undefined ? 'there is no such static role' : now === '' ? 'never rotated' : `last rotated ${now}`;
  if (now === undefined || now === '' || recorded === undefined) return { state: 'not-effective', evidence: [words] };
  const made = recorded.traces.at(-1);
  if (made !== undefined) return timeOf(now) >= timeOf(made) ? newer(words) : older(words);
  const before = rotationBefore(recorded.preImage());
  if (before !== undefined) return timeOf(now) > timeOf(before) ? newer(words) : older(words);
  const unknown = `${words}; what it was before the call was not kept (no seal key), so whose rotation it is cannot be told`;
  return { state: 'partial', evidence: [unknown] };
}

const newer = (words: string): Probed => ({
  state: 'effective',
  evidence: [`${words}; sessions that are open at the database stay until they close`],
});
const older = (words: string): Probed => ({ state: 'not-effective', evidence: [`${words}: that is before this step`] });

const rotationBefore = (preImage: string): string | undefined =>
  preImage === '' ? undefined : (JSON.parse(preImage) as VaultBefore).rotated;
