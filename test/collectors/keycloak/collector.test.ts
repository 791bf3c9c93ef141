import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keycloakCollector } from '../../../src/collectors/keycloak/collector.ts';
import { createFingerprinter } from '../../../src/model/fingerprint.ts';
import { checking, missingIn } from '../../contracts/checking.ts';
import { collecting, type Outcome, SAMPLE_KEY } from '../../contracts/collecting.ts';
import { collectorContract } from '../../contracts/collector.ts';
import { sampleEvents, sampleRealm, sampleSessions } from './sample-realm.ts';

const secrets = { deployer: randomBytes(12).toString('hex'), former: randomBytes(12).toString('hex') };

async function folder(files: Readonly<Record<string, unknown>>) {
  const root = await mkdtemp(join(tmpdir(), 'interlock-keycloak-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return { settings: { files: root }, root, [Symbol.asyncDispose]: () => rm(root, { recursive: true }) };
}

const whole = { 'a.json': sampleRealm(secrets), 'b.json': sampleSessions, 'c.json': sampleEvents };

async function collected(files: Readonly<Record<string, unknown>> = whole): Promise<Outcome> {
  await using source = await folder(files);
  return await collecting(keycloakCollector, source.settings);
}

const realm = 'keycloak:test/realms/shop';
const client = (id: string): string => `${realm}/clients/${id}`;

describe('the Keycloak collector, of files', () => {
  collectorContract({
    collector: keycloakCollector,
    good: () => folder(whole),
    broken: async () => ({
      ...(await folder({ ...whole, 'torn.json': '{"realm": "other", "id": "1", "clients": [' })),
      names: 'torn.json',
    }),
  });

  it('knows a client and what it proves itself by, and stands a fingerprint for each value', async () => {
    const found = await collected();
    expect(found.entity(`${client('deployer')}#secret`)).toMatchObject({
      kind: 'Credential',
      state: 'active',
      properties: {
        fingerprint: createFingerprinter(SAMPLE_KEY)(secrets.deployer),
        createdAt: '2026-01-01T00:00:00.000Z',
        rotates: true,
      },
    });
    expect(found.entity(`${client('deployer')}#rotated-secret`)).toMatchObject({
      state: 'expired',
      expiresAt: '2026-01-02T00:00:00.000Z',
      properties: { fingerprint: createFingerprinter(SAMPLE_KEY)(secrets.former) },
    });
    expect(found.entity(`${client('reader')}#secret`)?.properties).not.toHaveProperty('fingerprint');
    expect(found.entity(`${client('billing')}#signed-jwt`)?.properties).toEqual({ keysAt: 'https://billing.example.com/keys' });
    expect(found.entity(`${client('old')}#x509`)).toMatchObject({ state: 'inactive', properties: { subject: 'CN=old' } });
    const proofs = found.edges.filter((edge) => edge.includes(' AUTHENTICATES_AS ') && edge.includes('#'));
    expect(proofs).toHaveLength(5);
    const text = JSON.stringify(found.said);
    for (const secret of [...Object.values(secrets), 'not-read']) expect(text).not.toContain(secret);
  });

  it('says of a client what weakens it', async () => {
    const found = await collected();
    expect(found.entity(client('web'))).toMatchObject({
      kind: 'ServiceAccount',
      properties: { public: true, implicitFlow: true, directGrant: true, wildcardRedirect: true, serviceAccount: false },
    });
    expect(found.entity(client('deployer'))?.properties).toMatchObject({ public: false, accessTokenSeconds: 300 });
    expect(found.entity(client('https://app.example.com/#a'))?.kind).toBe('ServiceAccount');
  });

  it('draws what administration controls, with the reason, and the way to it by composite roles', async () => {
    const found = await collected();
    const management = `${client('realm-management')}#roles`;
    expect(found.edges).toContain(`${client('deployer')} MEMBER_OF ${management}/realm-admin`);
    expect(found.edges).toContain(`${management}/realm-admin MEMBER_OF ${management}/manage-realm`);
    const controls = (name: string): string[] => {
      const grants = found.relationships
        .filter((e) => e.kind === 'HAS_GRANT' && e.source === `${management}/${name}`)
        .map((e) => e.target);
      return found.relationships
        .filter((e) => e.kind === 'CAN_CONTROL' && grants.includes(e.source))
        .map((e) => e.target)
        .sort();
    };
    expect({
      'manage-realm': controls('manage-realm'),
      'manage-users': controls('manage-users'),
      impersonation: controls('impersonation'),
      'manage-clients': controls('manage-clients'),
      'view-clients': controls('view-clients'),
      'manage-identity-providers': controls('manage-identity-providers'),
      'query-clients': controls('query-clients'),
    }).toEqual({
      'manage-realm': [realm],
      'manage-users': [`${realm}/roles`, `${realm}/users`],
      impersonation: [`${realm}/users`],
      'manage-clients': [`${realm}/clients`],
      'view-clients': [`${realm}/client-secrets`],
      'manage-identity-providers': [`${realm}/identity-providers/corp`, `${realm}/identity-providers/hub`],
      'query-clients': [],
    });
    const shown = found.edges.filter((edge) => edge.startsWith(`${realm}/client-secrets CONTAINS`));
    expect(shown.sort()).toEqual(
      ['deployer#rotated-secret', 'deployer#secret', 'reader#secret'].map(
        (id) => `${realm}/client-secrets CONTAINS ${client(id)}`,
      ),
    );
  });

  it('lets nobody who manages users give away administration', async () => {
    const { edges } = await collected();
    const assignable = edges
      .filter((edge) => edge.startsWith(`${realm}/roles CONTAINS`))
      .map((edge) => edge.split(' ')[2] as string);
    expect(assignable.sort()).toEqual([
      `${client('orders')}#roles/writer`,
      `${realm}/roles/default-roles-shop`,
      `${realm}/roles/support`,
    ]);
  });

  it('is only sure of roles that the client takes into its tokens, and never of what an application makes of them', async () => {
    const { relationships } = await collected();
    const certainty = (source: string, kind: string): unknown =>
      relationships.find((e) => e.source === source && e.kind === kind)?.certainty;
    expect(certainty(client('deployer'), 'MEMBER_OF')).toBe('definite');
    expect(certainty(client('reader'), 'MEMBER_OF')).toBe('possible');
    const rights = relationships.filter(({ target }) => target === `${client('orders')}#application`);
    expect(rights.map(({ kind, certainty: sure }) => `${kind} ${sure}`).sort()).toEqual([
      'CAN_WRITE possible',
      'CONTAINS possible',
    ]);
  });

  it('follows groups to their parents, and people to where they come from', async () => {
    const { edges, entity } = await collected();
    const alice = `${realm}/users/alice`;
    expect(edges).toContain(`${alice} MEMBER_OF ${realm}/groups/ops/night`);
    expect(edges).toContain(`${realm}/groups/ops/night MEMBER_OF ${realm}/groups/ops`);
    expect(edges).toContain(`${realm}/groups/ops MEMBER_OF ${client('orders')}#roles/writer`);
    expect(edges).toContain(`external:oidc/login.corp.example/u-9 CAN_ASSUME ${alice}`);
    expect(edges).toContain(`${realm}/identity-providers/corp CAN_ASSUME ${alice}`);
    expect(edges).toContain(`${client('deployer')} MEMBER_OF external:oidc/sso.example.com/realms/shop/s1`);
    expect(entity(`${realm}/users/service-account-deployer`)).toBeUndefined();
    expect(entity(`${realm}/users/bob`)?.state).toBe('inactive');
  });

  it('ends sessions by their life, offline ones by their idleness, and counts what clients used', async () => {
    const { entity, edges, relationships, said } = await collected();
    expect(entity(`${realm}/sessions/sess-1`)).toMatchObject({
      kind: 'Session',
      state: 'active',
      expiresAt: '2026-01-15T19:40:00.000Z',
    });
    expect(entity(`${realm}/sessions/sess-2`)).toMatchObject({
      state: 'active',
      expiresAt: '2026-01-28T09:20:00.000Z',
      properties: { offline: true },
    });
    expect(edges).toContain(`${realm}/users/alice MINTED ${realm}/sessions/sess-1`);
    expect(relationships.find(({ kind }) => kind === 'USES')).toMatchObject({
      source: 'origin:203.0.113.9/keycloak-client',
      target: `${client('deployer')}#secret`,
      uses: 2,
    });
    expect(said).toContainEqual({ type: 'newest-event', at: '2026-01-15T09:40:00.002Z' });
  });

  it('takes the administration of another realm from the master realm', async () => {
    const master = {
      id: 'm',
      realm: 'master',
      clients: [{ id: '1', clientId: 'shop-realm', bearerOnly: true }],
      roles: {
        realm: [{ name: 'admin', composite: true, composites: { client: { 'shop-realm': ['manage-users'] } } }],
        client: { 'shop-realm': [{ name: 'manage-users' }] },
      },
    };
    const { edges, relationships } = await collected({ 'm.json': master });
    const targets = relationships.filter(({ kind }) => kind === 'CAN_CONTROL').map(({ target }) => target);
    expect(targets.sort()).toEqual(['keycloak:test', `${realm}/roles`, `${realm}/users`]);
    expect(edges).toContain('keycloak:test CONTAINS keycloak:test/realms/master');
  });

  it('puts a realm together that lies in several files', async () => {
    const { users, ...rest } = sampleRealm(secrets);
    const { edges, scopes } = await collected({ 'shop-realm.json': rest, 'users/shop-users-0.json': { realm: 'shop', users } });
    expect(edges).toContain(`${realm}/users/alice MEMBER_OF ${realm}/groups/ops/night`);
    expect(scopes.map(({ scope }) => scope)).toEqual(
      ['clients', 'identity-providers', 'realm', 'roles', 'users'].map((part) => `shop/${part}`),
    );
  });

  it('asks where a list belongs when no realm, or more than one, lies beside it', async () => {
    const { errors, scopes } = await collected({ 'x/sessions.json': sampleSessions, 'y/realm.json': sampleRealm(secrets) });
    expect(errors).toEqual([expect.stringContaining('x/sessions.json: which realm it is of cannot be told')]);
    expect(scopes.find(({ scope }) => scope === '*')?.coverage).toBe('partial');
  });

  it.each([
    ['a client without a name', { realm: 'shop', id: '1', clients: [{ id: '1' }] }, 'clients[0].clientId'],
    ['a role that is a word', { realm: 'shop', id: '1', roles: { realm: ['admin'] } }, 'roles.realm[0]'],
    ['a realm without a name', { realm: '', id: '1' }, 'realm'],
  ])('names the file and the place of %s', async (_, content, place) => {
    const { errors } = await collected({ 'bad.json': content });
    expect(errors.join()).toContain(`bad.json: ${place}`);
  });

  it('takes one login, and says what is missing', () => {
    const ok = (live: object): boolean =>
      keycloakCollector.settings.safeParse({ live: { url: 'https://sso.example.com', ...live } }).success;
    expect([
      ok({}),
      ok({ clientId: 'a' }),
      ok({ clientId: 'a', clientSecret: 'b' }),
      ok({ user: 'a' }),
      ok({ user: 'a', password: 'b' }),
    ]).toEqual([false, false, true, false, true]);
    expect(ok({ url: 'https://a:b@sso.example.com', user: 'a', password: 'b' })).toBe(false);
    expect(
      keycloakCollector.settings.safeParse({ files: '/x', live: { url: 'https://a.example', user: 'a', password: 'b' } }).success,
    ).toBe(false);
  });

  it('says of a folder without realms that there is nothing to read', async () => {
    await using source = await folder({ 'a.json': { some: 'thing' } });
    expect(missingIn(await checking(keycloakCollector, source.settings)).join()).toContain('nothing that this source reads');
  });

  it('says of a server that is not there which one it is, and never the password', async () => {
    const password = randomBytes(9).toString('hex');
    const settings = {
      live: { url: 'http://127.0.0.1:1', user: 'admin', password, loginRealm: 'master', clientId: 'admin-cli' },
    };
    const { errors, scopes } = await collecting(keycloakCollector, settings);
    expect(errors.join()).toContain('127.0.0.1:1');
    expect(errors.join()).not.toContain(password);
    expect(scopes).toEqual([{ type: 'scope', scope: '*', coverage: 'partial', missing: errors }]);
  });
});
