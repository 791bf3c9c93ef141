/** What a collection from a server would miss: the token is asked what it may do, and nothing is read. */
import { neededRule } from '../../../apis/vault/refusal.ts';
import type { VaultConnection } from '../../../apis/vault/settings.ts';
import { VaultApi } from '../../../apis/vault/vault-api.ts';
import { messageOf } from '../../../model/errors.ts';
import type { Checked } from '../../../ports/checked.ts';
import type { CheckContext } from '../../../ports/collector.ts';
import { Inventory } from '../inventory.ts';
import { askMounts, ISSUING_ENGINES } from './questions.ts';

const TIMEOUT_MS = 5000;
/** A name that is as good as any: rules that write names out are not guessed. */
const ANY = 'any';

const ALWAYS: readonly (readonly [path: string, capability: string])[] = [
  ['sys/auth', 'read'],
  ['sys/mounts', 'read'],
  ['sys/policies/acl', 'list'],
  [`sys/policies/acl/${ANY}`, 'read'],
  ['auth/token/roles', 'list'],
  [`auth/token/roles/${ANY}`, 'read'],
  ['identity/entity/id', 'list'],
  [`identity/entity/id/${ANY}`, 'read'],
  ['identity/group/id', 'list'],
  [`identity/group/id/${ANY}`, 'read'],
  ['auth/token/accessors', 'list'],
  ['auth/token/accessors', 'sudo'],
  ['auth/token/lookup-accessor', 'update'],
];

export async function* checkLive(live: VaultConnection, { signal }: CheckContext): AsyncGenerator<Checked> {
  try {
    await using api = await VaultApi.open(live, { signal, timeoutMs: TIMEOUT_MS });
    const inventory = new Inventory();
    await askMounts({ api, inventory, signal, keep: () => undefined, failed: () => undefined });
    const needed = once([...ALWAYS, ...ofMounts(inventory)]);
    const held = await api.capabilities([...new Set(needed.map(([path]) => path))]);
    const lacking = needed.filter(([path, capability]) => {
      const capabilities = held.get(path) ?? [];
      return !capabilities.includes('root') && !capabilities.includes(capability);
    });
    for (const [path, capability] of lacking)
      yield { type: 'missing', text: `${path}: not allowed to ${capability}; grant ${neededRule(path, capability)}` };
    if (lacking.length === needed.length)
      yield { type: 'blocked', text: `${api.place}: nothing may be read; give its token a policy` };
    else
      yield { type: 'works', text: `${api.place}: ${needed.length - lacking.length} of ${needed.length} permissions are there` };
  } catch (error) {
    signal.throwIfAborted();
    yield { type: 'blocked', text: messageOf(error) };
  }
}

type Rights = readonly (readonly [path: string, capability: string])[];

const once = (all: Rights): Rights => [...new Map(all.map((one) => [one.join(' '), one])).values()];

function ofMounts({ auth, mounts }: Inventory): (readonly [string, string])[] {
  const logins = [...(auth?.values() ?? [])].flatMap(({ path, type }): (readonly [string, string])[] => {
    if (type === 'approle') {
      const role = `auth/${path}/role/${ANY}`;
      return [
        [`auth/${path}/role`, 'list'],
        [role, 'read'],
        [`${role}/role-id`, 'read'],
        [`${role}/secret-id`, 'list'],
        [`${role}/secret-id-accessor/lookup`, 'update'],
      ];
    }
    if (!['kubernetes', 'jwt', 'oidc', 'aws'].includes(type)) return [];
    return [
      [`auth/${path}/${type === 'aws' ? 'roles' : 'role'}`, 'list'],
      [`auth/${path}/role/${ANY}`, 'read'],
    ];
  });
  const engines = [...(mounts?.values() ?? [])].flatMap(({ path, type, version }): (readonly [string, string])[] => {
    if (type === 'kv') return [[version === 2 ? `${path}/metadata/` : `${path}/`, 'list']];
    if (!ISSUING_ENGINES.includes(type)) return [];
    const kinds = type === 'database' ? ['roles', 'static-roles'] : ['roles'];
    return [
      ...kinds.flatMap((kind): (readonly [string, string])[] => [
        [`${path}/${kind}`, 'list'],
        [`${path}/${kind}/${ANY}`, 'read'],
      ]),
      [`sys/leases/lookup/${path}/creds/${ANY}/`, 'list'],
      [`sys/leases/lookup/${path}/creds/${ANY}/`, 'sudo'],
      ['sys/leases/lookup', 'update'],
    ];
  });
  return [...logins, ...engines];
}
