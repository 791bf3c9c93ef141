import { neededRule } from '../../apis/vault/refusal.ts';
import { fieldsOf, textsOf, type VaultApi } from '../../apis/vault/vault-api.ts';
import type { VaultStep } from '../../model/vault-actions.ts';
import { type Needed, neededBy } from './needed.ts';

/** The login by which we work. */
export interface OwnLogin {
  readonly accessor: string;
  readonly entityId: string;
  readonly policies: readonly string[];
  /** `auth/<mount>/login` or the like. */
  readonly path: string;
  readonly roleName: string | undefined;
}

export async function ownLogin(api: VaultApi): Promise<OwnLogin> {
  const data = (await api.read('auth/token/lookup-self'))?.data ?? {};
  const word = (name: string): string => (typeof data[name] === 'string' ? data[name] : '');
  const roleName = fieldsOf(data['meta'])?.['role_name'];
  return {
    accessor: word('accessor'),
    entityId: word('entity_id'),
    policies: [...(textsOf(data['policies']) ?? []), ...(textsOf(data['identity_policies']) ?? [])],
    path: word('path'),
    roleName: typeof roleName === 'string' ? roleName : undefined,
  };
}

/** Never the access by which we work: a step on it would end the way to undo it. */
export function lifeline({ action, parameters }: VaultStep, own: OwnLogin): string[] {
  const refuse = (what: string): string[] => [`${what} is interlock's own: a step on it would end the way to undo it`];
  const ownRole = 'mount' in parameters && 'role' in parameters && isOwnRole(parameters, own);
  switch (parameters.what) {
    case 'token':
      return parameters.accessor === own.accessor ? refuse(`token ${parameters.accessor}`) : [];
    case 'sessions':
      return parameters.sessions.filter((key) => key.endsWith(`/${own.accessor}`)).flatMap((key) => refuse(key));
    case 'leases':
      return own.path !== '' && `${own.path}/`.startsWith(`${parameters.prefix}/`)
        ? refuse(`a token below ${parameters.prefix}`)
        : [];
    case 'entity':
      return parameters.id === own.entityId ? refuse(`entity ${parameters.id}`) : [];
    case 'policy':
      return parameters.policies
        .filter((name) => own.policies.includes(name.toLowerCase()))
        .flatMap((name) => refuse(`policy ${name}`));
    case 'role':
    case 'secret-id':
      return ownRole && action !== 'issue' ? refuse(`role ${parameters.role} of auth/${parameters.mount}`) : [];
    default:
      return [];
  }
}

/** The server takes names of roles and policies in any case for the same. */
const isOwnRole = ({ mount, role }: { mount: string; role: string }, own: OwnLogin): boolean =>
  own.roleName?.toLowerCase() === role.toLowerCase() && own.path.startsWith(`auth/${mount}/`);

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
