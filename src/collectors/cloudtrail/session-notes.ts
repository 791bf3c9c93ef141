/** What the log tells of temporary proof besides its use: its name, its end, and whether a policy limits it. */
import { HOUR_MS } from '../../model/durations.ts';
import type { EntityFact, Time } from '../../model/entity.ts';
import type { Caller } from './event.ts';
import { sessionNameOf } from './identity.ts';
import type { Issuance } from './issuance.ts';

interface Session {
  name?: string;
  expiresAt?: Time;
  created?: Time;
  longestHours?: number;
  limited?: boolean;
}

/** The longest lives that STS gives: role sessions 12 h, federation and session tokens 36 h (AssumeRole, GetSessionToken). */
const ROLE_HOURS = 12;
const USER_HOURS = 36;

export class SessionNotes {
  readonly #sessions = new Map<string, Session>();

  used(key: string, caller: Caller): void {
    const session = this.#of(key);
    const name = sessionNameOf(caller.arn);
    if (name !== undefined) session.name = name;
    if (caller.created) session.created = caller.created;
    session.longestHours = caller.type === 'AssumedRole' ? ROLE_HOURS : USER_HOURS;
  }

  issued(key: string, { sessionName, expiresAt }: Issuance): void {
    const session = this.#of(key);
    if (sessionName !== undefined) session.name = sessionName;
    if (expiresAt) session.expiresAt = expiresAt;
  }

  limited(key: string): void {
    this.#of(key).limited = true;
  }

  isLimited(key: string): boolean {
    return this.#sessions.get(key)?.limited === true;
  }

  /** The entity with what is known of its session; other entities as they are. */
  describe(entity: EntityFact): EntityFact {
    const session = this.#sessions.get(entity.key);
    if (!session || entity.kind !== 'Session') return entity;
    const latest =
      session.created && new Date(Date.parse(session.created) + (session.longestHours ?? USER_HOURS) * HOUR_MS).toISOString();
    const expiresAt = session.expiresAt ?? latest;
    return {
      ...entity,
      ...(expiresAt !== undefined && { expiresAt }),
      properties: {
        ...(session.name !== undefined && { sessionName: session.name }),
        ...(session.created !== undefined && { createdAt: session.created }),
        ...(expiresAt !== undefined && !session.expiresAt && { expiresAtLatest: true }),
        ...(session.limited && { limited: true }),
      },
    };
  }

  #of(key: string): Session {
    const session = this.#sessions.get(key) ?? {};
    this.#sessions.set(key, session);
    return session;
  }
}
