/** The client or the user that a step acts on, as the server holds it now. */
import { z } from 'zod';
import { type KeycloakAdmin, path } from '../../apis/keycloak/admin.ts';
import {
  clientRepresentation,
  type RealmRepresentation,
  realmRepresentation,
  type SessionRepresentation,
  sessionRepresentation,
  told,
  userRepresentation,
} from '../../apis/keycloak/representations.ts';
import { RefusedError } from '../../model/errors.ts';
import type { KeycloakStep } from '../../model/keycloak-actions.ts';

const access = z.record(z.string(), z.boolean()).optional();
const client = clientRepresentation.extend({ id: z.string(), access });
const user = userRepresentation.extend({ id: z.string(), access });

export type ClientNow = z.infer<typeof client>;
export type UserNow = z.infer<typeof user>;

export type Thing = { readonly realm: string; readonly words: string /** Below `/admin/realms`. */; readonly at: string } & (
  | { readonly kind: 'client'; readonly now: ClientNow }
  | { readonly kind: 'user'; readonly now: UserNow }
);

export interface Server {
  readonly admin: KeycloakAdmin;
  /** The collected source: part of keys. */
  readonly source: string;
  readonly signal: AbortSignal;
}

/** Undefined when there is no such client or user. Throws a RefusedError where that cannot be told, since nothing is shown to us. */
export async function findThing(server: Server, step: Pick<KeycloakStep, 'parameters'>): Promise<Thing | undefined> {
  const found = await lookFor(server, step);
  if (!found) await mustBeShown(server, step);
  return found;
}

/** A list without anything is no proof: to whoever lacks the role, the server answers one all the same. */
async function mustBeShown({ admin, signal }: Server, { parameters }: Pick<KeycloakStep, 'parameters'>): Promise<void> {
  const [plural, role] = 'user' in parameters ? ['users', 'view-users'] : ['clients', 'view-clients'];
  const { realm } = parameters;
  const place = `${plural} of realm ${realm}`;
  const shown = told(z.array(z.unknown()), await admin.get(`${path`/${realm}`}/${plural}?first=0&max=1`, signal), place);
  if (shown.length > 0) return;
  throw new RefusedError(
    `${wordsOf({ parameters })} is not shown: ${admin.who} sees no ${place} at all; give it the role ${role} of realm-management (in the master realm: of ${realm}-realm)`,
  );
}

async function lookFor({ admin, signal }: Server, { parameters }: Pick<KeycloakStep, 'parameters'>): Promise<Thing | undefined> {
  const { realm } = parameters;
  if ('user' in parameters) {
    const found = told(
      z.array(user),
      await admin.get(path`/${realm}/users?exact=true&username=${parameters.user}`, signal),
      `users of realm ${realm}`,
    );
    const one = found.find(({ username }) => username === parameters.user.toLowerCase());
    return (
      one && {
        kind: 'user',
        realm,
        words: `user "${one.username}" of realm ${realm}`,
        at: path`/${realm}/users/${one.id}`,
        now: one,
      }
    );
  }
  const found = told(
    z.array(client),
    await admin.get(path`/${realm}/clients?clientId=${parameters.client}`, signal),
    `clients of realm ${realm}`,
  );
  const one = found.find(({ clientId }) => clientId === parameters.client);
  return (
    one && {
      kind: 'client',
      realm,
      words: `client "${one.clientId}" of realm ${realm}`,
      at: path`/${realm}/clients/${one.id}`,
      now: one,
    }
  );
}

export const wordsOf = ({ parameters }: Pick<KeycloakStep, 'parameters'>): string =>
  'user' in parameters
    ? `user "${parameters.user}" of realm ${parameters.realm}`
    : `client "${parameters.client}" of realm ${parameters.realm}`;

/** Of its settings only some are told to somebody without `view-realm`. */
export async function readRealmSettings({ admin, signal }: Server, realm: string): Promise<RealmRepresentation> {
  return told(realmRepresentation, await admin.get(path`/${realm}`, signal), `realm ${realm}`);
}

const sessions = z.array(sessionRepresentation);

/** Of one answer. */
const MOST_SESSIONS = 500;

/** Logins that go on; of a client the first 500. */
export async function readSessions({ admin, signal }: Server, { kind, at, words }: Thing): Promise<SessionRepresentation[]> {
  const below = kind === 'user' ? '/sessions' : `/user-sessions?first=0&max=${MOST_SESSIONS}`;
  return told(sessions, await admin.get(`${at}${below}`, signal), `sessions of ${words}`);
}

/** Of a client: sessions that outlive logins, the first 500. */
export async function readOfflineSessions({ admin, signal }: Server, { at, words }: Thing): Promise<SessionRepresentation[]> {
  const found = await admin.get(`${at}/offline-sessions?first=0&max=${MOST_SESSIONS}`, signal);
  return told(sessions, found, `offline sessions of ${words}`).map((one) => ({ ...one, offline: true }));
}

/** The service account's user, by which the roles of a client are mapped. */
export async function accountOf({ admin, signal }: Server, thing: Thing): Promise<string | undefined> {
  if (thing.kind === 'user') return thing.at;
  const found = (await admin.find(`${thing.at}/service-account-user`, signal)) as { readonly id?: string } | undefined;
  return found?.id === undefined ? undefined : path`/${thing.realm}/users/${found.id}`;
}
