import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHandOver } from '../../src/app/execute/hand-over.ts';
import { createVaultEnforcer } from '../../src/enforcers/vault.ts';
import type { PlanStep } from '../../src/model/plan.ts';
import type { Enforcer } from '../../src/ports/enforcer.ts';
import { enforcerContract } from '../contracts/enforcer.ts';
import { describeLive } from '../live.ts';
import { openPostgres, type PostgresServer } from '../postgres-server.ts';
import { openVault, type VaultServer } from '../vault-server.ts';
import { context, recorded, stepOn } from './vault/steps.ts';

const READS = (kv: string): string => `path "${kv}/data/*" { capabilities = ["read"] }`;

describeLive('vault', 'the Vault enforcer', (url) => {
  let server: VaultServer;
  let enforcer: Enforcer;
  beforeAll(async () => {
    server = await openVault(url);
    enforcer = createVaultEnforcer({ name: 'vault', source: 'main', connection: server.connection });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  async function app() {
    const [role, policy] = [server.name('app'), server.name('reads')];
    await server.policy(policy, READS(server.kv));
    const login = await server.role(role, { token_policies: [policy], token_ttl: 3600 });
    const token = await server.logIn(login);
    await server.api.write(`${server.kv}/data/${role}`, { data: { secret_id: 'old value', other: 'stays' } });
    return { role, policy, login, token, place: `${server.kv}/data/${role}` };
  }

  const data = async (path: string) => (await server.api.read(path))?.data;
  const none = async () => undefined;

  describe('entity, quarantine', () => {
    enforcerContract(async () => {
      const { token, login } = await app();
      const parameters = { what: 'entity', id: token.entityId };
      const unknown = { what: 'entity', id: '00000000-0000-0000-0000-000000000000' };
      return {
        enforcer,
        kind: 'ServiceAccount',
        step: stepOn(`identity/entity/${token.entityId}`, 'quarantine', parameters),
        unknown: stepOn(`identity/entity/${unknown.id}`, 'quarantine', unknown),
        state: async () => (await data(`identity/entity/id/${token.entityId}`))?.['disabled'],
        secrets: async () => [token.token, login.secretId],
        [Symbol.asyncDispose]: none,
      };
    });
  });

  describe.each([
    ['quarantine', {}],
    ['reduce', { text: 'path "nothing/here" { capabilities = ["read"] }' }],
  ] as const)('policy, %s', (action, given) => {
    enforcerContract(async () => {
      const { role, policy, token } = await app();
      const target = `auth/${server.auth}/role/${role}`;
      return {
        enforcer,
        kind: 'Role',
        step: stepOn(target, action, { what: 'policy', policies: [policy], ...given }, { reversibility: 'R1' }),
        unknown: stepOn(target, action, { what: 'policy', policies: ['no-such-policy'], ...given }, { reversibility: 'R1' }),
        state: async () => (await data(`sys/policies/acl/${policy}`))?.['policy'],
        secrets: async () => [token.token],
        [Symbol.asyncDispose]: none,
      };
    });
  });

  describe.each([
    ['quarantine', {}],
    ['shorten', { tokenTtl: 60 }],
  ] as const)('role, %s', (action, given) => {
    enforcerContract(async () => {
      const { role, token } = await app();
      const of = (name: string) => ({ what: 'role', mount: server.auth, role: name, ...given });
      return {
        enforcer,
        kind: 'Role',
        step: stepOn(`auth/${server.auth}/role/${role}`, action, of(role), { reversibility: 'R1' }),
        unknown: stepOn(`auth/${server.auth}/role/nobody`, action, of('nobody'), { reversibility: 'R1' }),
        state: async () => data(`auth/${server.auth}/role/${role}`),
        secrets: async () => [token.token],
        [Symbol.asyncDispose]: none,
      };
    });
  });

  it('a disabled entity is refused everywhere; its quarantine says until when its tokens would live again', async () => {
    const { token, place } = await app();
    expect(await server.status(token.token, place)).toBe(200);
    const step = stepOn(`identity/entity/${token.entityId}`, 'quarantine', { what: 'entity', id: token.entityId });
    await enforcer.apply(step, context());
    expect(await server.status(token.token, place)).toBe(403);
    const { state, residualUntil = '' } = await enforcer.probe(step, context());
    expect(state).toBe('effective');
    const minutes = (Date.parse(residualUntil) - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(55);
    expect(minutes).toBeLessThan(61);
  });

  it('a policy without rules takes its rights from tokens that are out', async () => {
    const { token, place, policy, role } = await app();
    const step = stepOn(`auth/${server.auth}/role/${role}`, 'quarantine', { what: 'policy', policies: [policy] });
    await enforcer.apply(step, context());
    expect(await server.status(token.token, place)).toBe(403);
  });

  it('what somebody wrote since is not undone by bringing back what was before', async () => {
    const { policy, role } = await app();
    const at = `auth/${server.auth}/role/${role}`;
    const ofRole = { what: 'role', mount: server.auth, role };
    const cases: [PlanStep, () => Promise<unknown>, () => Promise<unknown>][] = [
      [
        stepOn(at, 'quarantine', { what: 'policy', policies: [policy] }),
        () => server.policy(policy, '# of somebody else'),
        () => data(`sys/policies/acl/${policy}`),
      ],
      [stepOn(at, 'quarantine', ofRole), () => server.api.write(at, { token_policies: ['another'] }), () => data(at)],
      [stepOn(at, 'shorten', { ...ofRole, tokenTtl: 300 }), () => server.api.write(at, { token_ttl: 60 }), () => data(at)],
    ];
    for (const [step, change, state] of cases) {
      const { preImage } = await enforcer.preflight(step, context());
      await enforcer.apply(step, context());
      await change();
      const changed = await state();
      await expect(enforcer.undo(step, preImage, context())).rejects.toThrow('by somebody since');
      expect(await state()).toEqual(changed);
    }
  });

  it('a token revoked by its accessor takes its children along, and is not brought back', async () => {
    const { token } = await app();
    const step = stepOn(`auth/token/accessor/${token.accessor}`, 'revoke', { what: 'token', accessor: token.accessor });
    expect(await enforcer.preflight(step, context())).toEqual({ refusals: [], preImage: '', preexisting: false });
    expect((await enforcer.probe(step, context())).state).toBe('not-effective');
    await enforcer.apply(step, context());
    expect((await enforcer.probe(step, context())).state).toBe('effective');
    expect(await server.status(token.token, 'auth/token/lookup-self')).toBe(403);
    expect((await enforcer.apply(step, context())).evidence.join()).toContain('no token has the accessor');
    await expect(enforcer.undo(step, '', context())).rejects.toThrow('cannot be undone');
    expect((await enforcer.preflight(step, context())).refusals.join()).toContain('no token has the accessor');
  });

  it('tokens and leases that a plan names together are ended together; one known by a hash alone leaves it partial', async () => {
    const [{ token }, { token: other }, lease] = [await app(), await app(), await server.lease()];
    const target = `auth/token/accessor/${token.accessor}`;
    const keys = [target, `auth/token/accessor/${other.accessor}`, `leases/${lease}`].map((key) => `vault:main/${key}`);
    const step = stepOn(target, 'revoke', { what: 'sessions', sessions: keys }, { reversibility: 'R2' });
    expect((await enforcer.preflight(step, context())).refusals).toEqual([]);
    await enforcer.apply(step, context());
    expect(await server.status(other.token, 'auth/token/lookup-self')).toBe(403);
    expect((await enforcer.probe(step, context())).state).toBe('effective');
    const hashed = [...keys, `vault:main/auth/token/accessor/hmac-sha256:00`];
    const partly = stepOn(target, 'revoke', { what: 'sessions', sessions: hashed });
    expect((await enforcer.apply(partly, context())).evidence.join()).toContain('only a hash');
    expect((await enforcer.probe(partly, context())).state).toBe('partial');
  });

  it('a destroyed secret-id logs nobody in, while tokens of it live; nothing brings it back', async () => {
    const { role, login, token } = await app();
    const parameters = { what: 'secret-id', mount: server.auth, role, accessor: login.accessor };
    const step = stepOn(`auth/${server.auth}/role/${role}/secret-id/${login.accessor}`, 'revoke', parameters, {
      reversibility: 'R2',
    });
    expect((await enforcer.preflight(step, context())).refusals).toEqual([]);
    await enforcer.apply(step, context());
    expect((await enforcer.probe(step, context())).state).toBe('effective');
    await expect(server.logIn(login)).rejects.toThrow();
    expect(await server.status(token.token, 'auth/token/lookup-self')).toBe(200);
    await enforcer.apply(step, context());
    await expect(enforcer.undo(step, '', context())).rejects.toThrow('cannot be undone');
    expect((await enforcer.preflight(step, context())).refusals.join()).toContain('no secret-id of accessor');
  });

  it('a lease is revoked at once, and all below a prefix', async () => {
    const [first, second] = [await server.lease(), await server.lease()];
    const one = stepOn(`leases/${first}`, 'revoke', { what: 'lease', leaseId: first });
    expect((await enforcer.preflight(one, context())).refusals).toEqual([]);
    await enforcer.apply(one, context());
    expect((await enforcer.probe(one, context())).state).toBe('effective');
    const prefix = `${server.pki}/issue/short`;
    const all = stepOn(prefix, 'revoke', { what: 'leases', prefix });
    expect((await enforcer.preflight(all, context())).refusals).toEqual([]);
    expect((await enforcer.probe(all, context())).state).toBe('not-effective');
    await enforcer.apply(all, context());
    expect((await enforcer.probe(all, context())).state).toBe('effective');
    const other = stepOn(`leases/${second}`, 'revoke', { what: 'lease', leaseId: second });
    expect((await enforcer.preflight(other, context())).refusals.join()).toContain('there is no lease');
  });

  it('a new secret-id works, is handed over whole, and is taken away by undo; so is what an interrupted try left', async () => {
    const { role, login } = await app();
    const handOver = createHandOver();
    const target = `auth/${server.auth}/role/${role}/secret-id/${login.accessor}`;
    const step = stepOn(target, 'issue', { what: 'secret-id', mount: server.auth, role });
    const { preImage, refusals } = await enforcer.preflight(step, context());
    expect(refusals).toEqual([]);
    await enforcer.apply(step, context());
    await enforcer.apply(step, context({ handOver }));
    expect(await server.api.list(`auth/${server.auth}/role/${role}/secret-id`)).toHaveLength(2);
    expect((await enforcer.probe(step, context())).state).toBe('effective');
    const given = handOver.find(`vault:main/${target}`);
    const [value, roleId] = [given?.value ?? '', given?.['roleId'] ?? ''];
    await server.logIn({ roleId, secretId: value });
    await enforcer.undo(step, preImage, context());
    expect(await server.api.list(`auth/${server.auth}/role/${role}/secret-id`)).toEqual([login.accessor]);
    await expect(server.logIn({ roleId, secretId: value })).rejects.toThrow();
  });

  it('a delivered value goes into its field alone, and undo gives the old one back', async () => {
    const { role, place } = await app();
    const handOver = createHandOver();
    handOver.give('old-credential', { value: 'fresh-0815', roleId: 'r' });
    const parameters = { what: 'kv', mount: server.kv, path: role, field: 'value' };
    const step = stepOn(`${server.kv}/${role}`, 'distribute', parameters, { for: 'old-credential', reversibility: 'R1' });
    const { preImage, refusals } = await enforcer.preflight(step, context({ handOver }));
    expect(refusals).toEqual([]);
    expect(preImage).not.toMatch(/old value|fresh-0815/);
    const now = async () => (await data(place))?.['data'];
    await expect(enforcer.apply(step, context())).rejects.toThrow('kept in memory only');
    expect((await enforcer.probe(step, context({ handOver }))).state).toBe('not-effective');
    await enforcer.apply(step, context({ handOver }));
    await enforcer.apply(step, context({ handOver }));
    expect(await now()).toEqual({ secret_id: 'fresh-0815', other: 'stays' });
    const probed = await enforcer.probe(step, context({ handOver }));
    expect(probed.state).toBe('effective');
    expect(JSON.stringify(probed)).not.toContain('fresh-0815');
    await enforcer.undo(step, preImage, context({ handOver }));
    await enforcer.undo(step, preImage, context({ handOver }));
    expect(await now()).toEqual({ secret_id: 'old value', other: 'stays' });
  });

  it('a secret with several fields of which none fits is left to a person', async () => {
    const { role } = await app();
    await server.api.write(`${server.kv}/data/${role}`, { data: { left: '1', right: '2' } });
    const step = stepOn(`${server.kv}/${role}`, 'distribute', { what: 'kv', mount: server.kv, path: role, field: 'value' });
    expect((await enforcer.preflight(step, context())).refusals.join()).toContain('left, right: which takes the new value');
  });

  it('refuses a step on its own login, a foreign target, and what its policy does not allow', async () => {
    const policy = server.name('small');
    await server.policy(policy, `path "auth/token/lookup-accessor" { capabilities = ["update"] }`);
    const login = await server.role(server.name('operator'), { token_policies: [policy] });
    const approle = { roleId: login.roleId, secretId: login.secretId, mount: server.auth };
    const small = createVaultEnforcer({ name: 'small', source: 'main', connection: { url, approle } });
    const { token } = await app();
    const revoke = stepOn(`auth/token/accessor/${token.accessor}`, 'revoke', { what: 'token', accessor: token.accessor });
    const { refusals } = await small.preflight(revoke, context());
    expect(refusals).toEqual([
      'interlock\'s token may not update auth/token/revoke-accessor: its policy needs path "auth/token/revoke-accessor" { capabilities = ["update"] }',
    ]);
    await expect(small.apply(revoke, context())).rejects.toThrow('it needs path "auth/token/revoke-accessor"');
    const foreign = { ...revoke, target: 'vault:main/auth/token/accessor/another' };
    await expect(enforcer.apply(foreign, context())).rejects.toThrow('nothing was done');
  });

  it('says before the first step what its token may not do', async () => {
    const login = await server.role(server.name('operator'), {});
    const approle = { roleId: login.roleId, secretId: login.secretId, mount: server.auth };
    const small = createVaultEnforcer({ name: 'small', source: 'main', connection: { url, approle } });
    const said = [];
    for await (const one of small.check?.(new AbortController().signal) ?? []) said.push(one);
    expect(said.filter(({ type }) => type === 'missing').length).toBeGreaterThan(5);
    expect(said.filter(({ type }) => type === 'works')).toHaveLength(1);
    const wrong = createVaultEnforcer({
      name: 'w',
      source: 'main',
      connection: { url, approle: { ...approle, secretId: 'no' } },
    });
    await expect(async () => {
      for await (const one of wrong.check?.(new AbortController().signal) ?? []) said.push(one);
    }).rejects.toThrow(/auth\/approle-.*\/login: .*check approle\.roleId/);
  });
});

describeLive('postgres', 'the Vault enforcer on logins of a PostgreSQL', (postgres) => {
  const vault = process.env['INTERLOCK_TEST_VAULT'];
  it.runIf(vault !== undefined)(
    'ends what a dynamic role issued, and makes the password of a static role another',
    async () => {
      await using database = await openPostgres(postgres);
      await using server = await openVault(vault ?? '');
      const enforcer = createVaultEnforcer({ name: 'vault', source: 'main', connection: server.connection });
      const engine = await databaseEngine(server, database);
      const issued = await server.api.read(`${engine.mount}/creds/app`);
      const [user, password] = [String(issued?.data['username']), String(issued?.data['password'])];
      expect(await database.canLogIn(user, password)).toBe(true);
      const prefix = `${engine.mount}/creds/app`;
      const leases = stepOn(`${prefix}/issued`, 'revoke', { what: 'leases', prefix }, { reversibility: 'R2' });
      expect((await enforcer.preflight(leases, context())).refusals).toEqual([]);
      await enforcer.apply(leases, context());
      expect((await enforcer.probe(leases, context())).state).toBe('effective');
      expect(await database.canLogIn(user, password)).toBe(false);

      const old = String((await server.api.read(`${engine.mount}/static-creds/report`))?.data['password']);
      const parameters = { what: 'static-role', mount: engine.mount, role: 'report' };
      // A plan is often older than the last rotation by the server itself.
      const rotate = stepOn(`${engine.mount}/static-roles/report/password`, 'rotate', parameters, {
        reversibility: 'R2',
        startsAt: new Date(0).toISOString(),
      });
      const { preImage, refusals } = await enforcer.preflight(rotate, context());
      expect(refusals).toEqual([]);
      const afterCrash = context(recorded(preImage));
      expect((await enforcer.probe(rotate, context())).state).toBe('not-effective');
      expect(await enforcer.probe(rotate, afterCrash)).toMatchObject({
        state: 'not-effective',
        evidence: [expect.stringContaining('that is before this step')],
      });
      expect((await enforcer.probe(rotate, context(recorded('')))).state).toBe('partial');
      const applied = await enforcer.apply(rotate, context());
      expect((await enforcer.probe(rotate, context(recorded(preImage, applied)))).state).toBe('effective');
      expect((await enforcer.probe(rotate, context(recorded('', applied)))).state).toBe('effective');
      expect((await enforcer.probe(rotate, afterCrash)).state).toBe('effective');
      expect(await database.canLogIn(engine.user, old)).toBe(false);
      await expect(enforcer.undo(rotate, '', context())).rejects.toThrow('cannot be undone');
      await engine.close();
    },
    60_000,
  );
});

/** A database engine on a PostgreSQL: a dynamic role `app`, and a static one `report` of a user of its own. */
async function databaseEngine(server: VaultServer, database: PostgresServer) {
  const mount = server.name('database');
  const user = database.name('report');
  await database.run(`CREATE ROLE ${user} LOGIN PASSWORD '${database.password()}'`);
  const { username, password, host, pathname } = new URL(database.url);
  await server.api.write(`sys/mounts/${mount}`, { type: 'database' });
  await server.api.write(`${mount}/config/main`, {
    plugin_name: 'postgresql-database-plugin',
    allowed_roles: '*',
    connection_url: `postgresql://{{username}}:{{password}}@${host}${pathname}?sslmode=disable`,
    username,
    password,
  });
  await server.api.write(`${mount}/roles/app`, {
    db_name: 'main',
    default_ttl: '10m',
    creation_statements: `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}';`,
  });
  await server.api.write(`${mount}/static-roles/report`, { db_name: 'main', username: user, rotation_period: '24h' });
  return { mount, user, close: () => server.remove(`sys/mounts/${mount}`) };
}

describe('without a Vault', () => {
  it.each([
    [404, '<html>not here</html>'],
    [404, '{"errors":["no handler for route \\"auth/token/lookup-accessor\\". route entry not found."]}'],
    [400, '{"errors":["something else"]}'],
  ])('takes no %i of a path that leads nowhere for a token that is over: %s', async (status, body) => {
    const web = createServer((_, response) => response.writeHead(status).end(body)).listen(0, '127.0.0.1');
    await once(web, 'listening');
    try {
      const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
      const enforcer = createVaultEnforcer({ name: 'vault', source: 'main', connection: { url, token: 'none' } });
      const step = stepOn('auth/token/accessor/a1', 'revoke', { what: 'token', accessor: 'a1' });
      await expect(enforcer.probe(step, context())).rejects.toThrow('lookup-accessor');
    } finally {
      web.close();
    }
  });
});
