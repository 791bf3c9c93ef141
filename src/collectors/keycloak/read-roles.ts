import { z } from 'zod';
import { path } from '../../apis/keycloak/admin.ts';
import {
  type ClientRepresentation,
  type GroupRepresentation,
  type RealmExport,
  type RoleRepresentation,
  roleRepresentation,
} from '../../apis/keycloak/representations.ts';
import { shaped } from '../files/shape.ts';
import { type Asking, listed } from './asking.ts';

type Roles = NonNullable<RealmExport['roles']>;

/** Roles of the realm and of its clients, with what they are composed of. */
export async function readRoles(asking: Asking, clients: readonly ClientRepresentation[] = []): Promise<Roles> {
  const names = new Map(clients.flatMap(({ id, clientId }) => (id === undefined ? [] : [[id, clientId] as const])));
  const realm = await withParts(asking, await listed(asking, path`/${asking.realm}/roles`, roleRepresentation), names);
  const client: Record<string, RoleRepresentation[]> = {};
  for (const [id, clientId] of names) {
    const roles = await listed(asking, path`/${asking.realm}/clients/${id}/roles`, roleRepresentation);
    if (roles.length > 0) client[clientId] = await withParts(asking, roles, names);
  }
  return { realm, client };
}

/** A part that is a role of a client nobody shows us is left out: the clients' scope says that they are missing. */
async function withParts(
  { admin, realm, signal }: Asking,
  roles: readonly RoleRepresentation[],
  clients: ReadonlyMap<string, string>,
): Promise<RoleRepresentation[]> {
  const whole: RoleRepresentation[] = [];
  for (const role of roles) {
    if (!role.composite || role.id === undefined) {
      whole.push(role);
      continue;
    }
    const answer = await admin.get(path`/${realm}/roles-by-id/${role.id}/composites`, signal);
    const parts = shaped(z.array(roleRepresentation), answer, { path: `role ${role.name} of realm ${realm}` });
    whole.push({ ...role, composites: named(parts, clients) });
  }
  return whole;
}

function named(
  parts: readonly RoleRepresentation[],
  clients: ReadonlyMap<string, string>,
): NonNullable<RoleRepresentation['composites']> {
  const client: Record<string, string[]> = {};
  for (const { name, clientRole, containerId } of parts) {
    const clientId = clientRole ? clients.get(containerId ?? '') : undefined;
    if (clientId !== undefined) client[clientId] = [...(client[clientId] ?? []), name];
  }
  return { realm: parts.filter(({ clientRole }) => !clientRole).map(({ name }) => name), client };
}

interface Held {
  realmRoles: string[];
  clientRoles: Record<string, string[]>;
  groups: string[];
}

const member = z.object({ id: z.string() });

/**
 * What each user has for itself, by the user's id, service accounts included. Asked role by role and group by group: a realm has far
 * fewer of them than users.
 */
export async function membersOf(
  asking: Asking,
  {
    document: { roles, clients = [] },
    groups,
  }: { readonly document: RealmExport; readonly groups: readonly GroupRepresentation[] },
): Promise<Map<string, Held>> {
  const held = new Map<string, Held>();
  const of = (id: string): Held => {
    const known = held.get(id) ?? { realmRoles: [], clientRoles: {}, groups: [] };
    held.set(id, known);
    return known;
  };
  const ids = async (below: string): Promise<string[]> => (await listed(asking, below, member)).map(({ id }) => id);
  for (const { name } of roles?.realm ?? [])
    for (const id of await ids(path`/${asking.realm}/roles/${name}/users`)) of(id).realmRoles.push(name);
  const inside = new Map(clients.map(({ id, clientId }) => [clientId, id]));
  for (const [clientId, own] of Object.entries(roles?.client ?? {}))
    for (const { name } of own)
      for (const id of await ids(path`/${asking.realm}/clients/${inside.get(clientId) ?? ''}/roles/${name}/users`))
        addRole(of(id).clientRoles, clientId, name);
  for (const { id: group, path: at } of flat(groups))
    if (group !== undefined && at !== undefined)
      for (const id of await ids(path`/${asking.realm}/groups/${group}/members?briefRepresentation=true`)) of(id).groups.push(at);
  return held;
}

function addRole(roles: Held['clientRoles'], clientId: string, name: string): void {
  roles[clientId] = [...(roles[clientId] ?? []), name];
}

const flat = (groups: readonly GroupRepresentation[]): GroupRepresentation[] =>
  groups.flatMap((group) => [group, ...flat(group.subGroups ?? [])]);
