import { neededRule } from '../../apis/vault/refusal.ts';
import type { VaultApi } from '../../apis/vault/vault-api.ts';
import type { VaultStep } from '../../model/vault-actions.ts';
import { type Needed, neededBy } from './needed.ts';

/** What the own token may not do, each with the rule that its policy lacks. */
export async function missingRights(api: VaultApi, needed: readonly Needed[]): Promise<string[]> {
  const held = await api.capabilities(needed.map(({ path }) => path));
  return needed.flatMap((one) => {
    const capabilities = held.get(one.path) ?? [];
    if (capabilities.includes('root')) return [];
    const lacking = [one.capability, ...(one.sudo ? ['sudo'] : [])].filter((name) => !capabilities.includes(name));
    return lacking.map((name) => `interlock's token may not ${name} ${one.path}: its policy needs ${neededRule(one.path, name)}`);
  });
}

export const missingFor = (api: VaultApi, step: VaultStep): Promise<string[]> => missingRights(api, neededBy(step));
