/** Tokens, leases and secret-ids by what is no secret of them. Undefined where the server itself says that there is none. */
import { type LeaseData, leaseShape, type SecretIdData, secretIdShape, type TokenData, tokenShape, told } from './records.ts';
import { saysUnknown } from './refusal.ts';
import type { Fields, VaultApi } from './vault-api.ts';

/** Servers answer 400, 403 or 404, whose words tell it from a missing right. */
const UNKNOWN = /invalid accessor|invalid lease|lease not found|failed to find accessor entry/;

/** As it was answered. `path`: `auth/token/lookup-accessor` and the like. */
export async function lookUp(api: VaultApi, path: string, body: Readonly<Record<string, string>>): Promise<Fields | undefined> {
  try {
    return (await api.write(path, body)).data;
  } catch (error) {
    if (saysUnknown(error, UNKNOWN)) return undefined;
    throw error;
  }
}

export async function lookUpToken(api: VaultApi, accessor: string): Promise<TokenData | undefined> {
  const path = 'auth/token/lookup-accessor';
  const found = await lookUp(api, path, { accessor });
  return found && told(tokenShape, found, `${api.place}: ${path}`);
}

export async function lookUpLease(api: VaultApi, leaseId: string): Promise<LeaseData | undefined> {
  const path = 'sys/leases/lookup';
  const found = await lookUp(api, path, { lease_id: leaseId });
  return found && told(leaseShape, found, `${api.place}: ${path}`);
}

/** `role`: `auth/<mount>/role/<name>`. */
export async function lookUpSecretId(api: VaultApi, role: string, accessor: string): Promise<SecretIdData | undefined> {
  const path = `${role}/secret-id-accessor/lookup`;
  const found = await lookUp(api, path, { secret_id_accessor: accessor });
  // Without anything: the role has none of it.
  if (!found || Object.keys(found).length === 0) return undefined;
  return told(secretIdShape, found, `${api.place}: ${path}`);
}

/** The login role that a token came from, by its path and what was noted at the login; also of its children. */
export function loginOf({
  path,
  meta,
}: {
  readonly path?: string | null | undefined;
  readonly meta: Readonly<Record<string, string>>;
}): { readonly mount: string; readonly name: string } | undefined {
  const name = meta['role_name'] ?? meta['role'];
  const mount = /^auth\/(.+)\/(?:login|oidc\/callback)$/.exec(path ?? '')?.[1];
  return name === undefined || mount === undefined ? undefined : { mount, name };
}
