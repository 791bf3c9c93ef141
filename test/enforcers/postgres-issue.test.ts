/** A role of its own for some of those who share one, on a real PostgreSQL. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHandOver } from '../../src/app/execute/hand-over.ts';
import { createPostgresEnforcer } from '../../src/enforcers/postgres.ts';
import type { PlanStep } from '../../src/model/plan.ts';
import { parsePostgresStep, postgresCommands } from '../../src/model/postgres-actions.ts';
import { asRole, inDatabase } from '../../src/model/postgres-place.ts';
import type { Enforcer, EnforcerContext } from '../../src/ports/enforcer.ts';
import { makeStep } from '../app/execute/plans.ts';
import { enforcerContract } from '../contracts/enforcer.ts';
import { describeLive } from '../live.ts';
import { openPostgres, type PostgresServer } from '../postgres-server.ts';

const contextOf = (idempotencyKey = 'a-key'): EnforcerContext => ({
  signal: new AbortController().signal,
  idempotencyKey,
  handOver: createHandOver(),
  now: () => new Date('2026-03-01T12:00:00.000Z'),
});

function issueOf(role: string, newRole: string, grants?: readonly string[]): PlanStep {
  const parameters = { role, newRole, ...(grants && { grants: [...grants] }) };
  return makeStep({
    id: 'issue',
    target: `postgres:db/roles/${role}`,
    action: 'issue',
    parameters,
    connector: 'main',
    reversibility: 'R1',
    commands: postgresCommands(parsePostgresStep('issue', parameters)),
  });
}

describeLive('postgres', 'a role issued beside another on a real PostgreSQL', (url) => {
  let server: PostgresServer;
  let enforcer: Enforcer;
  beforeAll(async () => {
    server = await openPostgres(url);
    enforcer = createPostgresEnforcer({ name: 'main', source: 'db', url: server.url, random: randomBytes });
    await server.run('CREATE TABLE orders (id serial PRIMARY KEY, what text); CREATE TABLE payroll (id int)', server.database);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  async function shared(): Promise<{ role: string; newRole: string }> {
    const [role, newRole] = [server.name('shop'), server.name('shop_checkout')];
    await server.run(`CREATE ROLE ${role} LOGIN CREATEDB PASSWORD '${server.password()}'`);
    await server.run(`ALTER ROLE ${role} SET statement_timeout TO '1234ms'; ALTER ROLE ${role} SET search_path TO shop, public`);
    await server.run(
      `GRANT SELECT, INSERT ON orders TO ${role}; GRANT USAGE ON SEQUENCE orders_id_seq TO ${role}`,
      server.database,
    );
    return { role, newRole };
  }
  const rowOf = (role: string) =>
    server.run(`SELECT rolcanlogin, rolconfig, shobj_description(oid, 'pg_authid') IS NOT NULL AS marked, ARRAY(
      SELECT g.rolname FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid ORDER BY 1) AS member_of
      FROM pg_roles r WHERE rolname = '${role}'`);

  /** What a client sees that logs in with the new credential. */
  async function as<T>(context: EnforcerContext, target: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
    const { user, value } = context.handOver.find(target) as { user: string; value: string };
    const client = new pg.Client({ connectionString: inDatabase(asRole(server.url, user, value), server.database) });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  describe('by the contract', () => {
    enforcerContract(async () => {
      const { role, newRole } = await shared();
      const unknown = server.name('nobody');
      return {
        enforcer,
        kind: 'Credential',
        step: issueOf(role, newRole),
        unknown: issueOf(unknown, `${unknown}_2`),
        state: async () => [await rowOf(role), await rowOf(newRole)],
        secrets: async () =>
          (
            await server.run(`SELECT rolpassword AS v FROM pg_authid WHERE rolname = '${newRole}' AND rolpassword IS NOT NULL`)
          ).map(({ v }) => String(v)),
        [Symbol.asyncDispose]: async () => undefined,
      };
    });
  });

  it('works as the shared role: its rights, attributes and settings, and what it makes belongs to that', async () => {
    const { role, newRole } = await shared();
    const [step, context] = [issueOf(role, newRole), contextOf()];
    expect((await enforcer.preflight(step, context)).refusals).toEqual([]);
    await enforcer.apply(step, context);
    const seen = await as(context, step.target, async (client) => {
      await client.query("INSERT INTO orders (what) VALUES ('a book')");
      const { rows } = await client.query(
        "SELECT session_user::text AS login, current_user::text AS works, current_setting('statement_timeout') AS timeout, current_setting('search_path') AS path",
      );
      return rows[0];
    });
    expect(seen).toEqual({ login: newRole, works: role, timeout: '1234ms', path: 'shop, public' });
    await server.run(`ALTER ROLE ${role} NOLOGIN`);
    expect(await as(context, step.target, async (client) => (await client.query('SELECT 1 AS one')).rows)).toEqual([{ one: 1 }]);
  });

  it('may do what was granted and nothing else', async () => {
    const { role, newRole } = await shared();
    const [step, context] = [issueOf(role, newRole, [`${server.database}/public/orders SELECT,INSERT`]), contextOf()];
    await enforcer.apply(step, context);
    expect((await enforcer.probe(step, context)).state).toBe('effective');
    await as(context, step.target, async (client) => {
      await client.query("INSERT INTO orders (what) VALUES ('another')");
      expect((await client.query('SELECT count(*)::int AS n FROM orders')).rows[0].n).toBeGreaterThan(0);
      await expect(client.query('DELETE FROM orders')).rejects.toThrow('permission denied');
      await expect(client.query('SELECT * FROM payroll')).rejects.toThrow('permission denied');
      await expect(client.query(`SET ROLE ${role}`)).rejects.toThrow('permission denied');
    });
    await enforcer.undo(step, '{}', context);
    expect(await rowOf(newRole)).toEqual([]);
  });

  it('issues anew what a lost process had issued, and takes the lost password out of force', async () => {
    const { role, newRole } = await shared();
    const step = issueOf(role, newRole);
    const lost = contextOf();
    await enforcer.apply(step, lost);
    const other = contextOf();
    await enforcer.undo(step, '{}', other);
    await enforcer.apply(step, other);
    await expect(as(lost, step.target, async () => undefined)).rejects.toThrow('password authentication failed');
    await as(other, step.target, async () => undefined);
  });

  it('finishes a role that a crash left half made', async () => {
    const { role, newRole } = await shared();
    const [step, context] = [issueOf(role, newRole), contextOf()];
    await server.run(`CREATE ROLE ${newRole} NOLOGIN; COMMENT ON ROLE ${newRole} IS 'interlock: a-key'`);
    expect((await enforcer.probe(step, context)).state).toBe('not-effective');
    await enforcer.apply(step, context);
    expect((await enforcer.probe(step, context)).state).toBe('effective');
  });

  it('leaves alone a role of that name that somebody else made', async () => {
    const { role, newRole } = await shared();
    await server.run(`CREATE ROLE ${newRole} LOGIN`);
    const step = issueOf(role, newRole);
    expect((await enforcer.preflight(step, contextOf())).refusals.join()).toContain('this step did not make it');
    await expect(enforcer.apply(step, contextOf())).rejects.toThrow('was not made by this step');
    await expect(enforcer.undo(step, '{}', contextOf())).rejects.toThrow('was not made by this step');
    expect(await rowOf(newRole)).toMatchObject([{ rolcanlogin: true, marked: false }]);
  });

  it('does not take a role away that owns something', async () => {
    const { role, newRole } = await shared();
    const [step, context] = [issueOf(role, newRole, [`${server.database}/public/orders SELECT`]), contextOf()];
    await enforcer.apply(step, context);
    await server.run(`CREATE TABLE own_${newRole} (id int); ALTER TABLE own_${newRole} OWNER TO ${newRole}`, server.database);
    await expect(enforcer.undo(step, '{}', context)).rejects.toThrow(`owns things in ${server.database}`);
    await server.run(`DROP TABLE own_${newRole}`, server.database);
    await enforcer.undo(step, '{}', context);
  });
});
