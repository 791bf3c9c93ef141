import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KeycloakConnection } from '../../src/apis/keycloak/settings.ts';
import { createHandOver } from '../../src/app/execute/hand-over.ts';
import { createKeycloakEnforcer } from '../../src/enforcers/keycloak.ts';
import { type KeycloakAction, keycloakCommands, parseKeycloakStep } from '../../src/model/keycloak-actions.ts';
import type { PlanStep, StepParameters } from '../../src/model/plan.ts';
import type { Checked } from '../../src/ports/checked.ts';
import type { Enforcer, EnforcerContext } from '../../src/ports/enforcer.ts';
import { makeStep } from '../app/execute/plans.ts';
import { enforcerContract } from '../contracts/enforcer.ts';
import { type KeycloakServer, openKeycloak } from '../keycloak-server.ts';
import { describeLive } from '../live.ts';

const context = (change: Partial<EnforcerContext> = {}): EnforcerContext => ({
  signal: new AbortController().signal,
  idempotencyKey: 'a-key',
  handOver: createHandOver(),
  now: () => new Date('2026-03-01T12:00:00.000Z'),
  ...change,
});

const enforcerAt = (login: Partial<KeycloakConnection> & { readonly url: string }): Enforcer =>
  createKeycloakEnforcer({
    name: 'sso',
    source: 'kc',
    connection: { loginRealm: 'master', clientId: 'admin-cli', ...login },
    random: randomBytes,
  });

/** A client with a service account that may write orders, and a user who logged in through it. */
interface Made {
  readonly id: string;
  readonly client: string;
  readonly secret: string;
  readonly user: string;
  readonly userId: string;
  readonly password: string;
}

const ROTATING = {
  profiles: {
    profiles: [
      {
        name: 'rotating',
        executors: [
          {
            executor: 'secret-rotation',
            configuration: {
              'expiration-period': 2_505_600,
              'rotated-expiration-period': 172_800,
              'remaining-rotation-period': 864_000,
            },
          },
        ],
      },
    ],
  },
  policies: {
    policies: [
      {
        name: 'all',
        enabled: true,
        conditions: [{ condition: 'client-access-type', configuration: { type: ['confidential'] } }],
        profiles: ['rotating'],
      },
    ],
  },
};

describeLive('keycloak', 'the Keycloak enforcer', (url) => {
  let server: KeycloakServer;
  /** In which client policies keep former secrets. */
  let rotating: KeycloakServer;
  beforeAll(async () => {
    [server, rotating] = [await openKeycloak(url), await openKeycloak(url)];
    await rotating.change('PUT', '/client-policies/profiles', ROTATING.profiles);
    await rotating.change('PUT', '/client-policies/policies', ROTATING.policies);
    const orders = await server.client('orders', { bearerOnly: true, serviceAccountsEnabled: false });
    await server.change('POST', `/clients/${orders}/roles`, { name: 'writer' });
  }, 180_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await rotating[Symbol.asyncDispose]();
  });

  /** Logs in once; the suite closes it. */
  let shared: Enforcer;
  beforeAll(() => {
    shared = enforcerAt(server.login);
  });
  afterAll(() => shared[Symbol.asyncDispose]());

  let count = 0;
  /** The user only where it is asked for: passwords are dear to hash. */
  async function make(at: KeycloakServer = server, { withUser = false } = {}): Promise<Made> {
    const [client, user] = [`bot-${++count}`, `ann-${count}`];
    const made = { client, user, secret: at.secret(), password: at.secret() };
    const id = await at.client(client, { secret: made.secret, directAccessGrantsEnabled: true });
    if (at === server) await at.give(client, { orders: ['writer'] });
    const userId = withUser ? await at.user(user, made.password) : '';
    return { ...made, id, userId };
  }
  const clientState = async (at: KeycloakServer, id: string): Promise<unknown> => {
    const { enabled, notBefore, secret, attributes } = await at.get(`/clients/${id}`);
    const account = await at.get<{ id: string }>(`/clients/${id}/service-account-user`);
    const { clientMappings } = await at.get(`/users/${account.id}/role-mappings`);
    return { enabled, notBefore: (notBefore as number) > 0, secret, attributes, clientMappings };
  };
  const stepOn = (
    at: KeycloakServer,
    action: KeycloakAction,
    parameters: StepParameters,
    change: Partial<PlanStep> = {},
  ): PlanStep => {
    const all: StepParameters = { realm: at.realm, ...parameters };
    const target = `keycloak:kc/realms/${at.realm}/${'user' in all ? `users/${all['user'] as string}` : `clients/${all['client'] as string}`}`;
    return makeStep({
      id: 's',
      target,
      action,
      parameters: all,
      connector: 'sso',
      commands: keycloakCommands(parseKeycloakStep(action, all)),
      ...change,
    });
  };
  const asClient = ({ client, secret }: Made): Record<string, string> => ({ client_id: client, client_secret: secret });
  async function tokenOf(at: KeycloakServer, made: Made): Promise<string> {
    const { body } = await at.token({ ...asClient(made), grant_type: 'client_credentials' });
    return (body as { access_token: string }).access_token;
  }
  const isServed = async (at: KeycloakServer, made: Made, secret = made.secret): Promise<boolean> =>
    (await at.token({ ...asClient({ ...made, secret }), grant_type: 'client_credentials' })).status === 200;
  const logIn = async (made: Made): Promise<{ access_token: string; refresh_token: string }> =>
    (await server.token({ ...asClient(made), grant_type: 'password', username: made.user, password: made.password }))
      .body as never;

  type Case = readonly [string, KeycloakAction, PlanStep['reversibility'], (made: Made, folder: string) => StepParameters];
  const WRITER = (): string => `keycloak:kc/realms/${server.realm}/clients/orders#roles/writer`;
  const OF_CLIENTS: readonly Case[] = [
    ['quarantine of a client', 'quarantine', 'R0', ({ client }) => ({ client })],
    ['disable of a client', 'disable', 'R0', ({ client }) => ({ client })],
    ['shorten of a client', 'shorten', 'R1', ({ client }) => ({ client, accessTokenSeconds: 60 })],
    ['reduce of a client', 'reduce', 'R1', ({ client }) => ({ client, roles: [WRITER()] })],
    ['rotate of a client', 'rotate', 'R1', ({ client }, folder) => ({ client, handTo: join(folder, 'new-secret') })],
  ];

  describe.each(OF_CLIENTS)('%s', (_, action, reversibility, parameters) => {
    enforcerContract(async () => {
      const folder = await mkdtemp(join(tmpdir(), 'interlock-hand-out-'));
      const made = await make();
      const given = parameters(made, folder);
      return {
        enforcer: shared,
        kind: 'ServiceAccount',
        step: stepOn(server, action, given, { reversibility }),
        unknown: stepOn(server, action, { ...given, client: 'nobody' }, { reversibility }),
        state: () => clientState(server, made.id),
        async secrets() {
          const handed = join(folder, 'new-secret');
          return [made.secret, ...(existsSync(handed) ? [readFileSync(handed, 'utf8').trim()] : [])];
        },
        async [Symbol.asyncDispose]() {
          await rm(folder, { recursive: true, force: true });
        },
      };
    });
  });

  describe('quarantine of a user', () => {
    enforcerContract(async () => {
      const made = await make(server, { withUser: true });
      await logIn(made);
      return {
        enforcer: shared,
        kind: 'User',
        step: stepOn(server, 'quarantine', { user: made.user }),
        unknown: stepOn(server, 'quarantine', { user: 'nobody' }),
        state: async () => (await server.get(`/users/${made.userId}`))['enabled'],
        secrets: async () => [made.secret, made.password],
        [Symbol.asyncDispose]: async () => undefined,
      };
    });
  });

  describe('the end of a former secret', () => {
    enforcerContract(async () => {
      const made = await make(rotating);
      await rotating.change('POST', `/clients/${made.id}/client-secret`, {});
      return {
        enforcer: shared,
        kind: 'Credential',
        step: stepOn(rotating, 'disable', { client: made.client, secret: 'rotated' }, { reversibility: 'R1' }),
        unknown: stepOn(rotating, 'disable', { client: 'nobody', secret: 'rotated' }, { reversibility: 'R1' }),
        state: async () => (await rotating.get<{ attributes: unknown }>(`/clients/${made.id}`)).attributes,
        secrets: async () => [made.secret],
        [Symbol.asyncDispose]: async () => undefined,
      };
    });
  });

  it('a disabled client is given no token, its tokens are refused, and enabling it gives them their force again', async () => {
    const made = await make();
    const token = await tokenOf(server, made);
    const enforcer = shared;
    const step = stepOn(server, 'quarantine', { client: made.client }, { reversibility: 'R!' });
    const { preImage } = await enforcer.preflight(step, context());
    await enforcer.apply(step, context());
    expect([await isServed(server, made), await server.isActive(token)]).toEqual([false, false]);
    const probed = await enforcer.probe(step, context());
    expect(probed).toMatchObject({ state: 'effective', residualUntil: '2026-03-01T12:10:00.000Z' });
    expect(probed.evidence.join()).toContain('a token request with its secret answers 401');
    await enforcer.undo(step, preImage, context());
    expect([await isServed(server, made), await server.isActive(token)]).toEqual([true, true]);
  });

  it('a disabled user has no sessions, and nothing of them comes back with the user', async () => {
    const made = await make(server, { withUser: true });
    const { access_token: token, refresh_token: refresh } = await logIn(made);
    await wait(1100);
    const enforcer = shared;
    const step = stepOn(server, 'quarantine', { user: made.user });
    const { preImage } = await enforcer.preflight(step, context());
    expect((await enforcer.apply(step, context())).evidence).toEqual([
      expect.stringContaining('was disabled'),
      '1 sessions were ended',
    ]);
    await enforcer.undo(step, preImage, context());
    expect(await server.isActive(token)).toBe(false);
    expect((await server.token({ ...asClient(made), grant_type: 'refresh_token', refresh_token: refresh })).status).toBe(400);
    expect((await logIn(made)).access_token).toBeTypeOf('string');
  });

  it('ends the sessions of a user, by a step on one of them, and saves who they were before', async () => {
    const made = await make(server, { withUser: true });
    const { refresh_token: refresh } = await logIn(made);
    const enforcer = shared;
    const save = stepOn(server, 'save', { user: made.user });
    expect((await enforcer.apply(save, context())).evidence).toEqual([
      expect.stringContaining('1 sessions of user'),
      expect.stringContaining(`of ${made.user} at 127.0.0.1`),
    ]);
    const step = stepOn(
      server,
      'block',
      { user: made.user },
      { target: `keycloak:kc/realms/${server.realm}/sessions/any`, reversibility: 'R2' },
    );
    expect((await enforcer.preflight(step, context())).refusals).toEqual([]);
    expect((await enforcer.probe(step, context())).state).toBe('not-effective');
    const { traces = [] } = await enforcer.apply(step, context());
    const recorded = { since: new Date().toISOString(), traces, preImage: () => '' };
    expect(await enforcer.probe(step, context({ recorded }))).toMatchObject({ state: 'effective' });
    expect((await server.token({ ...asClient(made), grant_type: 'refresh_token', refresh_token: refresh })).status).toBe(400);
  });

  it('what somebody set since is not undone by bringing back what was before', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'interlock-since-'));
    const { client, id } = await make();
    const cases: readonly [PlanStep, object][] = [
      [stepOn(server, 'shorten', { client, accessTokenSeconds: 60 }), { attributes: { 'access.token.lifespan': '30' } }],
      [stepOn(server, 'rotate', { client, handTo: join(folder, 'new') }), { secret: server.secret() }],
    ];
    for (const [step, change] of cases) {
      const { preImage } = await shared.preflight(step, context());
      await shared.apply(step, context());
      await server.change('PUT', `/clients/${id}`, { clientId: client, ...change });
      const changed = await clientState(server, id);
      await expect(shared.undo(step, preImage, context())).rejects.toThrow('by somebody since');
      expect(await clientState(server, id)).toEqual(changed);
    }
    await rm(folder, { recursive: true });
  });

  it('a rotated secret works, the old one does not, and tokens issued with it live on', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'interlock-hand-out-'));
    try {
      const made = await make();
      const token = await tokenOf(server, made);
      const handTo = join(folder, 'secret');
      const enforcer = shared;
      const step = stepOn(server, 'rotate', { client: made.client, handTo }, { reversibility: 'R1' });
      const { preImage } = await enforcer.preflight(step, context());
      await enforcer.apply(step, context());
      const fresh = readFileSync(handTo, 'utf8').trim();
      expect(statSync(handTo).mode & 0o777).toBe(0o600);
      expect([await isServed(server, made), await isServed(server, made, fresh), await server.isActive(token)]).toEqual([
        false,
        true,
        true,
      ]);
      await enforcer.undo(step, preImage, context());
      expect([await isServed(server, made), await isServed(server, made, fresh), existsSync(handTo)]).toEqual([
        true,
        false,
        false,
      ]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('issues a secret beside the old one where a policy keeps it, once, and gives it to who distributes', async () => {
    const made = await make(rotating);
    const before = await rotating.get(`/clients/${made.id}`);
    const enforcer = shared;
    const step = stepOn(
      rotating,
      'issue',
      { client: made.client },
      { reversibility: 'R1', for: `keycloak:kc/realms/${rotating.realm}/clients/${made.client}#secret` },
    );
    const { preImage, refusals } = await enforcer.preflight(step, context());
    expect(refusals).toEqual([]);
    const first = context();
    expect((await enforcer.probe(step, first)).state).toBe('not-effective');
    await enforcer.apply(step, first);
    const given = first.handOver.find(step.for as string);
    expect(given).toMatchObject({ clientId: made.client });
    expect([await isServed(rotating, made), await isServed(rotating, made, given?.value)]).toEqual([true, true]);
    expect((await enforcer.probe(step, first)).state).toBe('effective');
    expect((await enforcer.preflight(step, context())).refusals.join()).toContain('has a former secret that still works');
    // Another process, after a crash.
    const second = context();
    expect((await enforcer.probe(step, second)).state).toBe('not-effective');
    await enforcer.apply(step, second);
    expect(second.handOver.find(step.for as string)).toEqual(given);
    expect(await isServed(rotating, made)).toBe(true);
    await enforcer.undo(step, preImage, context());
    expect([await isServed(rotating, made), await isServed(rotating, made, given?.value)]).toEqual([true, false]);
    expect((await rotating.get<typeof before>(`/clients/${made.id}`))['attributes']).toEqual(before['attributes']);
  });

  it('refuses to issue where the old secret would end at once', async () => {
    const made = await make();
    const enforcer = shared;
    const step = stepOn(server, 'issue', { client: made.client }, { reversibility: 'R1' });
    expect((await enforcer.preflight(step, context())).refusals.join()).toContain('the old one would end at once');
  });

  it('takes away the direct mapping of a role only, and says where else it comes from', async () => {
    const made = await make(server, { withUser: true });
    await server.change('POST', '/groups', { name: `ops-${made.client}` });
    const [group] = await server.get<{ id: string }[]>(`/groups?search=ops-${made.client}`);
    const [orders] = await server.get<{ id: string }[]>('/clients?clientId=orders');
    const writer = await server.get(`/clients/${orders?.id}/roles/writer`);
    await server.change('POST', `/groups/${group?.id}/role-mappings/clients/${orders?.id}`, [writer]);
    await server.change('PUT', `/users/${made.userId}/groups/${group?.id}`);
    const enforcer = shared;
    const step = stepOn(server, 'reduce', { user: made.user, roles: [WRITER()] }, { reversibility: 'R1' });
    expect((await enforcer.preflight(step, context())).refusals.join()).toContain('by a group or another role');
    const gone = stepOn(server, 'reduce', { user: made.user, roles: [`${WRITER()}-gone`] }, { reversibility: 'R1' });
    expect((await enforcer.preflight(gone, context())).refusals.join()).toContain('there is no such role');
  });

  it('deletes a client, also when it is gone, and cannot bring it back', async () => {
    const made = await make();
    const enforcer = shared;
    const step = stepOn(server, 'delete', { client: made.client }, { reversibility: 'R2' });
    expect((await enforcer.preflight(step, context())).refusals).toEqual([]);
    expect((await enforcer.probe(step, context())).state).toBe('not-effective');
    await enforcer.apply(step, context());
    await enforcer.apply(step, context());
    expect((await enforcer.probe(step, context())).state).toBe('effective');
    await expect(enforcer.undo(step, '', context())).rejects.toThrow('nothing can be brought back');
  });

  it('never works on its own login, nor on another target than it names', async () => {
    const made = await make();
    await server.give(made.client, { 'realm-management': ['manage-clients'] });
    await using own = enforcerAt({
      url: server.url,
      loginRealm: server.realm,
      clientId: made.client,
      clientSecret: made.secret,
    });
    const step = stepOn(server, 'quarantine', { client: made.client });
    expect((await own.preflight(step, context())).refusals.join()).toContain("interlock's own login");
    const other = { ...step, target: `keycloak:kc/realms/${server.realm}/clients/orders` };
    expect((await own.preflight(other, context())).refusals.join()).toContain('nothing was done');
    await expect(own.apply(other, context())).rejects.toThrow('nothing was done');
  });

  it('tells before what its login may not do', async () => {
    const made = await make();
    const other = await make();
    const login = { url: server.url, loginRealm: server.realm, clientId: made.client, clientSecret: made.secret };
    const said = async (): Promise<string> => {
      await using enforcer = enforcerAt(login);
      const all: Checked[] = [];
      for await (const one of enforcer.check?.(context().signal) ?? []) all.push(one);
      expect(all.at(-1)?.type).toBe('works');
      return all
        .slice(0, -1)
        .map(({ text }) => text)
        .join('\n');
    };
    await server.give(made.client, { 'realm-management': ['view-clients', 'view-users', 'view-realm'] });
    expect(await said()).toMatch(/clients of realm .*manage-clients/);
    await using enforcer = enforcerAt(login);
    const step = stepOn(server, 'quarantine', { client: other.client });
    expect((await enforcer.preflight(step, context())).refusals.join()).toContain('give it the role manage-clients');
    await server.give(made.client, { 'realm-management': ['manage-clients', 'manage-users'] });
    expect(await said()).toBe('');
  });
});

describe('without a server', () => {
  it('says which server cannot be reached, and never the password', async () => {
    const password = randomBytes(9).toString('hex');
    const enforcer = createKeycloakEnforcer({
      name: 'sso',
      source: 'kc',
      connection: { url: 'http://127.0.0.1:1', loginRealm: 'master', clientId: 'admin-cli', user: 'admin', password },
      random: randomBytes,
    });
    const step = makeStep({ id: 's', target: 'keycloak:kc/realms/a/clients/b', parameters: { realm: 'a', client: 'b' } });
    const failed = await enforcer.preflight(step, context()).catch((error: unknown) => String(error));
    expect(JSON.stringify(failed)).toContain('127.0.0.1:1');
    expect(JSON.stringify(failed)).not.toContain(password);
  });

  it('refuses parameters that are not its own, by name', async () => {
    const enforcer = enforcerAt({ url: 'http://127.0.0.1:1' });
    const step = makeStep({
      id: 's',
      target: 'keycloak:kc/realms/a/clients/b',
      action: 'shorten',
      parameters: { realm: 'a', client: 'b' },
    });
    expect((await enforcer.preflight(step, context())).refusals.join()).toContain('parameters.accessTokenSeconds');
    expect(enforcer.supports('ServiceAccount', 'quarantine')).toBe(true);
    expect(enforcer.supports('Resource', 'quarantine')).toBe(false);
    expect(enforcer.supports('Credential', 'notify')).toBe(false);
  });
});
