/** The real Keycloak of the live suites: each has a realm of its own, gone at the end. */
import { randomBytes } from 'node:crypto';
import { type HttpAnswer, JsonHttp } from '../src/apis/http/json-http.ts';
import { KeycloakAdmin, path } from '../src/apis/keycloak/admin.ts';

const signal = new AbortController().signal;

export interface KeycloakServer extends AsyncDisposable {
  /** Without a login. */
  readonly url: string;
  readonly realm: string;
  /** How the administrator of the master realm logs in. */
  readonly login: { readonly url: string; readonly user: string; readonly password: string };
  readonly admin: KeycloakAdmin;
  /** A random text: no test holds a secret in its own. */
  secret(): string;
  /** Below the realm; throws for every status from 300 on. */
  get<T = Record<string, unknown>>(below: string): Promise<T>;
  change(method: 'POST' | 'PUT' | 'DELETE', below: string, json?: unknown): Promise<void>;
  /** A confidential client with a service account, unless told otherwise; its id inside Keycloak. */
  client(clientId: string, change?: Readonly<Record<string, unknown>>): Promise<string>;
  user(username: string, password: string): Promise<string>;
  /** Gives the service account of a client roles of another. */
  give(client: string, roles: Readonly<Record<string, readonly string[]>>): Promise<void>;
  /** What the realm's token endpoint, or one below it, answers. */
  token(form: Readonly<Record<string, string>>, below?: string): Promise<HttpAnswer>;
  /** Whether another client is told that a token is good. */
  isActive(token: string): Promise<boolean>;
}

/** `url`: with the administrator's login in it. */
export async function openKeycloak(url: string): Promise<KeycloakServer> {
  const { username, password, origin } = new URL(url);
  const login = { url: origin, user: username, password };
  const admin = await KeycloakAdmin.open({ ...login, loginRealm: 'master', clientId: 'admin-cli' });
  const http = new JsonHttp({ url: origin });
  const realm = `interlock-${randomBytes(6).toString('hex')}`;
  await admin.change({ method: 'POST', path: '', json: { realm, enabled: true, accessTokenLifespan: 600 }, signal });
  const get = async <T>(below: string): Promise<T> => (await admin.get(`/${realm}${below}`, signal)) as T;
  const change: KeycloakServer['change'] = async (method, below, json) => {
    await admin.change({ method, path: `/${realm}${below}`, ...(json !== undefined && { json }), signal });
  };
  const idOf = async (clientId: string): Promise<string> =>
    ((await get<{ id: string }[]>(path`/clients?clientId=${clientId}`))[0] as { id: string }).id;
  const watcher = { client_id: 'watcher', client_secret: randomBytes(12).toString('hex') };
  const server: KeycloakServer = {
    url: origin,
    realm,
    login,
    admin,
    secret: () => randomBytes(18).toString('base64url'),
    get,
    change,
    async client(clientId, more = {}) {
      await change('POST', '/clients', { clientId, publicClient: false, serviceAccountsEnabled: true, ...more });
      return idOf(clientId);
    },
    async user(username_, password_) {
      const credentials = [{ type: 'password', value: password_, temporary: false }];
      const names = { firstName: 'A', lastName: 'B', email: `${username_}@example.com`, emailVerified: true };
      await change('POST', '/users', { username: username_, enabled: true, ...names, credentials });
      return ((await get<{ id: string }[]>(path`/users?exact=true&username=${username_}`))[0] as { id: string }).id;
    },
    async give(client, roles) {
      const account = await get<{ id: string }>(`/clients/${await idOf(client)}/service-account-user`);
      for (const [owner, names] of Object.entries(roles)) {
        const of = await idOf(owner);
        const mapped = await Promise.all(names.map((name) => get(path`/clients/${of}/roles/${name}`)));
        await change('POST', `/users/${account.id}/role-mappings/clients/${of}`, mapped);
      }
    },
    token: (form, below = '') =>
      http.ask({ method: 'POST', path: `/realms/${realm}/protocol/openid-connect/token${below}`, form, signal }),
    async isActive(token) {
      const { body } = await server.token({ ...watcher, token }, '/introspect');
      return (body as { active?: boolean }).active === true;
    },
    async [Symbol.asyncDispose]() {
      await admin.change({ method: 'DELETE', path: `/${realm}`, signal });
      await admin[Symbol.asyncDispose]();
      await http[Symbol.asyncDispose]();
    },
  };
  await server.client(watcher.client_id, { secret: watcher.client_secret, serviceAccountsEnabled: false });
  return server;
}
