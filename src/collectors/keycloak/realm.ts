import type { ClientRepresentation, RealmExport } from '../../apis/keycloak/representations.ts';
import type { Fingerprinter } from '../../model/fingerprint.ts';
import { keycloakClient, keycloakClientRole, keycloakRealm, keycloakRole } from '../../model/keys.ts';

/** One realm as it is converted. */
export interface Realm {
  readonly source: string;
  readonly now: Date;
  readonly fingerprint: Fingerprinter;
  readonly document: RealmExport;
}

export const realmKey = ({ source, document }: Pick<Realm, 'source' | 'document'>): string =>
  keycloakRealm(source, document.realm);

export const clientKey = ({ source, document }: Pick<Realm, 'source' | 'document'>, clientId: string): string =>
  keycloakClient(source, document.realm, clientId);

/** The realm's own role, or, with a client, the client's. */
export const roleKey = (realm: Pick<Realm, 'source' | 'document'>, role: string, clientId?: string): string =>
  clientId === undefined
    ? keycloakRole(realm.source, realm.document.realm, role)
    : keycloakClientRole(clientKey(realm, clientId), role);

/** Where roles are named as Keycloak's exports do it. */
export interface NamedRoles {
  readonly realmRoles?: readonly string[] | undefined;
  readonly clientRoles?: Readonly<Record<string, readonly string[]>> | undefined;
}

export const rolesOf = (
  realm: Pick<Realm, 'source' | 'document'>,
  { realmRoles = [], clientRoles = {} }: NamedRoles,
): string[] => [
  ...realmRoles.map((role) => roleKey(realm, role)),
  ...Object.entries(clientRoles).flatMap(([clientId, roles]) => roles.map((role) => roleKey(realm, role, clientId))),
];

/** The client of whose roles the administration of a realm is made: of its own, or, in the master realm, of another. */
export function administered(realm: string, clientId: string): string | undefined {
  if (clientId === 'realm-management') return realm;
  return realm === 'master' && clientId.endsWith('-realm') ? clientId.slice(0, -'-realm'.length) : undefined;
}

const BUILT_IN: ReadonlySet<string> = new Set(['account', 'account-console', 'admin-cli', 'broker', 'security-admin-console']);

/** What every realm has from the beginning. */
export const isBuiltIn = (realm: string, clientId: string): boolean =>
  BUILT_IN.has(clientId) || administered(realm, clientId) !== undefined;

/** Whether it proves itself at the token endpoint: neither public nor a mere audience. */
export const isConfidential = ({ publicClient, bearerOnly, protocol }: ClientRepresentation): boolean =>
  !publicClient && !bearerOnly && (protocol ?? 'openid-connect') === 'openid-connect';

export const isoOf = (milliseconds: number): string => new Date(milliseconds).toISOString();
