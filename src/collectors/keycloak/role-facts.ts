import type { GroupRepresentation, RoleRepresentation } from '../../apis/keycloak/representations.ts';
import { keycloakAll, keycloakGroup } from '../../model/keys.ts';
import type { FactSheet } from './fact-sheet.ts';
import { administered, type NamedRoles, type Realm, realmKey, roleKey, rolesOf } from './realm.ts';

/** A role of the realm, or of one of its clients. */
export interface PlacedRole {
  readonly key: string;
  readonly role: RoleRepresentation;
  readonly clientId?: string;
}

export function placedRoles(realm: Realm): PlacedRole[] {
  const { realm: own = [], client = {} } = realm.document.roles ?? {};
  return [
    ...own.map((role) => ({ key: roleKey(realm, role.name), role })),
    ...Object.entries(client).flatMap(([clientId, roles]) =>
      roles.map((role) => ({ key: roleKey(realm, role.name, clientId), role, clientId })),
    ),
  ];
}

/** Roles, what they are composed of, and groups with their roles and parents. */
export function roleFacts(realm: Realm, sheet: FactSheet): void {
  const assignable = keycloakAll(realmKey(realm), 'roles');
  const roles = placedRoles(realm);
  const administers = administrative(realm, roles);
  sheet.entity({ key: assignable, kind: 'Scope', name: `roles of ${realm.document.realm} without administration` });
  sheet.tie(realmKey(realm), 'CONTAINS', assignable);
  for (const { key, role, clientId } of roles) {
    sheet.entity({
      key,
      kind: 'Role',
      name: clientId === undefined ? role.name : `${role.name} of ${clientId}`,
      state: 'active',
      properties: { role: role.name, ...(clientId !== undefined && { clientId }), composite: role.composite },
    });
    sheet.tie(administers.has(key) ? realmKey(realm) : assignable, 'CONTAINS', key);
    for (const part of composedOf(realm, role))
      sheet.tie(key, 'MEMBER_OF', part, { reason: `composite role: ${role.name} brings it along` });
  }
  for (const group of realm.document.groups ?? []) groupFacts(realm, sheet, group);
}

const composedOf = (realm: Realm, { composites }: RoleRepresentation): string[] =>
  rolesOf(realm, { realmRoles: composites?.realm, clientRoles: composites?.client } satisfies NamedRoles);

/** Roles that bring administration along: who manages users may not give these away unless they have them. */
function administrative(realm: Realm, roles: readonly PlacedRole[]): ReadonlySet<string> {
  const parts = new Map(roles.map(({ key, role }) => [key, composedOf(realm, role)]));
  const found = new Set(
    roles
      .filter(({ role, clientId }) =>
        clientId === undefined ? isMasterRole(realm, role.name) : isOfAdministration(realm, clientId),
      )
      .map(({ key }) => key),
  );
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const [key, inside] of parts) if (inside.some((part) => found.has(part))) found.add(key);
  }
  return found;
}

const isOfAdministration = ({ document }: Realm, clientId: string): boolean =>
  administered(document.realm, clientId) !== undefined;

export const isMasterRole = ({ document }: Realm, role: string): boolean =>
  document.realm === 'master' && (role === 'admin' || role === 'create-realm');

function groupFacts(realm: Realm, sheet: FactSheet, group: GroupRepresentation, parent?: string): void {
  const path = group.path ?? `${parent ?? ''}/${group.name}`;
  const key = keycloakGroup(realm.source, realm.document.realm, path);
  sheet.entity({ key, kind: 'Group', name: path.slice(1), state: 'active' });
  sheet.tie(realmKey(realm), 'CONTAINS', key);
  if (parent !== undefined)
    sheet.tie(key, 'MEMBER_OF', keycloakGroup(realm.source, realm.document.realm, parent), {
      reason: 'a subgroup has the roles of its parent',
    });
  for (const role of rolesOf(realm, group)) sheet.tie(key, 'MEMBER_OF', role, { reason: `role mapping of group ${path}` });
  for (const child of group.subGroups ?? []) groupFacts(realm, sheet, child, path);
}
