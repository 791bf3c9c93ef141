/** Whether the thing that a step's parameters name is the one that it was planned on. */
import { type EntityData, entityShape, groupShape, roleShape, told } from '../../apis/vault/records.ts';
import { VaultRefusal } from '../../apis/vault/refusal.ts';
import type { VaultApi } from '../../apis/vault/vault-api.ts';
import { RefusedError } from '../../model/errors.ts';
import {
  vaultAuthRole,
  vaultEntity,
  vaultLease,
  vaultMount,
  vaultPlace,
  vaultPolicy,
  vaultSecretId,
  vaultToken,
} from '../../model/keys.ts';
import type { PlanStep } from '../../model/plan.ts';
import type { VaultStep } from '../../model/vault-actions.ts';
import { type OfRole, roleAt } from './secret-ids.ts';

/** The key of what the parameters name; undefined where they name a part of it. */
export function ownKey({ action, parameters }: VaultStep, source: string): string | undefined {
  switch (parameters.what) {
    case 'token':
      return vaultToken(source, parameters.accessor);
    case 'lease':
      return vaultLease(source, parameters.leaseId);
    case 'secret-id': {
      const role = vaultAuthRole(source, parameters.mount, parameters.role);
      return action === 'issue' || !('accessor' in parameters) ? role : vaultSecretId(role, parameters.accessor);
    }
    case 'entity':
      return vaultEntity(source, parameters.id);
    case 'policy':
      return vaultPolicy(source, [...parameters.policies].sort().join(','));
    case 'role':
      return vaultAuthRole(source, parameters.mount, parameters.role);
    case 'kv':
      return vaultPlace(source, parameters.mount, parameters.path);
    case 'static-role':
      return vaultPlace(source, parameters.mount, `static-roles/${parameters.role}`);
    case 'leases':
      return vaultMount(source, parameters.prefix);
    default:
      return undefined;
  }
}

/** Throws where the target is another thing. A policy and an entity may be changed for who has them: `holderProblem` asks the server. */
export function mustBeTarget(planned: PlanStep, step: VaultStep, source: string): void {
  if (isTarget(planned.target, step, source)) return;
  throw new RefusedError(
    `step ${planned.id}: the target ${planned.target} is not ${ownKey(step, source) ?? 'one of its sessions'} of source ${source}: nothing was done`,
  );
}

function isTarget(target: string, step: VaultStep, source: string): boolean {
  const own = ownKey(step, source);
  const { parameters } = step;
  switch (parameters.what) {
    case 'sessions':
      return parameters.sessions.includes(target) && parameters.sessions.every((key) => key.startsWith(`vault:${source}/`));
    case 'secret-id':
      return target === own || (step.action === 'issue' && isPartOf(target, `${own}/secret-id`));
    case 'leases':
      return target === own || target === `${own}/issued`;
    case 'static-role':
      return target === own || target === `${own}/password`;
    case 'entity':
      return target === own || roleIn(target, source) !== undefined;
    case 'policy':
      return target === own || roleIn(target, source) !== undefined || entityIn(target, source) !== undefined;
    default:
      return target === own;
  }
}

/** Directly below it. */
const isPartOf = (target: string, whole: string): boolean =>
  target.startsWith(`${whole}/`) && !target.slice(whole.length + 1).includes('/');

function roleIn(target: string, source: string): OfRole | undefined {
  const [, of, mount, role] = /^vault:([^/]+)\/auth\/(.+)\/role\/([^/]+)$/.exec(target) ?? [];
  return of === source && mount !== undefined && role !== undefined ? { mount, role } : undefined;
}

function entityIn(target: string, source: string): string | undefined {
  const [, of, id] = /^vault:([^/]+)\/identity\/entity\/([^/]+)$/.exec(target) ?? [];
  return of === source ? id : undefined;
}

/** Why the target is not the one whose policy or entity this is; undefined when it is. Reads. */
export async function holderProblem(
  api: VaultApi,
  { target }: PlanStep,
  step: VaultStep,
  source: string,
): Promise<string | undefined> {
  const { parameters } = step;
  if (parameters.what !== 'policy' && parameters.what !== 'entity') return undefined;
  if (target === ownKey(step, source)) return undefined;
  const role = roleIn(target, source);
  const id = entityIn(target, source);
  if (parameters.what === 'entity') {
    if (!role) return undefined;
    const entity = await entityOf(api, parameters.id);
    return !entity || (await isEntityOfRole(api, entity, role))
      ? undefined
      : `entity ${parameters.id} is not the one that logs in by ${roleAt(role)}: nothing was done; collect and plan again`;
  }
  const held = role ? await policiesOfRole(api, role) : await policiesOfEntity(api, id ?? '');
  const foreign = parameters.policies.filter((name) => !held.has(name.toLowerCase()));
  if (foreign.length === 0) return undefined;
  return `${target} does not have ${foreign.map((name) => `policy ${name}`).join(', ')}: nothing was done; collect and plan again`;
}

async function entityOf(api: VaultApi, id: string): Promise<EntityData | undefined> {
  const path = `identity/entity/id/${id}`;
  const found = await api.read(path);
  return found && told(entityShape, found.data, `${api.place}: ${path}`);
}

/** An alias of it is the role's: of AppRoles the role-id, of others what was noted at the login. */
async function isEntityOfRole(api: VaultApi, { aliases }: EntityData, role: OfRole): Promise<boolean> {
  const own = aliases.filter(({ mount_path: path }) => path === `auth/${role.mount}/`);
  if (own.some(({ metadata }) => metadata['role_name'] === role.role)) return true;
  if (own.length === 0) return false;
  const roleId = (await api.read(`${roleAt(role)}/role-id`))?.data['role_id'];
  return own.some(({ name }) => name === roleId);
}

const statedBy = async (api: VaultApi, role: OfRole): Promise<string[]> => {
  const found = await api.read(roleAt(role));
  const stated = found && told(roleShape, found.data, `${api.place}: ${roleAt(role)}`);
  return stated ? [...stated.token_policies, ...stated.policies] : [];
};

const inLowerCase = (names: readonly string[]): Set<string> => new Set(names.map((name) => name.toLowerCase()));

/** What logins by the role get: from the role itself, and from the entity that they are. */
async function policiesOfRole(api: VaultApi, role: OfRole): Promise<Set<string>> {
  const stated = await statedBy(api, role);
  const entity = await entityOfRole(api, role);
  return inLowerCase([...stated, ...(entity ? await granted(api, entity) : [])]);
}

/** Undefined where nobody logged in by it yet, or where we may not ask. */
async function entityOfRole(api: VaultApi, role: OfRole): Promise<EntityData | undefined> {
  try {
    const roleId = (await api.read(`${roleAt(role)}/role-id`))?.data['role_id'];
    const accessor = (await api.read(`sys/auth/${role.mount}`))?.data['accessor'];
    if (typeof roleId !== 'string' || typeof accessor !== 'string') return undefined;
    const path = 'identity/lookup/entity';
    const { data } = await api.write(path, { alias_name: roleId, alias_mount_accessor: accessor });
    return data['id'] === undefined ? undefined : told(entityShape, data, `${api.place}: ${path}`);
  } catch (error) {
    if (error instanceof VaultRefusal) return undefined;
    throw error;
  }
}

/** By the entity itself, its groups, and the one role that it logs in by. */
async function policiesOfEntity(api: VaultApi, id: string): Promise<Set<string>> {
  const entity = await entityOf(api, id);
  if (!entity) return new Set();
  const byRoles: string[] = [];
  for (const { mount_path: path, metadata } of entity.aliases) {
    const mount = /^auth\/(.+)\/$/.exec(path ?? '')?.[1];
    const name = metadata['role_name'];
    if (mount !== undefined && name !== undefined) byRoles.push(...(await statedBy(api, { mount, role: name })));
  }
  return inLowerCase([...(await granted(api, entity)), ...byRoles]);
}

async function granted(api: VaultApi, { policies, group_ids: groups }: EntityData): Promise<string[]> {
  const all = [...policies];
  for (const group of groups) {
    const path = `identity/group/id/${group}`;
    const found = await api.read(path);
    if (found) all.push(...told(groupShape, found.data, `${api.place}: ${path}`).policies);
  }
  return all;
}
