/** A realm as its server answers, in the shape of an export. What may not be read is left out, with the role that lacks. */
import { KeycloakAnswerError, path } from '../../apis/keycloak/admin.ts';
import {
  type ClientRepresentation,
  clientRepresentation,
  type GroupRepresentation,
  groupRepresentation,
  identityProviderRepresentation,
  type RealmExport,
  realmRepresentation,
  type UserRepresentation,
  userRepresentation,
} from '../../apis/keycloak/representations.ts';
import { InputError } from '../../model/errors.ts';
import { shaped } from '../files/shape.ts';
import { type Asking, listed } from './asking.ts';
import type { Part } from './convert.ts';
import { readEvents, readSessions } from './read-activity.ts';
import { membersOf, readRoles } from './read-roles.ts';

export interface ReadRealm {
  readonly document: RealmExport;
  readonly missing: ReadonlyMap<Part, readonly string[]>;
}

type Parts = { -readonly [P in keyof RealmExport]: RealmExport[P] };

export async function readRealm(asking: Asking): Promise<ReadRealm> {
  const document: Parts = { realm: asking.realm };
  const missing = new Map<Part, string[]>();
  const attempt = async (part: Part, role: string, read: () => Promise<void>): Promise<void> => {
    try {
      await read();
    } catch (error) {
      asking.signal.throwIfAborted();
      missing.set(part, [problemOf(error, { ...asking, role, part })]);
    }
  };
  await attempt('realm', 'view-realm', async () => {
    Object.assign(document, await readItself(asking));
  });
  await attempt('clients', 'view-clients', async () => {
    document.clients = await readClients(asking);
  });
  await attempt('roles', 'view-realm', async () => {
    document.roles = await readRoles(asking, document.clients);
  });
  await attempt('identity-providers', 'view-identity-providers', async () => {
    document.identityProviders = await listed(
      asking,
      path`/${asking.realm}/identity-provider/instances`,
      identityProviderRepresentation,
    );
  });
  await attempt('users', 'view-users', async () => {
    const { users, groups } = await readPeople(asking, document);
    document.users = users;
    document.groups = groups;
  });
  await attempt('sessions', 'view-realm', async () => {
    document.sessions = await readSessions(asking);
  });
  await attempt('events', 'view-events', async () => {
    if (document.eventsEnabled) document.events = await readEvents(asking);
  });
  if (document.clients === undefined) note(missing, 'roles', 'the roles of clients: they are listed with the clients');
  if (document.users !== undefined && document.identityProviders === undefined)
    note(missing, 'users', 'who signs in by which identity provider: it is asked provider by provider');
  if (document.users === undefined) note(missing, 'roles', 'groups: they are listed with the users');
  if (document.adminPermissionsEnabled)
    note(
      missing,
      'admin-permissions',
      `realm ${asking.realm}: fine-grained admin permissions are in use and are not read: who may administer what by them is not known`,
    );
  return { document, missing };
}

function note(missing: Map<Part, string[]>, part: Part, text: string): void {
  missing.set(part, [...(missing.get(part) ?? []), text]);
}

const lacks = ({ admin, realm, role, part }: Asking & { readonly role: string; readonly part: string }): string =>
  `${part} of realm ${realm}: ${admin.who} lacks the role ${role} of ${administrationOf(realm)}`;

/** Where a login at the master realm finds the roles of another realm, and everybody those of the own. */
const administrationOf = (realm: string): string => `realm-management (in the master realm: of ${realm}-realm)`;

function problemOf(error: unknown, asked: Asking & { readonly role: string; readonly part: string }): string {
  if (error instanceof LacksError || (error instanceof KeycloakAnswerError && error.status === 403)) return lacks(asked);
  if (error instanceof KeycloakAnswerError || error instanceof InputError || error instanceof Error) return error.message;
  throw error;
}

/** The server answered, but by less than there is. */
class LacksError extends Error {
  override readonly name = 'LacksError';
}

async function readItself({ admin, realm, signal }: Asking): Promise<Partial<RealmExport>> {
  const answer = shaped(realmRepresentation, await admin.get(path`/${realm}`, signal), { path: `realm ${realm}` });
  const discovery = await admin.publicDocument(path`/realms/${realm}/.well-known/openid-configuration`, signal);
  const issuer = (discovery.body as { issuer?: unknown } | undefined)?.issuer;
  // Whoever may not view the realm is told its name and little more.
  if (answer.id === undefined) throw new LacksError();
  return { ...answer, ...(typeof issuer === 'string' && { issuer }) };
}

/** A realm has clients from its beginning: none at all means that none is shown. */
async function readClients(asking: Asking): Promise<ClientRepresentation[]> {
  const clients = await listed(asking, path`/${asking.realm}/clients`, clientRepresentation);
  if (clients.length === 0) throw new LacksError();
  return clients;
}

interface People {
  readonly users: UserRepresentation[];
  readonly groups: GroupRepresentation[];
}

async function readPeople(asking: Asking, document: RealmExport): Promise<People> {
  const { realm } = asking;
  const users = new Map<string, UserRepresentation>();
  for (const user of await listed(asking, path`/${realm}/users?briefRepresentation=true`, userRepresentation))
    users.set(user.id ?? user.username, user);
  for (const account of await serviceAccounts(asking, document.clients ?? [])) users.set(account.id ?? account.username, account);
  const groups = await readGroups(asking);
  const held = await membersOf(asking, { document, groups });
  const linked = await federated(asking, document);
  const unseen = [...held.keys()].filter((id) => !users.has(id));
  if (unseen.length > 0 && document.clients !== undefined) throw new LacksError();
  const people = [...users].map(([id, user]) => ({
    ...user,
    ...held.get(id),
    ...(linked.has(id) && { federatedIdentities: linked.get(id) }),
  }));
  return { users: people, groups };
}

/** Lists of users leave them out. */
async function serviceAccounts(
  { admin, realm, signal }: Asking,
  clients: readonly ClientRepresentation[],
): Promise<UserRepresentation[]> {
  const accounts: UserRepresentation[] = [];
  for (const { id, clientId, serviceAccountsEnabled } of clients) {
    if (!serviceAccountsEnabled || id === undefined) continue;
    const found = await admin.find(path`/${realm}/clients/${id}/service-account-user`, signal);
    if (found !== undefined)
      accounts.push({
        ...shaped(userRepresentation, found, { path: `service account of ${clientId}` }),
        serviceAccountClientId: clientId,
      });
  }
  return accounts;
}

/** With their subgroups; a group that is listed has its own roles and not those of its parents. */
async function readGroups(asking: Asking, parent?: string): Promise<GroupRepresentation[]> {
  const at = parent === undefined ? path`/${asking.realm}/groups` : path`/${asking.realm}/groups/${parent}/children`;
  const groups = await listed(asking, `${at}?briefRepresentation=false`, groupRepresentation);
  const whole: GroupRepresentation[] = [];
  for (const group of groups)
    whole.push({
      ...group,
      subGroups: group.subGroupCount && group.id !== undefined ? await readGroups(asking, group.id) : (group.subGroups ?? []),
    });
  return whole;
}

type Links = NonNullable<UserRepresentation['federatedIdentities']>;

async function federated(asking: Asking, { identityProviders = [] }: RealmExport): Promise<Map<string, Links>> {
  const { admin, realm, signal } = asking;
  const links = new Map<string, Links>();
  for (const { alias } of identityProviders) {
    for (const { id } of await listed(
      asking,
      path`/${realm}/users?briefRepresentation=true&idpAlias=${alias}`,
      userRepresentation,
    )) {
      if (id === undefined || links.has(id)) continue;
      const found = await admin.get(path`/${realm}/users/${id}/federated-identity`, signal);
      links.set(
        id,
        shaped(userRepresentation.shape.federatedIdentities, found, { path: `identity providers of a user of ${realm}` }) ?? [],
      );
    }
  }
  return links;
}
