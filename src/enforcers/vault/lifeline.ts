/** Never the access by which we work: a step on it would end the way to undo it. */
import { loginOf, lookUpToken } from '../../apis/vault/lookups.ts';
import { ownTokenShape, type TokenData, told } from '../../apis/vault/records.ts';
import type { VaultApi } from '../../apis/vault/vault-api.ts';
import { RefusedError } from '../../model/errors.ts';
import { type VaultStep, vaultSessionOf } from '../../model/vault-actions.ts';

/** The login by which we work. */
export interface OwnLogin {
  /** Empty for a batch token, which has none. */
  readonly accessor: string;
  readonly entityId: string;
  /** Of the token and of its entity, in lower case. */
  readonly policies: readonly string[];
  /** `auth/<mount>/login` or the like. */
  readonly path: string;
  readonly role: { readonly mount: string; readonly name: string } | undefined;
  /** It dies with the token that made it. */
  readonly hasParent: boolean;
  readonly issuedAt: string;
}

export async function ownLogin(api: VaultApi): Promise<OwnLogin> {
  const path = 'auth/token/lookup-self';
  const found = await api.read(path);
  if (!found) throw new RefusedError(`${api.place}: ${path}: the server does not say by which token we work; check the url`);
  const token = told(ownTokenShape, found.data, `${api.place}: ${path}`);
  return {
    accessor: token.accessor,
    entityId: token.entity_id ?? '',
    policies: [...token.policies, ...token.identity_policies].map((name) => name.toLowerCase()),
    path: token.path ?? '',
    role: loginOf(token),
    hasParent: token.orphan === false,
    issuedAt: token.issue_time ?? '',
  };
}

const refuse = (what: string): string => `${what} is interlock's own: a step on it would end the way to undo it`;

/** Why the step must not be done, as far as the own login goes; empty when it may. */
export async function lifeline(api: VaultApi, { action, parameters }: VaultStep, own: OwnLogin): Promise<string[]> {
  switch (parameters.what) {
    case 'token':
      return ofToken(api, parameters.accessor, own);
    case 'sessions':
      return ofSessions(api, parameters.sessions, own);
    case 'lease':
      return ofLease(parameters.leaseId, own);
    case 'leases':
      return ofPrefix(parameters.prefix, own);
    case 'entity':
      return own.entityId !== '' && parameters.id.toLowerCase() === own.entityId.toLowerCase()
        ? [refuse(`entity ${parameters.id}`)]
        : [];
    case 'policy':
      return parameters.policies
        .filter((name) => own.policies.includes(name.toLowerCase()))
        .map((name) => refuse(`policy ${name}`));
    case 'role':
    case 'secret-id':
      return isOwnRole(parameters, own) && action !== 'issue'
        ? [refuse(`role ${parameters.role} of auth/${parameters.mount}`)]
        : [];
    default:
      return [];
  }
}

async function ofSessions(api: VaultApi, keys: readonly string[], own: OwnLogin): Promise<string[]> {
  const refusals: string[] = [];
  for (const key of keys) {
    const session = vaultSessionOf(key);
    if (!session) continue;
    refusals.push(...('accessor' in session ? await ofToken(api, session.accessor, own) : ofLease(session.leaseId, own)));
  }
  return refusals;
}

async function ofToken(api: VaultApi, accessor: string, own: OwnLogin): Promise<string[]> {
  if (accessor === own.accessor) return [refuse(`token ${accessor}`)];
  const token = own.hasParent ? await lookUpToken(api, accessor) : undefined;
  return token && mayBeParent(token, own)
    ? [
        `token ${accessor} may be the one that made interlock's own, which would die with it: give interlock an orphan token (\`bao token create -orphan\`) or an AppRole`,
      ]
    : [];
}

/** No server says which token made another: it was there before, is of the same entity, and may at least as much. */
function mayBeParent(token: TokenData, own: OwnLogin): boolean {
  const policies = [...token.policies, ...token.identity_policies].map((name) => name.toLowerCase());
  const mayAll = policies.includes('root') || own.policies.every((name) => policies.includes(name));
  const isElder = !(Date.parse(token.issue_time ?? '') > Date.parse(own.issuedAt));
  return mayAll && isElder && (token.entity_id ?? '') === own.entityId;
}

/** A token has a lease below the path that made it. Which one it is only its hash would tell. */
const ofLease = (leaseId: string, { path }: OwnLogin): string[] =>
  path !== '' && leaseId.startsWith(`${path}/`)
    ? [`lease ${leaseId} may be that of interlock's own token: revoke the token by its accessor instead`]
    : [];

const ofPrefix = (prefix: string, { path }: OwnLogin): string[] =>
  path !== '' && (`${path}/`.startsWith(`${prefix}/`) || prefix.startsWith(`${path}/`))
    ? [refuse(`a token below ${prefix}`)]
    : [];

/** The server takes names of roles and policies in any case for the same. */
const isOwnRole = ({ mount, role }: { readonly mount: string; readonly role: string }, own: OwnLogin): boolean =>
  own.role?.mount === mount && own.role.name.toLowerCase() === role.toLowerCase();
