/** Who there is: login roles, entities, groups; which policies each has. */

import { loginOf } from '../../apis/vault/lookups.ts';
import type { EntityData, GroupData } from '../../apis/vault/records.ts';
import type { TemplateIdentity } from '../../iam/vault/template.ts';
import type { EntityFact } from '../../model/entity.ts';
import { entitled, type Facts } from '../../model/facts.ts';
import { vaultAuthRole, vaultEntity, vaultGroup, vaultServer } from '../../model/keys.ts';
import { thing } from './facts.ts';
import type { AuthRole, Inventory } from './inventory.ts';
import type { Caller } from './policies.ts';

export interface Identity {
  readonly key: string;
  readonly names: ReadonlySet<string>;
  readonly caller: Caller;
  readonly entityId?: string;
  readonly fact: EntityFact;
}

/** Roles and entities, with what each may call its own. */
export function identitiesOf(inventory: Inventory, source: string): Identity[] {
  const directory = new Directory(inventory);
  const roles = [...inventory.roles.values()].filter(({ data }) => data !== undefined);
  const shared = holdersByPolicy(inventory, directory);
  return [
    ...roles.map((role) => roleIdentity(role, { source, directory, shared })),
    ...[...inventory.entities.values()].map((entity) => entityIdentity(entity, { source, directory, shared })),
  ];
}

/** Looks entities, groups and roles up by each other. */
export class Directory {
  readonly #inventory: Inventory;
  readonly #groupsOf = new Map<string, string[]>();
  readonly #byRole = new Map<string, EntityData>();
  readonly #byRoleId = new Map<string, AuthRole>();

  constructor(inventory: Inventory) {
    this.#inventory = inventory;
    for (const group of inventory.groups.values())
      for (const member of [...group.member_entity_ids, ...group.member_group_ids])
        this.#groupsOf.set(member, [...(this.#groupsOf.get(member) ?? []), group.id]);
    for (const role of inventory.roles.values())
      if (role.roleId !== undefined) this.#byRoleId.set(roleId({ mount: role.mount, name: role.roleId }), role);
    for (const entity of inventory.entities.values())
      for (const role of this.#loginsOf(entity)) this.#byRole.set(roleId(role), entity);
  }

  /** Of AppRoles: the entity that its logins are. */
  entityOf(role: AuthRole): EntityData | undefined {
    return this.#byRole.get(roleId(role));
  }

  /** The role of an entity that has one login only. */
  roleOf(entity: EntityData): AuthRole | undefined {
    const [role] = this.#loginsOf(entity);
    return entity.aliases.length === 1 ? role : undefined;
  }

  #loginsOf(entity: EntityData): AuthRole[] {
    return entity.aliases.flatMap((alias) => {
      const mount = this.mountOf(alias.mount_accessor, alias.mount_path);
      if (mount === undefined || !this.#isAppRole(mount, alias.mount_type)) return [];
      const role =
        this.#byRoleId.get(roleId({ mount, name: alias.name ?? '' })) ??
        this.#inventory.roles.get(roleId({ mount, name: alias.metadata['role_name'] ?? '' }));
      return role && (role.roleId === undefined || role.roleId === alias.name) ? [role] : [];
    });
  }

  #isAppRole(mount: string, type: string | null | undefined): boolean {
    return (this.#inventory.auth?.get(mount)?.type ?? type) === 'approle';
  }

  mountOf(accessor: string | null | undefined, path: string | null | undefined): string | undefined {
    const known = [...(this.#inventory.auth?.values() ?? [])].find(
      (mount) => mount.accessor !== undefined && mount.accessor === accessor,
    );
    return known?.path ?? path?.replace(/^auth\//, '').replace(/\/$/, '');
  }

  /** All groups that it is in, also through groups of groups. */
  groupsOf(entity: EntityData): GroupData[] {
    const found = new Set([...entity.group_ids, ...(this.#groupsOf.get(entity.id) ?? [])]);
    for (const id of found) for (const parent of this.#groupsOf.get(id) ?? []) found.add(parent);
    return [...found].flatMap((id) => this.#inventory.groups.get(id) ?? []);
  }

  callerOf(entity: EntityData): TemplateIdentity {
    return {
      id: entity.id,
      name: entity.name ?? '',
      metadata: entity.metadata,
      aliases: entity.aliases.map((alias) => ({
        id: alias.id ?? '',
        mountAccessor: alias.mount_accessor ?? '',
        name: alias.name ?? '',
        metadata: alias.metadata,
        customMetadata: alias.custom_metadata,
      })),
      groups: this.groupsOf(entity).map(({ id, name, metadata }) => ({ id, name: name ?? '', metadata })),
    };
  }

  /** Policies of the entity itself and of its groups, which every token of it has. */
  policiesOf(entity: EntityData): string[] {
    return [...entity.policies, ...this.groupsOf(entity).flatMap(({ policies }) => policies)].map((name) => name.toLowerCase());
  }
}

const roleId = ({ mount, name }: Pick<AuthRole, 'mount' | 'name'>): string => `${mount}\n${name}`;

/** What a login by the role gets from the role itself. */
export function rolePolicies({ data }: AuthRole): string[] {
  const stated = [...(data?.token_policies ?? []), ...(data?.policies ?? [])].map((name) => name.toLowerCase());
  return [...new Set([...stated, ...(data?.token_no_default_policy ? [] : ['default'])])];
}

interface Context {
  readonly source: string;
  readonly directory: Directory;
  /** Of each policy: who has it, a role and its entity as one. */
  readonly shared: Holders;
}

/** Undefined where not everybody who may hold a policy is known. */
type Holders = ReadonlyMap<string, ReadonlySet<string>> | undefined;

function roleIdentity(role: AuthRole, { source, directory, shared }: Context): Identity {
  const entity = directory.entityOf(role);
  const names = new Set([...rolePolicies(role), ...(entity ? directory.policiesOf(entity) : [])]);
  const key = vaultAuthRole(source, role.mount, role.name);
  const { data } = role;
  return {
    key,
    names,
    caller: entity ? directory.callerOf(entity) : 'unknown',
    ...(entity && { entityId: entity.id }),
    fact: thing(key, 'Role', role.name, {
      state: entity?.disabled ? 'inactive' : 'active',
      properties: {
        mount: role.mount,
        policies: [...names].sort(),
        ...owned(names, roleId(role), shared),
        ...(entity && { entityId: entity.id }),
        ...(data?.token_ttl != null && { tokenTtl: data.token_ttl }),
        ...(data?.token_max_ttl != null && { tokenMaxTtl: data.token_max_ttl }),
      },
    }),
  };
}

function entityIdentity(entity: EntityData, { source, directory, shared }: Context): Identity {
  const role = directory.roleOf(entity);
  const names = new Set([...directory.policiesOf(entity), ...(role ? rolePolicies(role) : ['default'])]);
  const key = vaultEntity(source, entity.id);
  const mounts = [
    ...new Set(entity.aliases.map((alias) => directory.mountOf(alias.mount_accessor, alias.mount_path) ?? '?')),
  ].sort();
  return {
    key,
    names,
    caller: directory.callerOf(entity),
    entityId: entity.id,
    fact: thing(key, 'ServiceAccount', entity.name ?? entity.id, {
      state: entity.disabled ? 'inactive' : 'active',
      properties: {
        policies: [...names].sort(),
        ...(role ? owned(names, roleId(role), shared) : {}),
        logins: mounts,
      },
    }),
  };
}

/** Policies that nobody else holds, where they are all that the identity has: taking their rights takes its own and nobody else's. */
function owned(names: ReadonlySet<string>, holder: string, shared: Holders): { readonly ownPolicies?: readonly string[] } {
  const given = [...names].filter((name) => name !== 'default').sort();
  if (!shared) return {};
  const isOwn = given.every((name) => name !== 'root' && [...(shared.get(name) ?? [])].every((other) => other === holder));
  return given.length > 0 && isOwn ? { ownPolicies: given } : {};
}

function holdersByPolicy(inventory: Inventory, directory: Directory): Holders {
  if (!knowsHolders(inventory)) return undefined;
  const found = new Map<string, Set<string>>();
  const add = (names: readonly string[], holder: string): void => {
    for (const name of names) found.set(name.toLowerCase(), (found.get(name.toLowerCase()) ?? new Set()).add(holder));
  };
  for (const role of inventory.roles.values()) add(rolePolicies(role), roleId(role));
  for (const entity of inventory.entities.values()) {
    const role = directory.roleOf(entity);
    add(entity.policies, role ? roleId(role) : entity.id);
  }
  for (const group of inventory.groups.values()) add(group.policies, `group ${group.id}`);
  for (const [name, role] of inventory.tokenRoles) add(role.allowed_policies, `token role ${name}`);
  for (const token of inventory.tokens.values()) {
    const role = roleOfLogin(inventory, directory, token);
    add(token.policies, role ? roleId(role) : `token ${token.accessor}`);
  }
  return found;
}

export interface Login {
  readonly path?: string | null | undefined;
  readonly meta: Readonly<Record<string, string>>;
  readonly entity_id?: string | null | undefined;
}

/** The login role that a token came from, as its path and what was noted at the login say; also of its children. */
export function roleOfLogin(inventory: Inventory, directory: Directory, token: Login): AuthRole | undefined {
  const login = loginOf(token);
  if (login) return inventory.roles.get(roleId(login));
  const entity = inventory.entities.get(token.entity_id ?? '');
  return entity && directory.roleOf(entity);
}

/** Methods whose logins this source reads: who holds a policy is known when there is no other. */
const READ_METHODS = ['token', 'approle', 'kubernetes', 'jwt', 'oidc', 'aws'];

const knowsHolders = ({ auth }: Inventory): boolean =>
  auth !== undefined && [...auth.values()].every(({ type }) => READ_METHODS.includes(type));

/** Methods by which somebody may log in with policies that this source does not read. */
export const unreadMethods = ({ auth }: Inventory): string[] =>
  [...(auth?.values() ?? [])]
    .filter(({ type }) => !READ_METHODS.includes(type))
    .map(({ path, type }) => `auth/${path} (${type})`);

/** Entities and their groups. Groups carry no rights here: a member's policies count together. */
export function identityFacts(inventory: Inventory, identities: readonly Identity[], source: string): Facts {
  const directory = new Directory(inventory);
  const server = vaultServer(source);
  const groups = [...inventory.groups.values()].map((group) =>
    thing(vaultGroup(source, group.id), 'Group', group.name ?? group.id, {
      state: 'active',
      properties: { policies: [...group.policies].sort() },
    }),
  );
  const members = [...inventory.entities.values()].flatMap((entity) =>
    directory
      .groupsOf(entity)
      .map((group) => entitled(vaultEntity(source, entity.id), 'MEMBER_OF', vaultGroup(source, group.id))),
  );
  const entities = [...identities.map(({ fact }) => fact), ...groups];
  return { entities, relationships: [...entities.map(({ key }) => entitled(server, 'CONTAINS', key)), ...members] };
}
