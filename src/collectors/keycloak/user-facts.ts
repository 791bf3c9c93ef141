import type { UserRepresentation } from '../../apis/keycloak/representations.ts';
import { keycloakAll, keycloakGroup, keycloakProvider, keycloakUser, oidcSubject } from '../../model/keys.ts';
import type { FactSheet } from './fact-sheet.ts';
import { clientKey, isoOf, type Realm, realmKey, rolesOf } from './realm.ts';

/** Users, and of everybody, service accounts included, their roles, groups, and the subject that their tokens name. */
export function userFacts(realm: Realm, sheet: FactSheet): void {
  const all = keycloakAll(realmKey(realm), 'users');
  sheet.entity({ key: all, kind: 'Scope', name: `users of ${realm.document.realm}` });
  sheet.tie(realmKey(realm), 'CONTAINS', all);
  const narrow = new Set(
    (realm.document.clients ?? []).flatMap(({ clientId, fullScopeAllowed }) => (fullScopeAllowed ? [] : [clientId])),
  );
  for (const user of realm.document.users ?? []) {
    const key = identityOf(realm, user);
    if (!user.serviceAccountClientId) {
      sheet.entity(userEntity(realm, user));
      sheet.tie(all, 'CONTAINS', key);
    }
    membershipFacts(realm, sheet, { user, key, isNarrow: narrow.has(user.serviceAccountClientId ?? '') });
    federationFacts(realm, sheet, user);
    subjectFact(realm, sheet, user);
  }
}

/** A service account is its client. */
export const identityOf = (
  realm: Realm,
  { username, serviceAccountClientId }: Pick<UserRepresentation, 'username' | 'serviceAccountClientId'>,
): string =>
  serviceAccountClientId ? clientKey(realm, serviceAccountClientId) : keycloakUser(realm.source, realm.document.realm, username);

function userEntity(realm: Realm, user: UserRepresentation): Parameters<FactSheet['entity']>[0] {
  const isOn = user.enabled && realm.document.enabled !== false;
  return {
    key: identityOf(realm, user),
    kind: 'User',
    name: user.username,
    state: isOn ? 'active' : 'inactive',
    properties: {
      realm: realm.document.realm,
      ...(user.createdTimestamp && { createdAt: isoOf(user.createdTimestamp) }),
      ...(user.federationLink && { federated: true }),
    },
  };
}

interface Member {
  readonly user: UserRepresentation;
  readonly key: string;
  /** The tokens of its client carry only some of its roles. */
  readonly isNarrow: boolean;
}

function membershipFacts(realm: Realm, sheet: FactSheet, { user, key, isNarrow }: Member): void {
  const mapped = isNarrow
    ? ({ certainty: 'possible', reason: 'role mapping; the client takes only the roles in its scope into its tokens' } as const)
    : { reason: 'role mapping' };
  for (const role of rolesOf(realm, user)) sheet.tie(key, 'MEMBER_OF', role, mapped);
  for (const path of user.groups ?? [])
    sheet.tie(key, 'MEMBER_OF', keycloakGroup(realm.source, realm.document.realm, path), {
      ...(isNarrow ? { certainty: 'possible' as const } : {}),
      reason: 'group membership',
    });
}

/** Whoever the provider says is this person becomes the user. */
function federationFacts(realm: Realm, sheet: FactSheet, user: UserRepresentation): void {
  for (const { identityProvider, userId } of user.federatedIdentities ?? []) {
    const provider = realm.document.identityProviders?.find(({ alias }) => alias === identityProvider);
    const issuer = provider?.config?.['issuer']?.replace(/^https?:\/\//, '');
    const key = issuer
      ? oidcSubject(issuer, userId)
      : `${keycloakProvider(realm.source, realm.document.realm, identityProvider)}#${userId}`;
    sheet.entity({
      key,
      kind: 'External',
      name: userId,
      state: 'unknown',
      ...(issuer && { properties: { issuer, subject: userId } }),
    });
    const condition = 'the identity provider says so';
    sheet.tie(key, 'CAN_ASSUME', identityOf(realm, user), {
      reason: `federated login through ${identityProvider}`,
      ...(provider?.enabled === false && { certainty: 'conditional', condition, conditionClass: 'approval' }),
    });
    sheet.tie(keycloakProvider(realm.source, realm.document.realm, identityProvider), 'CAN_ASSUME', identityOf(realm, user), {
      reason: `the identity provider ${identityProvider} decides who logs in as this user`,
    });
  }
}

/** What others that trust this realm's tokens are shown. */
function subjectFact(realm: Realm, sheet: FactSheet, user: UserRepresentation): void {
  const issuer = realm.document.issuer?.replace(/^https?:\/\//, '');
  if (!issuer || !user.id) return;
  const key = oidcSubject(issuer, user.id);
  sheet.entity({ key, kind: 'External', name: user.id, properties: { issuer, subject: user.id } });
  sheet.tie(identityOf(realm, user), 'MEMBER_OF', key, { reason: 'its tokens name this subject' });
}
