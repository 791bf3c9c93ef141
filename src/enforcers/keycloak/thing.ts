/** The client or the user that a step acts on, as the server holds it now. */
import { z } from 'zod';
import { type KeycloakAdmin, path } from '../../apis/keycloak/admin.ts';
import {
  clientRepresentation,
  type RealmRepresentation,
  realmRepresentation,
  userRepresentation,
} from '../../apis/keycloak/representations.ts';
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
  readonly signal: AbortSignal;
}

/** Undefined when there is no such client or user. */
export async function findThing(
  { admin, signal }: Server,
  { parameters }: Pick<KeycloakStep, 'parameters'>,
): Promise<Thing | undefined> {
  const { realm } = parameters;
  if ('user' in parameters) {
    const found = z.array(user).parse(await admin.get(path`/${realm}/users?exact=true&username=${parameters.user}`, signal));
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
  const found = z.array(client).parse(await admin.get(path`/${realm}/clients?clientId=${parameters.client}`, signal));
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
  return realmRepresentation.parse(await admin.get(path`/${realm}`, signal));
}

/** Seconds that a token issued now would live; undefined when it is not told. */
export function tokenSeconds(thing: Thing, settings: RealmRepresentation): number | undefined {
  const own = thing.kind === 'client' ? Number(thing.now.attributes?.['access.token.lifespan'] ?? '') : 0;
  return own > 0 ? own : settings.accessTokenLifespan;
}

const sessions = z.array(
  z.object({
    id: z.string(),
    username: z.string().optional(),
    ipAddress: z.string().nullish(),
    start: z.number(),
    lastAccess: z.number(),
    clients: z.record(z.string(), z.string()).default({}),
  }),
);
export type SessionNow = z.infer<typeof sessions>[number];

/** Logins that go on; of a client the first 500. */
export async function readSessions({ admin, signal }: Server, { kind, at }: Thing): Promise<SessionNow[]> {
  const below = kind === 'user' ? '/sessions' : '/user-sessions?first=0&max=500';
  return sessions.parse(await admin.get(`${at}${below}`, signal));
}

/** The service account's user, by which the roles of a client are mapped. */
export async function accountOf({ admin, signal }: Server, thing: Thing): Promise<string | undefined> {
  if (thing.kind === 'user') return thing.at;
  const found = (await admin.find(`${thing.at}/service-account-user`, signal)) as { readonly id?: string } | undefined;
  return found?.id === undefined ? undefined : path`/${thing.realm}/users/${found.id}`;
}
