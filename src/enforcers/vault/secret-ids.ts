import { lookUpSecretId } from '../../apis/vault/lookups.ts';
import type { VaultApi } from '../../apis/vault/vault-api.ts';
import { RefusedError } from '../../model/errors.ts';
import type { NewCredential } from '../../ports/enforcer.ts';

export interface OfRole {
  readonly mount: string;
  readonly role: string;
}

/** Marks what a step issued, so that it is found again after a crash. */
const MARK = 'interlock';

export const roleAt = ({ mount, role }: OfRole): string => `auth/${mount}/role/${role}`;

export const secretIdsOf = async (api: VaultApi, role: OfRole): Promise<string[]> =>
  (await api.list(`${roleAt(role)}/secret-id`)) ?? [];

export async function destroySecretId(api: VaultApi, role: OfRole, accessor: string): Promise<string> {
  if (!(await lookUpSecretId(api, roleAt(role), accessor)))
    return `secret-id ${accessor} of ${roleAt(role)} does not exist any more`;
  await api.write(`${roleAt(role)}/secret-id-accessor/destroy`, { secret_id_accessor: accessor });
  return `destroyed secret-id ${accessor} of ${roleAt(role)}; tokens that it logged in for live until they end`;
}

export const isMarked = (metadata: Readonly<Record<string, string>>, idempotencyKey: string): boolean =>
  metadata[MARK] === idempotencyKey;

/** Accessors of what one step issued. */
export async function issuedBy(api: VaultApi, role: OfRole, idempotencyKey: string): Promise<string[]> {
  const found: string[] = [];
  for (const accessor of await secretIdsOf(api, role)) {
    const secretId = await lookUpSecretId(api, roleAt(role), accessor);
    if (secretId && isMarked(secretId.metadata, idempotencyKey)) found.push(accessor);
  }
  return found;
}

export interface Issued {
  readonly credential: NewCredential;
  readonly evidence: readonly string[];
}

export interface Issue {
  readonly idempotencyKey: string;
  /** Accessor of the secret-id that it replaces. */
  readonly replaced?: string | undefined;
}

/**
 * One new secret-id, bound as the one that it replaces: to the same networks, life and metadata, which policies may ask for. What an
 * interrupted try left is destroyed first: its value is lost.
 */
export async function issueSecretId(api: VaultApi, role: OfRole, { idempotencyKey, replaced }: Issue): Promise<Issued> {
  const lost = await issuedBy(api, role, idempotencyKey);
  const evidence: string[] = [];
  for (const accessor of lost) evidence.push(await destroySecretId(api, role, accessor));
  const roleId = (await api.read(`${roleAt(role)}/role-id`))?.data['role_id'];
  const { metadata = {}, ...bounds } = replaced === undefined ? {} : await boundsOf(api, role, replaced);
  const marked = JSON.stringify({ ...metadata, [MARK]: idempotencyKey });
  const { data } = await api.write(`${roleAt(role)}/secret-id`, { metadata: marked, ...bounds });
  const value = data['secret_id'];
  if (typeof value !== 'string' || typeof roleId !== 'string')
    throw new RefusedError(`${roleAt(role)}: the server answered without a secret-id; is it an AppRole?`);
  return {
    credential: { value, roleId },
    evidence: [
      ...evidence,
      `issued secret-id ${String(data['secret_id_accessor'])} of ${roleAt(role)}, marked ${idempotencyKey}`,
    ],
  };
}

interface Bounds {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly cidr_list?: readonly string[];
  readonly token_bound_cidrs?: readonly string[];
  /** Seconds. */
  readonly ttl?: number;
}

/** What a secret-id was given beside what its role says. */
async function boundsOf(api: VaultApi, role: OfRole, accessor: string): Promise<Bounds> {
  const found = await lookUpSecretId(api, roleAt(role), accessor);
  if (!found) return {};
  const { metadata, cidr_list, token_bound_cidrs, secret_id_ttl } = found;
  return {
    metadata,
    ...(cidr_list.length > 0 && { cidr_list }),
    ...(token_bound_cidrs.length > 0 && { token_bound_cidrs }),
    ...(secret_id_ttl && { ttl: secret_id_ttl }),
  };
}
