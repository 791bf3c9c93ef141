import type { RealmExport, SessionRepresentation } from '../../apis/keycloak/representations.ts';
import { keycloakSession } from '../../model/keys.ts';
import type { FactSheet } from './fact-sheet.ts';
import { isoOf, type Realm } from './realm.ts';
import { identityOf } from './user-facts.ts';

/** Logins that go on: proof of whoever logged in, until they end. */
export function sessionFacts(realm: Realm, sheet: FactSheet): void {
  const users = new Map((realm.document.users ?? []).flatMap((user) => (user.id ? [[user.id, user] as const] : [])));
  for (const session of realm.document.sessions ?? []) {
    const user =
      users.get(session.userId) ??
      (session.username === undefined ? undefined : { username: session.username, serviceAccountClientId: null });
    if (!user) continue;
    const key = keycloakSession(realm.source, realm.document.realm, session.id);
    const expiresAt = endOf(realm.document, session);
    sheet.entity({
      key,
      kind: 'Session',
      name: `${session.offline ? 'offline session' : 'session'} of ${user.username}`,
      state: expiresAt !== undefined && expiresAt <= realm.now.toISOString() ? 'expired' : 'active',
      ...(expiresAt !== undefined && { expiresAt }),
      properties: {
        realm: realm.document.realm,
        offline: session.offline === true,
        startedAt: isoOf(session.start),
        lastUsed: isoOf(session.lastAccess),
        clients: Object.values(session.clients).sort(),
        ...(session.ipAddress && { address: session.ipAddress }),
      },
    });
    const seen = { firstSeen: isoOf(session.start), lastUsed: isoOf(session.lastAccess) };
    sheet.tie(key, 'AUTHENTICATES_AS', identityOf(realm, user), { basis: 'observed', ...seen });
    sheet.tie(identityOf(realm, user), 'MINTED', key, { basis: 'observed', reason: 'it logged in', ...seen });
  }
}

/** The end of its idleness or of its life, whichever comes first. A token refreshed until then makes the idleness begin anew. */
function endOf(realm: RealmExport, session: SessionRepresentation): string | undefined {
  const [idle, life] = session.offline
    ? [realm.offlineSessionIdleTimeout, realm.offlineSessionMaxLifespanEnabled ? realm.offlineSessionMaxLifespan : undefined]
    : session.rememberMe
      ? [
          realm.ssoSessionIdleTimeoutRememberMe || realm.ssoSessionIdleTimeout,
          realm.ssoSessionMaxLifespanRememberMe || realm.ssoSessionMaxLifespan,
        ]
      : [realm.ssoSessionIdleTimeout, realm.ssoSessionMaxLifespan];
  // Whoever holds it can keep it alive: only its life bounds it. Without one, its idleness is all that is known.
  const ends = life ? session.start + life * 1000 : idle ? session.lastAccess + idle * 1000 : undefined;
  return ends === undefined ? undefined : isoOf(ends);
}
