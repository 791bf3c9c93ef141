/** What somebody else does to a role before and after a step, on a real PostgreSQL. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHandOver } from '../../src/app/execute/hand-over.ts';
import { settingStatement } from '../../src/enforcers/postgres/role-settings.ts';
import { createPostgresEnforcer } from '../../src/enforcers/postgres.ts';
import type { PlanStep, StepParameters } from '../../src/model/plan.ts';
import { type PostgresAction, parsePostgresStep, postgresApply, postgresCommands } from '../../src/model/postgres-actions.ts';
import type { Enforcer, EnforcerContext } from '../../src/ports/enforcer.ts';
import { makeStep } from '../app/execute/plans.ts';
import { describeLive } from '../live.ts';
import { openPostgres, type PostgresServer } from '../postgres-server.ts';

const context = (idempotencyKey = 'a-key'): EnforcerContext => ({
  signal: new AbortController().signal,
  idempotencyKey,
  handOver: createHandOver(),
  now: () => new Date('2026-03-01T12:00:00.000Z'),
});

function stepOn(role: string, action: PostgresAction, given: StepParameters): PlanStep {
  const parameters = { role, ...given };
  return makeStep({
    id: 's',
    target: `postgres:db/roles/${role}`,
    action,
    parameters,
    connector: 'main',
    reversibility: 'R1',
    commands: postgresCommands(parsePostgresStep(action, parameters)),
  });
}

describeLive('postgres', 'a PostgreSQL role that somebody else changes too', (url) => {
  let server: PostgresServer;
  let enforcer: Enforcer;
  let folder: string;
  beforeAll(async () => {
    server = await openPostgres(url);
    enforcer = createPostgresEnforcer({ name: 'main', source: 'db', url: server.url, random: randomBytes });
    folder = await mkdtemp(join(tmpdir(), 'interlock-hand-out-'));
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  async function makeRole() {
    const [role, password] = [server.name('app'), server.password()];
    await server.run(`CREATE ROLE ${role} LOGIN PASSWORD '${password}' CONNECTION LIMIT 7 VALID UNTIL '2031-05-05 00:00:00+00'`);
    return { role, password };
  }
  const rowOf = (role: string) =>
    server.run(`SELECT rolconnlimit, rolvaliduntil::text, rolpassword FROM pg_authid WHERE rolname = '${role}'`);

  it.each([
    ['reduce', { connectionLimit: 3 }, 'CONNECTION LIMIT 0'],
    ['shorten', { validUntil: '2026-06-01T00:00:00.250Z' }, "VALID UNTIL '2026-03-01'"],
    ['rotate', {}, "PASSWORD 'chosen by its owner'"],
    ['rotate', {}, 'PASSWORD NULL'],
  ] as const)('keeps what was set after %s %j: %s', async (action, given, theirs) => {
    const { role } = await makeRole();
    const step = stepOn(role, action, action === 'rotate' ? { handTo: join(folder, role) } : given);
    const before = await rowOf(role);
    const { preImage } = await enforcer.preflight(step, context());
    await enforcer.apply(step, context());
    const applied = await rowOf(role);
    await server.run(`ALTER ROLE ${role} ${theirs}`);
    const changed = await rowOf(role);
    await expect(enforcer.undo(step, preImage, context())).rejects.toThrow('was changed by somebody since');
    expect(await rowOf(role)).toEqual(changed);
    const [{ rolconnlimit: limit, rolvaliduntil: until, rolpassword: verifier } = {}] = applied;
    await server.run(
      `ALTER ROLE ${role} CONNECTION LIMIT ${String(limit)} VALID UNTIL '${String(until)}' PASSWORD '${String(verifier)}'`,
    );
    await rm(join(folder, role), { force: true });
    await enforcer.undo(step, preImage, context('of another process'));
    expect(await rowOf(role)).toEqual(before);
  });

  it('takes settings of the role for values only, whatever its holder wrote into them', async () => {
    const { role, password } = await makeRole();
    const [newRole, evil] = [server.name('second'), server.name('evil')];
    await server.run(`CREATE ROLE ${evil} LOGIN`);
    const thief = await server.session(role, password, 'thief');
    await thief.query("SELECT set_config('search_path', $1, false)", [`x;ALTER/**/ROLE/**/${evil}/**/SUPERUSER;--`]);
    await thief.query(`ALTER ROLE ${role} SET search_path FROM CURRENT`);
    await enforcer.apply(stepOn(role, 'issue', { newRole }), context());
    expect(await server.run(`SELECT rolsuper FROM pg_roles WHERE rolname = '${evil}'`)).toEqual([{ rolsuper: false }]);
    await enforcer.undo(stepOn(role, 'issue', { newRole }), '{}', context());
  });

  it('whose table holds in its name what would end a body of code: its rights are granted all the same', async () => {
    const { role } = await makeRole();
    const newRole = server.name('second');
    await server.run('CREATE TABLE "odd$$; \'name" (id serial PRIMARY KEY)', server.database);
    const step = stepOn(role, 'issue', {
      newRole,
      grants: [`${server.database}/public/${encodeURIComponent("odd$$; 'name")} INSERT`],
    });
    await enforcer.apply(step, context());
    const may = `SELECT has_sequence_privilege('${newRole}', pg_get_serial_sequence('"odd$$; ''name"', 'id'), 'USAGE') AS ok`;
    expect(await server.run(may, server.database)).toEqual([{ ok: true }]);
    await enforcer.undo(step, '{}', context());
  });

  it.each(['shop, public', '"$user", public', '"Odd ""name"", with; a comma", plain', '""'])(
    'gives the setting search_path=%s to another as it is',
    async (value) => {
      const { role } = await makeRole();
      const newRole = server.name('second');
      await server.run(`ALTER ROLE ${role} SET search_path TO ${value === '""' ? "''" : value.replaceAll('"$user"', "'$user'")}`);
      await enforcer.apply(stepOn(role, 'issue', { newRole }), context());
      const [{ rolconfig } = {}] = await server.run(`SELECT rolconfig FROM pg_roles WHERE rolname = '${newRole}'`);
      expect(rolconfig).toContain(`search_path=${value}`);
      await enforcer.undo(stepOn(role, 'issue', { newRole }), '{}', context());
    },
  );
});

describe('a role beside another', () => {
  it.each([
    ['search_path=shop, "$user"', null, `SET "search_path" TO 'shop', '$user';`],
    ['search_path=x;DROP/**/ROLE/**/y', null, `SET "search_path" TO 'x;DROP/**/ROLE/**/y';`],
    ['search_path=a "b', null, `SET "search_path" TO 'a "b';`],
    ['search_path=""', null, `SET "search_path" TO '';`],
    ["app.note=it's", 'da"ta', `IN DATABASE "da""ta" SET "app"."note" TO 'it''s';`],
    ['DateStyle=ISO, DMY', null, `SET "DateStyle" TO 'ISO, DMY';`],
  ])('gets the setting %s as a value', (config, database, words) => {
    expect(settingStatement('new', config, database).sql).toBe(`ALTER ROLE "new" ${words}`);
  });

  it('is made and marked as one, so that no crash leaves one without its mark', () => {
    const step = parsePostgresStep('issue', { role: 'app', newRole: 'app_2' });
    const words = postgresApply(step).map(({ sql }) => sql.split(' ', 3).join(' '));
    expect(words.slice(0, 4)).toEqual(['BEGIN;', 'CREATE ROLE "app_2"', 'COMMENT ON ROLE', 'COMMIT;']);
  });
});
