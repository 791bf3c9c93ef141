import { lookUpToken } from '../../apis/vault/lookups.ts';
import type { TokenData } from '../../apis/vault/records.ts';
import type { VaultApi } from '../../apis/vault/vault-api.ts';

export interface ListedTokens {
  /** How many are out. */
  readonly count: number;
  /** Undefined where more are out than may be asked for one by one. */
  readonly found: readonly TokenData[] | undefined;
}

/** Service tokens that are out, as one asks. Batch tokens are listed nowhere. Throws a VaultRefusal where they may not be listed. */
export async function listedTokens(
  api: VaultApi,
  { most, isOne }: { readonly most: number; readonly isOne: (token: TokenData) => boolean },
): Promise<ListedTokens> {
  const accessors = (await api.list('auth/token/accessors')) ?? [];
  if (accessors.length > most) return { count: accessors.length, found: undefined };
  const found: TokenData[] = [];
  for (const accessor of accessors) {
    const token = await lookUpToken(api, accessor);
    if (token && isOne(token)) found.push(token);
  }
  return { count: accessors.length, found };
}
