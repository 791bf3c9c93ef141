/** What a step's control is now, which is also what its inverse brings back. Texts of policies and versions: never a secret value. */
import { lookUpLease, lookUpSecretId, lookUpToken } from '../../apis/vault/lookups.ts';
import { entityShape, policyShape, told } from '../../apis/vault/records.ts';
import { type Fields, textsOf, type VaultApi } from '../../apis/vault/vault-api.ts';
import { policyTextOf, type VaultStep, vaultSessionOf } from '../../model/vault-actions.ts';
import { fingerprintOf, keyFor, kvVersion } from './kv.ts';
import { roleAt, secretIdsOf } from './secret-ids.ts';
import { rotatedAt } from './static-role.ts';

export interface VaultBefore {
  readonly disabled?: boolean;
  readonly policies?: Readonly<Record<string, string>>;
  readonly role?: Fields;
  readonly accessors?: readonly string[];
  /** `made`: a fingerprint of the value that the step writes. */
  readonly kv?: { readonly version: number; readonly key: string; readonly made?: string };
  /** Of a static role: when its password was made, in the server's words; empty where it never was. */
  readonly rotated?: string;
}

export type Found =
  | { readonly before: VaultBefore; readonly isInPlace: boolean }
  /** Why the step cannot run: mostly that its target is not there. */
  | { readonly problem: string };

const AGAIN = 'collect again';

/** Reads; changes nothing. `value`: what the step will write, where it is in hand. */
export async function stateOf(api: VaultApi, step: VaultStep, value?: string): Promise<Found> {
  const { parameters } = step;
  switch (parameters.what) {
    case 'token':
      return exists(
        await lookUpToken(api, parameters.accessor),
        `${api.place}: no token has the accessor ${parameters.accessor}`,
      );
    case 'sessions':
      return sessionsState(api, parameters.sessions);
    case 'lease':
      return exists(await lookUpLease(api, parameters.leaseId), `${api.place}: there is no lease ${parameters.leaseId}`);
    case 'leases':
      return exists(
        await api.list(`sys/leases/lookup/${parameters.prefix}/`),
        `${api.place}: there is no lease below ${parameters.prefix}`,
      );
    case 'secret-id':
      return secretIdState(api, step, parameters);
    case 'entity':
      return entityState(api, parameters.id);
    case 'policy':
      return policyState(api, step, parameters.policies);
    case 'role':
      return roleState(api, step, parameters);
    case 'static-role': {
      const rotated = await rotatedAt(api, parameters);
      return rotated === undefined
        ? { problem: `${api.place}: ${parameters.mount} has no static role ${parameters.role}: ${AGAIN}` }
        : { before: { rotated }, isInPlace: false };
    }
    case 'kv':
      return kvState(api, parameters, value);
  }
}

const exists = (found: unknown, problem: string): Found =>
  found === undefined ? { problem: `${problem}: ${AGAIN}` } : { before: {}, isInPlace: false };

/** What of several tokens and leases is there; those that are known by a hash alone cannot be looked for. */
export async function livingOf(api: VaultApi, keys: readonly string[]): Promise<{ living: string[]; hashed: string[] }> {
  const living: string[] = [];
  const hashed: string[] = [];
  for (const key of keys) {
    const session = vaultSessionOf(key);
    if (!session) hashed.push(key);
    else if ('accessor' in session ? await lookUpToken(api, session.accessor) : await lookUpLease(api, session.leaseId))
      living.push(key);
  }
  return { living, hashed };
}

async function sessionsState(api: VaultApi, keys: readonly string[]): Promise<Found> {
  const { living, hashed } = await livingOf(api, keys);
  if (hashed.length === keys.length)
    return {
      problem: `${keys.join(', ')}: known by a hash of the accessor alone: find it with \`bao list auth/token/accessors\``,
    };
  return exists(living.length > 0 ? living : undefined, `${api.place}: there is no such token or lease: ${keys.join(', ')}`);
}

type Parameters<W extends VaultStep['parameters']['what']> = Extract<VaultStep['parameters'], { what: W }>;

async function secretIdState(api: VaultApi, { action }: VaultStep, parameters: Parameters<'secret-id'>): Promise<Found> {
  if (action === 'issue' || !('accessor' in parameters)) {
    const role = await api.read(roleAt(parameters));
    if (!role) return { problem: `${api.place}: there is no role ${roleAt(parameters)}: ${AGAIN}` };
    return { before: { accessors: await secretIdsOf(api, parameters) }, isInPlace: false };
  }
  const { accessor } = parameters;
  return exists(
    await lookUpSecretId(api, roleAt(parameters), accessor),
    `${api.place}: ${roleAt(parameters)} has no secret-id of accessor ${accessor}`,
  );
}

async function entityState(api: VaultApi, id: string): Promise<Found> {
  const path = `identity/entity/id/${id}`;
  const entity = await api.read(path);
  if (!entity) return { problem: `${api.place}: there is no entity ${id}: ${AGAIN}` };
  const disabled = told(entityShape, entity.data, `${api.place}: ${path}`).disabled === true;
  return { before: { disabled }, isInPlace: disabled };
}

async function policyState(api: VaultApi, step: VaultStep, names: readonly string[]): Promise<Found> {
  const texts: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const name of names) {
    const path = `sys/policies/acl/${name}`;
    const answer = await api.read(path);
    const found = answer && told(policyShape, answer.data, `${api.place}: ${path}`).policy;
    if (typeof found !== 'string') return { problem: `${api.place}: there is no policy ${name}: ${AGAIN}` };
    texts[name] = found;
  }
  const wanted = policyTextOf(step);
  return { before: { policies: texts }, isInPlace: names.every((name) => texts[name] === wanted) };
}

async function roleState(api: VaultApi, step: VaultStep, parameters: Parameters<'role'>): Promise<Found> {
  const role = (await api.read(roleAt(parameters)))?.data;
  if (!role) return { problem: `${api.place}: there is no role ${roleAt(parameters)}: ${AGAIN}` };
  return { before: { role }, isInPlace: isRoleLimited(step, role) };
}

/** Whether the role is at least as tight as the step makes it. */
export function isRoleLimited(step: VaultStep, role: Fields): boolean {
  if (step.action !== 'shorten') return (textsOf(role['token_policies']) ?? []).length === 0;
  const { tokenTtl } = step.parameters;
  const within = (name: string): boolean => typeof role[name] === 'number' && role[name] > 0 && role[name] <= tokenTtl;
  return within('token_ttl') && within('token_max_ttl');
}

async function kvState(api: VaultApi, place: Parameters<'kv'>, value: string | undefined): Promise<Found> {
  const now = await kvVersion(api, place);
  if (!now) return { problem: `${api.place}: there is no secret ${place.mount}/${place.path} (KV version 2): ${AGAIN}` };
  const chosen = keyFor(place, Object.keys(now.data).sort());
  if ('problem' in chosen) return chosen;
  const made = value === undefined ? {} : { made: fingerprintOf(value) };
  return { before: { kv: { version: now.version, key: chosen.key, ...made } }, isInPlace: false };
}
