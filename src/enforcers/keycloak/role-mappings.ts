import { z } from 'zod';
import { path } from '../../apis/keycloak/admin.ts';
import { told } from '../../apis/keycloak/representations.ts';
import { RefusedError } from '../../model/errors.ts';
import { keycloakRoleOf } from '../../model/keycloak-actions.ts';
import type { Server } from './thing.ts';

const role = z.object({ id: z.string(), name: z.string() });
type Role = z.infer<typeof role>;
const container = z.object({ id: z.string() });

/** One role as the server knows it, and where its mappings are. */
interface Placed {
  readonly key: string;
  readonly role: Role;
  /** Below the user. */
  readonly at: string;
}

/** Refuses a role that there is not. */
async function placed({ admin, signal, source }: Server, realm: string, key: string): Promise<Placed> {
  const named = keycloakRoleOf(key);
  if (named?.realm !== realm || named.source !== source)
    throw new RefusedError(`parameters.roles: ${key} is no role of realm ${realm} of source ${source}; plan again`);
  const missing = (): never => {
    throw new RefusedError(`${key}: there is no such role in realm ${realm}: collect again`);
  };
  if (named.client === undefined) {
    const found = (await admin.find(path`/${realm}/roles/${named.role}`, signal)) ?? missing();
    return { key, role: told(role, found, key), at: '/role-mappings/realm' };
  }
  const owners = await admin.get(path`/${realm}/clients?clientId=${named.client}`, signal);
  const [owner] = told(z.array(container), owners, `clients of realm ${realm}`);
  const found = (owner && (await admin.find(path`/${realm}/clients/${owner.id}/roles/${named.role}`, signal))) ?? missing();
  return { key, role: told(role, found, key), at: path`/role-mappings/clients/${owner?.id ?? ''}` };
}

export interface Mapping {
  /** Of the user, below `/admin/realms`. */
  readonly account: string;
  readonly realm: string;
  readonly roles: readonly string[];
}

/** Of these roles, those that are mapped directly. */
export async function mapped(server: Server, { account, realm, roles }: Mapping): Promise<string[]> {
  const held: string[] = [];
  for (const key of roles) {
    const { at, role: one } = await placed(server, realm, key);
    const own = told(z.array(role), await server.admin.get(`${account}${at}`, server.signal), `mappings of ${key}`);
    if (own.some(({ id }) => id === one.id)) held.push(key);
  }
  return held;
}

/** Of these roles, those that the account has, directly or by a group or another role. */
export async function effective(server: Server, { account, realm, roles }: Mapping): Promise<string[]> {
  const held: string[] = [];
  for (const key of roles) {
    const { at, role: one } = await placed(server, realm, key);
    const all = told(z.array(role), await server.admin.get(`${account}${at}/composite`, server.signal), `mappings of ${key}`);
    if (all.some(({ id }) => id === one.id)) held.push(key);
  }
  return held;
}

/** Adds or takes away direct mappings; either is done once when it is done twice. */
export async function changeMappings(
  server: Server,
  method: 'POST' | 'DELETE',
  { account, realm, roles }: Mapping,
): Promise<void> {
  const { admin, signal } = server;
  const all = await Promise.all(roles.map((key) => placed(server, realm, key)));
  for (const { at, role: one } of all) await admin.change({ method, path: `${account}${at}`, json: [one], signal });
}
