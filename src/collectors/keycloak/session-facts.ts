import { sessionEnd } from '../../apis/keycloak/session-end.ts';
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
    const end = sessionEnd(realm.document, session);
    const expiresAt = end === undefined ? undefined : isoOf(end);
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
