/**
 * Logins with a secret-id that a step issued. The metadata of a secret-id is that of its tokens too, and it holds the mark of the step: so
 * they are told from the logins by every other secret-id of the role. https://openbao.org/api-docs/auth/approle/#generate-new-secret-id
 */
import { loginOf, lookUpSecretId } from '../../apis/vault/lookups.ts';
import type { TokenData } from '../../apis/vault/records.ts';
import { VaultRefusal } from '../../apis/vault/refusal.ts';
import type { VaultApi } from '../../apis/vault/vault-api.ts';
import type { Sighting } from '../../ports/enforcer.ts';
import { listedTokens } from './listed-tokens.ts';
import { isMarked, issuedBy, type OfRole, roleAt } from './secret-ids.ts';

/** More tokens than this are not asked for one by one. */
const MOST_TOKENS = 2000;

export async function sightingOf(api: VaultApi, role: OfRole, idempotencyKey: string): Promise<Sighting> {
  try {
    const [accessor] = await issuedBy(api, role, idempotencyKey);
    if (accessor === undefined) return { evidence: [`${roleAt(role)} lists no secret-id that was issued for it`] };
    const made = (await lookUpSecretId(api, roleAt(role), accessor))?.creation_time;
    return await loginsBy(api, { role, accessor, idempotencyKey, made: Date.parse(made ?? '') });
  } catch (error) {
    if (error instanceof VaultRefusal) return { evidence: [`who logged in cannot be seen: ${error.message}`] };
    throw error;
  }
}

interface Issued {
  readonly role: OfRole;
  readonly accessor: string;
  readonly idempotencyKey: string;
  /** NaN where the server does not say. */
  readonly made: number;
}

/** Tokens of an earlier value, which was lost and destroyed, have the mark too: they are older than the secret-id. */
async function loginsBy(api: VaultApi, { role, accessor, idempotencyKey, made }: Issued): Promise<Sighting> {
  const isOne = (token: TokenData): boolean =>
    isMarked(token.meta, idempotencyKey) && isLoginBy(role, token) && Date.parse(token.issue_time ?? '') >= made;
  const { found, count } = await listedTokens(api, { most: MOST_TOKENS, isOne });
  const what = `secret-id ${accessor} of ${roleAt(role)}`;
  if (!found) return { evidence: [`${count} tokens are out: whether ${what} logged in is not looked for`] };
  const last = Math.max(...found.map(({ issue_time: at }) => Date.parse(at ?? '')));
  if (found.length === 0)
    return { evidence: [`no token is out that ${what} logged in for; batch tokens and those that ended are not listed`] };
  const lastUsed = new Date(last).toISOString();
  return { lastUsed, evidence: [`${what} logged in at ${lastUsed}`] };
}

function isLoginBy({ mount, role }: OfRole, token: TokenData): boolean {
  const login = loginOf(token);
  return login?.mount === mount && login.name.toLowerCase() === role.toLowerCase();
}
