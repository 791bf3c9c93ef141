import type { RealmRepresentation, SessionRepresentation } from './representations.ts';

/**
 * Milliseconds. Whoever holds a session can keep it alive: only its life bounds it. Without one, its idleness is all that is known: it ends
 * then unless it is used meanwhile. Undefined where the realm's settings are not shown.
 */
export function sessionEnd(
  realm: RealmRepresentation,
  session: Pick<SessionRepresentation, 'start' | 'lastAccess' | 'rememberMe' | 'offline'>,
): number | undefined {
  const [idle, life] = session.offline
    ? [realm.offlineSessionIdleTimeout, realm.offlineSessionMaxLifespanEnabled ? realm.offlineSessionMaxLifespan : undefined]
    : session.rememberMe
      ? [
          realm.ssoSessionIdleTimeoutRememberMe || realm.ssoSessionIdleTimeout,
          realm.ssoSessionMaxLifespanRememberMe || realm.ssoSessionMaxLifespan,
        ]
      : [realm.ssoSessionIdleTimeout, realm.ssoSessionMaxLifespan];
  return life ? session.start + life * 1000 : idle ? session.lastAccess + idle * 1000 : undefined;
}
