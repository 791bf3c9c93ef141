import type { VaultStep } from '../../model/vault-actions.ts';

/** One path that a step calls, and what a policy must allow there. `sudo` besides the capability where the server asks for it. */
export interface Needed {
  readonly path: string;
  readonly capability: 'read' | 'list' | 'update' | 'patch';
  readonly sudo?: true;
}

const read = (path: string): Needed => ({ path, capability: 'read' });
const update = (path: string): Needed => ({ path, capability: 'update' });
const list = (path: string): Needed => ({ path, capability: 'list' });

const neededByTokens = [update('auth/token/lookup-accessor'), update('auth/token/revoke-accessor')];
const neededByLeases = [update('sys/leases/lookup'), update('sys/leases/revoke')];

/** Everything that preflight, call, probe and inverse of a step ask. */
export function neededBy({ action, parameters }: VaultStep): readonly Needed[] {
  switch (parameters.what) {
    case 'token':
      return neededByTokens;
    case 'sessions':
      return [...neededByTokens, ...neededByLeases].filter(({ path }) =>
        parameters.sessions.some((key) => path.startsWith(key.includes('/leases/') ? 'sys/leases/' : 'auth/token/')),
      );
    case 'lease':
      return neededByLeases;
    case 'leases':
      return [
        { path: `sys/leases/revoke-prefix/${parameters.prefix}`, capability: 'update', sudo: true },
        { path: `sys/leases/lookup/${parameters.prefix}/`, capability: 'list', sudo: true },
      ];
    case 'secret-id': {
      const place = `auth/${parameters.mount}/role/${parameters.role}`;
      const accessors = [update(`${place}/secret-id-accessor/lookup`), update(`${place}/secret-id-accessor/destroy`)];
      if (action !== 'issue') return accessors;
      return [...accessors, update(`${place}/secret-id`), list(`${place}/secret-id`), read(`${place}/role-id`)];
    }
    case 'entity':
      return [read(`identity/entity/id/${parameters.id}`), update(`identity/entity/id/${parameters.id}`)];
    case 'policy':
      return parameters.policies.flatMap((name) => [read(`sys/policies/acl/${name}`), update(`sys/policies/acl/${name}`)]);
    case 'role':
      return [
        read(`auth/${parameters.mount}/role/${parameters.role}`),
        update(`auth/${parameters.mount}/role/${parameters.role}`),
      ];
    case 'static-role':
      return [
        read(`${parameters.mount}/static-roles/${parameters.role}`),
        update(`${parameters.mount}/rotate-role/${parameters.role}`),
      ];
    case 'kv': {
      const place = `${parameters.mount}/data/${parameters.path}`;
      return [read(place), { path: place, capability: 'patch' }];
    }
  }
}
