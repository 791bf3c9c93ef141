import type { VaultApi } from '../../apis/vault/vault-api.ts';
import type { Checked } from '../../ports/checked.ts';
import { ownLogin } from './lifeline.ts';
import type { Needed } from './needed.ts';
import { missingRights } from './own-access.ts';

/** What steps on the tokens, leases, identities and policies of a server call. */
const USUAL: readonly Needed[] = [
  { path: 'auth/token/lookup-accessor', capability: 'update' },
  { path: 'auth/token/revoke-accessor', capability: 'update' },
  { path: 'sys/leases/lookup', capability: 'update' },
  { path: 'sys/leases/revoke', capability: 'update' },
  { path: 'identity/entity/id/any', capability: 'read' },
  { path: 'identity/entity/id/any', capability: 'update' },
  { path: 'sys/policies/acl/any', capability: 'read' },
  { path: 'sys/policies/acl/any', capability: 'update' },
];

/** What steps would be refused for; only reads. */
export async function* checkServer(api: VaultApi): AsyncGenerator<Checked> {
  const own = await ownLogin(api);
  for (const text of await missingRights(api, USUAL)) yield { type: 'missing', text };
  const rights = own.policies.length > 0 ? ` with ${own.policies.join(', ')}` : '';
  yield { type: 'works', text: `${api.place} as the token of accessor ${own.accessor}${rights}` };
}
