import type { Fields, VaultApi } from '../../apis/vault/vault-api.ts';
import { RefusedError } from '../../model/errors.ts';
import { type OfRole, roleAt } from './secret-ids.ts';

/**
 * Changes some fields of a login role. Most methods keep the fields that are not named; JWT and OIDC roles (`role_type`) take what is not
 * named for empty, so that there the whole role is written.
 */
export async function writeRole(api: VaultApi, role: OfRole, fields: Fields): Promise<void> {
  const now = (await api.read(roleAt(role)))?.data;
  if (!now) throw new RefusedError(`${api.place}: there is no role ${roleAt(role)}: collect again`);
  const whole = now['role_type'] === undefined ? {} : stated(now);
  await api.write(roleAt(role), { ...whole, ...fields });
}

const stated = (role: Fields): Fields => Object.fromEntries(Object.entries(role).filter(([, value]) => value !== null));

/** The fields that steps change, of what was read. */
export const changeable = (role: Fields): Fields => ({
  token_policies: role['token_policies'] ?? [],
  token_ttl: role['token_ttl'] ?? 0,
  token_max_ttl: role['token_max_ttl'] ?? 0,
});
