import { z } from 'zod';
import { path } from '../../apis/keycloak/admin.ts';
import {
  type EventRepresentation,
  eventRepresentation,
  type SessionRepresentation,
  sessionRepresentation,
} from '../../apis/keycloak/representations.ts';
import { shaped } from '../files/shape.ts';
import { type Asking, listed } from './asking.ts';

/** Counts are texts. */
const statistics = z.array(z.object({ id: z.string(), active: z.coerce.number(), offline: z.coerce.number() }));

/** Sessions of all clients that have some; one session may serve several clients. */
export async function readSessions(asking: Asking): Promise<SessionRepresentation[]> {
  const { admin, realm, signal } = asking;
  const counted = shaped(statistics, await admin.get(path`/${realm}/client-session-stats`, signal), {
    path: `sessions of realm ${realm}`,
  });
  const sessions = new Map<string, SessionRepresentation>();
  const add = (session: SessionRepresentation): void => {
    const known = sessions.get(session.id);
    sessions.set(session.id, known ? { ...known, clients: { ...known.clients, ...session.clients } } : session);
  };
  for (const { id, active, offline } of counted) {
    if (active > 0)
      for (const one of await listed(asking, path`/${realm}/clients/${id}/user-sessions`, sessionRepresentation)) add(one);
    if (offline > 0)
      for (const one of await listed(asking, path`/${realm}/clients/${id}/offline-sessions`, sessionRepresentation))
        add({ ...one, offline: true });
  }
  return [...sessions.values()];
}

/** By which a client proves itself. */
const TYPES = ['CLIENT_LOGIN', 'CODE_TO_TOKEN', 'REFRESH_TOKEN', 'TOKEN_EXCHANGE', 'LOGIN'];
const MOST_EVENTS = 50_000;

/** The newest events in which clients proved themselves. */
export async function readEvents({ admin, realm, signal }: Asking): Promise<EventRepresentation[]> {
  const events: EventRepresentation[] = [];
  const query = TYPES.map((type) => `type=${type}`).join('&');
  for await (const page of admin.pages(`${path`/${realm}/events`}?${query}`, signal)) {
    events.push(...shaped(z.array(eventRepresentation), page, { path: `events of realm ${realm}` }));
    if (events.length >= MOST_EVENTS) break;
  }
  return events;
}
