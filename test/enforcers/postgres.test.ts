import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHandOver } from '../../src/app/execute/hand-over.ts';
import { isVerifierOf, scramVerifier } from '../../src/enforcers/postgres/rotation.ts';
import { createPostgresEnforcer } from '../../src/enforcers/postgres.ts';
import type { Action, PlanStep, StepParameters } from '../../src/model/plan.ts';
import { type PostgresAction, parsePostgresStep, postgresCommands } from '../../src/model/postgres-actions.ts';
import { asRole } from '../../src/model/postgres-place.ts';
import type { Checked } from '../../src/ports/checked.ts';
import type { Enforcer, EnforcerContext } from '../../src/ports/enforcer.ts';
import { makeStep } from '../app/execute/plans.ts';
import { enforcerContract } from '../contracts/enforcer.ts';
import { describeLive } from '../live.ts';
import { openPostgres, type PostgresServer } from '../postgres-server.ts';

const context = (): EnforcerContext => ({
  signal: new AbortController().signal,
  idempotencyKey: 'a-key',
  handOver: createHandOver(),
  now: () => new Date('2026-03-01T12:00:00.000Z'),
});

const enforcerAt = (url: string): Enforcer => createPostgresEnforcer({ name: 'main', source: 'db', url, random: randomBytes });

function stepOn(role: string, action: PostgresAction, parameters: StepParameters, change: Partial<PlanStep> = {}): PlanStep {
  const all = { role, ...parameters };
  const commands = postgresCommands(parsePostgresStep(action, all));
  return makeStep({
    id: 's',
    target: `postgres:db/roles/${role}`,
    action,
    parameters: all,
    connector: 'main',
    commands,
    ...change,
  });
}

/** Everything of the role that a step may touch, as the server keeps it. */
async function roleRow(server: PostgresServer, role: string): Promise<unknown> {
  return server.run(`SELECT rolcanlogin, rolconnlimit, rolvaliduntil::text, rolpassword, ARRAY(
    SELECT g.rolname || ' ' || m.admin_option FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = a.oid ORDER BY 1) AS member_of
    FROM pg_authid a WHERE rolname = '${role}'`);
}

async function makeRole(server: PostgresServer): Promise<{ role: string; password: string; group: string }> {
  const [role, group, password] = [server.name('app'), server.name('group'), server.password()];
  await server.run(`CREATE ROLE ${group}; CREATE ROLE ${role} LOGIN PASSWORD '${password}' CONNECTION LIMIT 7 VALID UNTIL '2031-05-05 00:00:00+00';
    GRANT ${group} TO ${role} WITH ADMIN OPTION`);
  return { role, password, group };
}

const CASES: readonly [PostgresAction, (made: { group: string; folder: string }) => StepParameters, PlanStep['reversibility']][] =
  [
    ['quarantine', () => ({}), 'R0'],
    ['disable', () => ({}), 'R0'],
    ['reduce', () => ({ connectionLimit: 1 }), 'R0'],
    ['shorten', () => ({ validUntil: '2026-06-01T00:00:00Z' }), 'R0'],
    ['rotate', ({ folder }) => ({ handTo: join(folder, 'new-password') }), 'R1'],
    ['detach', ({ group }) => ({ group }), 'R1'],
  ];

describeLive('postgres', 'the PostgreSQL enforcer', (url) => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await openPostgres(url);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  describe.each(CASES)('%s', (action, parameters, reversibility) => {
    enforcerContract(async () => {
      const folder = await mkdtemp(join(tmpdir(), 'interlock-hand-out-'));
      const { role, password, group } = await makeRole(server);
      const given = parameters({ group, folder });
      const unknown = server.name('nobody');
      return {
        enforcer: enforcerAt(server.url),
        kind: 'ServiceAccount',
        step: stepOn(role, action, given, { reversibility }),
        unknown: stepOn(unknown, action, given, { reversibility }),
        state: () => roleRow(server, role),
        async secrets() {
          const rows = await server.run(`SELECT rolpassword FROM pg_authid WHERE rolname = '${role}'`);
          const handed = join(folder, 'new-password');
          const fresh = existsSync(handed) ? [readFileSync(handed, 'utf8').trim()] : [];
          return [password, String(rows[0]?.['rolpassword']), ...fresh];
        },
        [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
      };
    });
  });

  it('quarantine ends the sessions that are open and lets nobody in', async () => {
    const { role, password } = await makeRole(server);
    const session = await server.session(role, password, 'victim');
    const step = stepOn(role, 'quarantine', {});
    const { evidence } = await enforcerAt(server.url).apply(step, context());
    expect(evidence.join()).toMatch(/pid \d+, ended true/);
    await expect(session.query('SELECT 1')).rejects.toThrow();
    expect(await server.canLogIn(role, password)).toBe(false);
    expect(await enforcerAt(server.url).probe(step, context())).toMatchObject({ state: 'effective' });
  });

  it('quarantine whose sessions live on is partial, with what else survives', async () => {
    const { role, password } = await makeRole(server);
    const friend = server.name('friend');
    await server.run(`CREATE ROLE ${friend} LOGIN; GRANT ${role} TO ${friend}`);
    await server.session(role, password, 'victim');
    await server.run(`ALTER ROLE ${role} NOLOGIN`);
    const { state, evidence } = await enforcerAt(server.url).probe(stepOn(role, 'quarantine', {}), context());
    expect(state).toBe('partial');
    expect(evidence.join()).toContain(`may still SET ROLE to it: ${friend}`);
  });

  it('a rotated password is handed out in a file of mode 0600, works, and ends the old one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'interlock-hand-out-'));
    try {
      const { role, password } = await makeRole(server);
      const handTo = join(folder, 'password');
      const step = stepOn(role, 'rotate', { handTo }, { reversibility: 'R1', target: `postgres:db/roles/${role}/password` });
      const enforcer = enforcerAt(server.url);
      const { preImage } = await enforcer.preflight(step, context());
      await enforcer.apply(step, context());
      const fresh = readFileSync(handTo, 'utf8').trim();
      expect(statSync(handTo).mode & 0o777).toBe(0o600);
      expect([await server.canLogIn(role, fresh), await server.canLogIn(role, password)]).toEqual([true, false]);
      expect((await enforcer.preflight(step, context())).refusals).toEqual([]);
      await enforcer.undo(step, preImage, context());
      expect([await server.canLogIn(role, fresh), await server.canLogIn(role, password)]).toEqual([false, true]);
      expect(existsSync(handTo)).toBe(false);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('a rotation that was interrupted after the file was written goes on with the password in it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'interlock-hand-out-'));
    try {
      const { role } = await makeRole(server);
      const handTo = join(folder, 'password');
      const fresh = server.password();
      await writeFile(handTo, `${fresh}\n`, { mode: 0o600 });
      const step = stepOn(role, 'rotate', { handTo }, { reversibility: 'R1' });
      expect((await enforcerAt(server.url).preflight(step, context())).refusals.join()).toContain('exists already');
      await enforcerAt(server.url).apply(step, context());
      expect(await server.canLogIn(role, fresh)).toBe(true);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('delete gives what the role owns to another, in each database that is named, and refuses when one is missing', async () => {
    const { role, password } = await makeRole(server);
    const heir = server.name('heir');
    await server.run(`CREATE ROLE ${heir}`);
    await server.run(`CREATE TABLE kept (id int); ALTER TABLE kept OWNER TO ${role}`, server.database);
    const enforcer = enforcerAt(server.url);
    const missing = stepOn(role, 'delete', { reassignTo: heir, databases: ['postgres'] }, { reversibility: 'R2' });
    expect((await enforcer.preflight(missing, context())).refusals.join()).toContain(`things in "${server.database}"`);
    const step = stepOn(role, 'delete', { reassignTo: heir, databases: [server.database] }, { reversibility: 'R2' });
    expect(await enforcer.preflight(step, context())).toMatchObject({ refusals: [], preImage: '' });
    await enforcer.apply(step, context());
    await enforcer.apply(step, context());
    expect(await enforcer.probe(step, context())).toMatchObject({ state: 'effective' });
    expect(await server.canLogIn(role, password)).toBe(false);
    expect(
      await server.run("SELECT pg_get_userbyid(relowner) AS owner FROM pg_class WHERE relname = 'kept'", server.database),
    ).toEqual([{ owner: heir }]);
  });

  it('refuses its own role, one that it depends on, predefined ones, and a target that is not the role', async () => {
    const { role, group } = await makeRole(server);
    const [own, password] = [server.name('admin'), server.password()];
    await server.run(`CREATE ROLE ${own} LOGIN CREATEROLE PASSWORD '${password}'; GRANT ${group} TO ${own}`);
    const enforcer = enforcerAt(asRole(server.url, own, password));
    const refusals = async (name: string, change: Partial<PlanStep> = {}) =>
      (await enforcer.preflight(stepOn(name, 'quarantine', {}, change), context())).refusals.join();
    expect(await refusals(own)).toContain("interlock's own");
    expect(await refusals(group)).toContain('is a member of');
    expect(await refusals('pg_monitor')).toContain('predefined');
    expect(await refusals('postgres')).toContain('superuser');
    expect(await refusals(role, { target: 'postgres:db/roles/other' })).toContain('is not role');
    expect(await refusals(role)).toContain(`GRANT pg_signal_backend TO "${own}"`);
    await server.run(`GRANT pg_signal_backend TO ${own}`);
    expect(await refusals(role)).toBe('');
  });

  it('rotates only where the password can be handed out and the old verifier kept, or as irreversible', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'interlock-hand-out-'));
    try {
      const { role } = await makeRole(server);
      const [own, password] = [server.name('admin'), server.password()];
      await server.run(`CREATE ROLE ${own} LOGIN CREATEROLE PASSWORD '${password}'`);
      const handTo = join(folder, 'password');
      const limited = enforcerAt(asRole(server.url, own, password));
      const refusals = async (enforcer: Enforcer, parameters: StepParameters, reversibility: PlanStep['reversibility']) =>
        (await enforcer.preflight(stepOn(role, 'rotate', parameters, { reversibility }), context())).refusals.join();
      expect(await refusals(enforcerAt(server.url), {}, 'R1')).toContain('needs parameters.handTo');
      expect(await refusals(enforcerAt(server.url), { handTo: 'here' }, 'R1')).toContain('is not an absolute path');
      expect(await refusals(enforcerAt(server.url), { handTo: join(folder, 'none', 'x') }, 'R1')).toContain(
        'does not exist: make it',
      );
      expect(await refusals(limited, { handTo }, 'R1')).toContain('may not read pg_authid');
      expect(await refusals(limited, { handTo }, 'R2')).toBe('');
      const step = stepOn(role, 'rotate', { handTo }, { reversibility: 'R2' });
      expect(await limited.probe(step, context())).toMatchObject({ state: 'not-effective' });
      await limited.apply(step, context());
      expect(await limited.probe(step, context())).toMatchObject({
        state: 'effective',
        evidence: [expect.stringContaining('logs in at')],
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('does not loosen what is already tighter', async () => {
    const { role } = await makeRole(server);
    const before = await roleRow(server, role);
    for (const [action, parameters] of [
      ['reduce', { connectionLimit: 50 }],
      ['shorten', { validUntil: '2040-01-01T00:00:00Z' }],
    ] as const) {
      const step = stepOn(role, action, parameters);
      expect(await enforcerAt(server.url).preflight(step, context())).toMatchObject({ refusals: [], preexisting: true });
      await enforcerAt(server.url).apply(step, context());
      expect(await enforcerAt(server.url).probe(step, context())).toMatchObject({ state: 'effective' });
    }
    expect(await roleRow(server, role)).toEqual(before);
  });

  it('foresees what its role would be refused, and how to get it', async () => {
    const { role, password } = await makeRole(server);
    const lacks = async (): Promise<string[]> => {
      const said: Checked[] = [];
      for await (const one of enforcerAt(asRole(server.url, role, password)).check?.(context().signal) ?? []) said.push(one);
      expect(said.at(-1)).toEqual({ type: 'works', text: expect.stringContaining(`as "${role}"`) });
      return said.slice(0, -1).map(({ text }) => text);
    };
    expect(await lacks()).toEqual([
      `"${role}" may not change roles: ALTER ROLE "${role}" CREATEROLE`,
      `"${role}" may not end sessions of others: GRANT pg_signal_backend TO "${role}"`,
      expect.stringContaining(`"${role}" may not read pg_authid`),
    ]);
    await server.run(`ALTER ROLE ${role} CREATEROLE; GRANT pg_signal_backend TO ${role}`);
    const [first, ...more] = (await lacks()).filter((text) => !text.includes('ADMIN OPTION'));
    expect([first, more]).toEqual([expect.stringContaining('pg_authid'), []]);
    await server.run(`ALTER ROLE ${role} SUPERUSER`);
    expect(await lacks()).toEqual([]);
  });

  it('takes names that need quoting as they are', async () => {
    const role = `${server.name('odd')} "; DROP ROLE x; --'\\`;
    const quoted = `"${role.replaceAll('"', '""')}"`;
    await server.run(`CREATE ROLE ${quoted} LOGIN`);
    try {
      const step = stepOn(role, 'quarantine', {});
      await enforcerAt(server.url).apply(step, context());
      expect(await enforcerAt(server.url).probe(step, context())).toMatchObject({ state: 'effective' });
    } finally {
      await server.run(`DROP ROLE ${quoted}`);
    }
  });
});

describe('without a server', () => {
  it('says which server cannot be reached, and never the password', async () => {
    const password = ['not', 'for', 'logs'].join('-');
    const enforcer = enforcerAt(`postgres://admin:${password}@127.0.0.1:1/shop`);
    const { refusals } = await enforcer.preflight(stepOn('app', 'quarantine', {}), context());
    expect(refusals.join()).toContain('127.0.0.1:1/shop cannot be reached');
    expect(refusals.join()).not.toContain(password);
  });

  it('supports roles and their passwords only, and only its actions', () => {
    const enforcer = enforcerAt('postgres://admin@127.0.0.1:1/shop');
    const kinds = (['ServiceAccount', 'Credential', 'Group', 'Role', 'Resource'] as const).filter((kind) =>
      enforcer.supports(kind, 'quarantine'),
    );
    expect(kinds).toEqual(['ServiceAccount', 'Credential', 'Group']);
    expect(
      (['notify', 'rotate', 'block'] as const satisfies readonly Action[]).filter((action) =>
        enforcer.supports('Credential', action),
      ),
    ).toEqual(['rotate']);
  });

  it('knows the password of a SCRAM verifier, and no other (RFC 7677 keys, PostgreSQL form)', () => {
    const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
    const verifier = scramVerifier('pencil', salt);
    expect(verifier).toMatch(/^SCRAM-SHA-256\$4096:W22ZaJ0SNY7soEsUEjb6gQ==\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$/);
    expect([isVerifierOf(verifier, 'pencil'), isVerifierOf(verifier, 'Pencil'), isVerifierOf('md5abc', 'pencil')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
