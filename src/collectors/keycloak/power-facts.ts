/**
 * What roles let their holders do. Administration is known exactly; what an application makes of its own roles is not.
 * https://www.keycloak.org/docs/latest/server_admin/#_admin_permissions
 *
 *   role                        controls                    since
 *   manage-realm                the realm                   a signing key of one's own signs tokens for anybody
 *   manage-users                users, assignable roles     sets passwords; maps every role without administration
 *   impersonation               users                       opens a session as them
 *   manage-clients              clients                     makes their secrets anew
 *   view-clients                client secrets              the admin API shows them in the clear
 *   manage-identity-providers   identity providers          points one at another issuer
 *   admin (master)              the installation            holds the administration of every realm
 */

import {
  keycloakAll,
  keycloakApplication,
  keycloakPermission,
  keycloakProvider,
  keycloakRealm,
  keycloakServer,
} from '../../model/keys.ts';
import type { RelationshipKind } from '../../model/kinds.ts';
import { sha256 } from '../../model/ledger.ts';
import type { FactSheet } from './fact-sheet.ts';
import { administered, clientKey, isBuiltIn, type Realm } from './realm.ts';
import { isMasterRole, type PlacedRole, placedRoles } from './role-facts.ts';

interface Power {
  readonly kind: Extract<RelationshipKind, 'CAN_CONTROL' | 'CAN_WRITE'>;
  readonly target: string;
  readonly reason: string;
  readonly certainty?: 'possible';
}

export function powerFacts(realm: Realm, sheet: FactSheet): void {
  for (const placed of placedRoles(realm)) {
    const powers = powersOf(realm, placed);
    if (powers.length === 0) continue;
    const key = keycloakPermission(realm.source, sha256(JSON.stringify(powers)).slice(0, 32));
    sheet.entity({ key, kind: 'Permission', name: nameOf(placed) });
    sheet.tie(placed.key, 'HAS_GRANT', key);
    for (const { kind, target, reason, certainty } of powers)
      sheet.tie(key, kind, target, { reason, ...(certainty && { certainty }) });
  }
}

const nameOf = ({ role, clientId }: PlacedRole): string => (clientId === undefined ? role.name : `${role.name} of ${clientId}`);

function powersOf(realm: Realm, { role, clientId }: PlacedRole): Power[] {
  if (clientId === undefined)
    return isMasterRole(realm, role.name) && role.name === 'admin'
      ? [controls(keycloakServer(realm.source), 'admin: administers every realm, those to come included')]
      : [];
  const over = administered(realm.document.realm, clientId);
  if (over !== undefined) return administration(realm, over, role.name);
  if (isBuiltIn(realm.document.realm, clientId)) return [];
  return [
    {
      kind: 'CAN_WRITE',
      target: keycloakApplication(clientKey(realm, clientId)),
      reason: `role ${role.name} of ${clientId}: what it lets its holder do is decided in the application`,
      certainty: 'possible',
    },
  ];
}

const controls = (target: string, reason: string): Power => ({ kind: 'CAN_CONTROL', target, reason });

/** `over`: the realm that is administered. */
function administration(realm: Realm, over: string, role: string): Power[] {
  const key = keycloakRealm(realm.source, over);
  switch (role) {
    case 'manage-realm':
      return [controls(key, 'manage-realm: a signing key of its own signs tokens for anybody')];
    case 'manage-users':
      return [
        controls(keycloakAll(key, 'users'), 'manage-users: sets the password of any user'),
        controls(keycloakAll(key, 'roles'), 'manage-users: maps any role without administration, also to itself'),
      ];
    case 'impersonation':
      return [controls(keycloakAll(key, 'users'), 'impersonation: opens a session as any user')];
    case 'manage-clients':
      return [controls(keycloakAll(key, 'clients'), 'manage-clients: makes the secret of any client anew')];
    case 'view-clients':
      return [controls(keycloakAll(key, 'client-secrets'), 'view-clients: the admin API shows client secrets in the clear')];
    case 'manage-identity-providers':
      return providersOf(realm, over).map((provider) =>
        controls(provider, 'manage-identity-providers: points it at another issuer, and logs in as whoever comes from it'),
      );
    default:
      return [];
  }
}

/** Those that are known: of another realm none are. */
const providersOf = ({ source, document }: Realm, over: string): string[] =>
  over === document.realm ? (document.identityProviders ?? []).map(({ alias }) => keycloakProvider(source, over, alias)) : [];
