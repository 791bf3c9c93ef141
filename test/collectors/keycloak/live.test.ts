import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keycloakCollector } from '../../../src/collectors/keycloak/collector.ts';
import { createFingerprinter } from '../../../src/model/fingerprint.ts';
import { checking, missingIn } from '../../contracts/checking.ts';
import { collecting, SAMPLE_KEY } from '../../contracts/collecting.ts';
import { collectorContract } from '../../contracts/collector.ts';
import { type KeycloakServer, openKeycloak } from '../../keycloak-server.ts';
import { describeLive } from '../../live.ts';

/**
 *     deployer ──► realm-admin        bot ──► orders#roles/writer        alice: a session through `bot`, an identity at corp, group ops
 *     reader: what a collection needs, and no more
 */
interface Estate {
  readonly server: KeycloakServer;
  readonly secrets: Readonly<Record<'deployer' | 'bot' | 'reader', string>>;
  readonly password: string;
}

const READS = ['view-realm', 'view-clients', 'view-users', 'view-identity-providers', 'view-events'];

async function makeEstate(url: string): Promise<Estate> {
  const server = await openKeycloak(url);
  const secrets = { deployer: server.secret(), bot: server.secret(), reader: server.secret() };
  const password = server.secret();
  await server.change('PUT', '', { eventsEnabled: true });
  const orders = await server.client('orders', { bearerOnly: true, serviceAccountsEnabled: false });
  await server.change('POST', `/clients/${orders}/roles`, { name: 'writer' });
  await server.client('deployer', { secret: secrets.deployer });
  await server.client('bot', { secret: secrets.bot, directAccessGrantsEnabled: true });
  await server.client('reader', { secret: secrets.reader });
  await server.give('deployer', { 'realm-management': ['realm-admin'] });
  await server.give('bot', { orders: ['writer'] });
  await server.give('reader', { 'realm-management': READS });
  const alice = await server.user('alice', password);
  await server.change('POST', '/groups', { name: 'ops' });
  const [group] = await server.get<{ id: string }[]>('/groups');
  await server.change('PUT', `/users/${alice}/groups/${group?.id}`);
  await server.change('POST', '/identity-provider/instances', {
    alias: 'corp',
    providerId: 'oidc',
    config: {
      clientId: 'kc',
      clientSecret: server.secret(),
      issuer: 'https://login.corp.example',
      tokenUrl: 'https://login.corp.example/t',
      authorizationUrl: 'https://login.corp.example/a',
    },
  });
  await server.change('POST', `/users/${alice}/federated-identity/corp`, {
    identityProvider: 'corp',
    userId: 'u-9',
    userName: 'alice',
  });
  const proof = { client_id: 'bot', client_secret: secrets.bot };
  expect((await server.token({ ...proof, grant_type: 'client_credentials' })).status).toBe(200);
  expect((await server.token({ ...proof, grant_type: 'password', username: 'alice', password })).status).toBe(200);
  return { server, secrets, password };
}

describeLive('keycloak', 'the Keycloak collector', (url) => {
  let estate: Estate;
  beforeAll(async () => {
    estate = await makeEstate(url);
  }, 180_000);
  afterAll(() => estate.server[Symbol.asyncDispose]());

  const kept = { [Symbol.asyncDispose]: async () => undefined };
  const live = (login: object = estate.server.login) => ({
    live: { loginRealm: 'master', clientId: 'admin-cli', url: estate.server.url, realms: [estate.server.realm], ...login },
  });
  const asReader = () => live({ loginRealm: estate.server.realm, clientId: 'reader', clientSecret: estate.secrets.reader });
  const realm = (): string => `keycloak:test/realms/${estate.server.realm}`;

  collectorContract({
    collector: keycloakCollector,
    good: async () => ({ settings: live(), ...kept }),
    broken: async () => ({
      settings: { live: { ...live().live, realms: [estate.server.realm, 'nowhere'] } },
      names: 'nowhere',
      ...kept,
    }),
  });

  it('knows by what a client proves itself, whose roles it has, and who used it from where', async () => {
    const found = await collecting(keycloakCollector, live());
    const bot = `${realm()}/clients/bot`;
    expect(found.entity(`${bot}#secret`)?.properties?.['fingerprint']).toBe(createFingerprinter(SAMPLE_KEY)(estate.secrets.bot));
    expect(found.edges).toContain(`${bot} MEMBER_OF ${realm()}/clients/orders#roles/writer`);
    expect(found.edges).toContain(`${realm()}/clients/deployer MEMBER_OF ${realm()}/clients/realm-management#roles/realm-admin`);
    expect(found.edges).toContain(`${realm()}/users/alice MEMBER_OF ${realm()}/groups/ops`);
    expect(found.edges).toContain(`external:oidc/login.corp.example/u-9 CAN_ASSUME ${realm()}/users/alice`);
    expect(found.edges.filter((edge) => edge.endsWith(`USES ${bot}#secret`))).toEqual([
      `origin:127.0.0.1/keycloak-client USES ${bot}#secret`,
    ]);
    expect(found.edges.filter((edge) => edge.startsWith(`${realm()}/users/alice MINTED`))).toHaveLength(1);
    const subjects = found.edges.filter((edge) => edge.startsWith(`${bot} MEMBER_OF external:oidc/`));
    expect(subjects).toEqual([expect.stringContaining(`external:oidc/${new URL(url).host}/realms/${estate.server.realm}/`)]);
    const text = JSON.stringify(found.said);
    for (const secret of [...Object.values(estate.secrets), estate.password]) expect(text).not.toContain(secret);
  });

  it('says the same of what it saved as of the server, and saves no secret', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'interlock-keycloak-saved-'));
    try {
      const texts: string[] = [];
      const save = async (name: string, content: string): Promise<void> => {
        texts.push(content);
        await writeFile(join(folder, name), content);
      };
      const before = await collecting(keycloakCollector, live(), { save });
      const after = await collecting(keycloakCollector, { files: folder });
      expect(new Set(after.edges)).toEqual(new Set(before.edges));
      expect(after.entities).toEqual(before.entities);
      for (const secret of [...Object.values(estate.secrets), estate.password]) expect(texts.join()).not.toContain(secret);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('needs these roles, and names the one that lacks', async () => {
    const { admin, realm: name } = estate.server;
    expect(missingIn(await checking(keycloakCollector, asReader()))).toEqual([]);
    const management = (await estate.server.get<{ id: string }[]>('/clients?clientId=realm-management'))[0]?.id;
    const reader = (await estate.server.get<{ id: string }[]>('/clients?clientId=reader'))[0]?.id;
    const account = await estate.server.get<{ id: string }>(`/clients/${reader}/service-account-user`);
    const expected: Readonly<Record<string, string>> = {
      'view-realm': 'realm',
      'view-clients': 'clients',
      'view-users': 'users',
      'view-identity-providers': 'identity-providers',
      'view-events': 'events',
    };
    for (const [role, part] of Object.entries(expected)) {
      const mapped = [await estate.server.get(`/clients/${management}/roles/${role}`)];
      const at = `/users/${account.id}/role-mappings/clients/${management}`;
      await estate.server.change('DELETE', at, mapped);
      try {
        const { scopes } = await collecting(keycloakCollector, asReader());
        const said = scopes.find(({ scope }) => scope === `${name}/${part}`);
        expect(said).toMatchObject({ coverage: 'partial' });
        expect(said?.missing.join()).toContain(`client "reader" lacks the role ${role} of realm-management`);
        expect(missingIn(await checking(keycloakCollector, asReader())).join()).toContain(`lacks the role ${role}`);
      } finally {
        await estate.server.change('POST', at, mapped);
      }
    }
    expect(admin.who).toBe('user "admin"');
  }, 180_000);

  it('says of a login that is refused whose it is, and never the secret', async () => {
    const said = await checking(
      keycloakCollector,
      live({ clientId: 'reader', clientSecret: estate.password, loginRealm: estate.server.realm }),
    );
    expect(said).toEqual([{ type: 'blocked', text: expect.stringContaining('client "reader" cannot log in at realm') }]);
    expect(JSON.stringify(said)).not.toContain(estate.password);
  });

  it('collects every realm that the login may see', async () => {
    const { scopes } = await collecting(keycloakCollector, { live: { ...live().live, realms: undefined } });
    const realms = new Set(scopes.map(({ scope }) => scope.split('/')[0]));
    expect(realms).toContain('master');
    expect(realms).toContain(estate.server.realm);
  });
});
