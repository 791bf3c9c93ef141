/** The main job on a real PostgreSQL, through the CLI alone: collect, plan, execute, see the effect, undo. */
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import Database from 'libsql';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { ExecutionResult } from '../../src/app/execute/run.ts';
import type { ReachAnswer } from '../../src/app/reach.ts';
import type { Plan } from '../../src/model/plan.ts';
import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts';
import { describeLive } from '../live.ts';
import { openPostgres, type PostgresServer } from '../postgres-server.ts';
import { answer, cliWith, finished, startCli, workspace } from './cli.ts';

const CONFIGURATION = `sources: [{ name: main-db, type: postgres, live: { url: "\${PG_URL}" } }]
enforcers: { main-db: { type: postgres, source: main-db, url: "\${PG_ADMIN_URL}" } }
budgets: { down: 9, actionsPerHour: 100, maxGraphAgeMinutes: 60 }
`;

describeLive('postgres', 'a role of a real PostgreSQL, by the CLI', (url) => {
  let server: PostgresServer;
  let folder: string;
  let env: Record<string, string>;
  let role: string;
  let password: string;

  beforeAll(async () => {
    server = await openPostgres(url);
    await server.run('CREATE TABLE orders (id int)', server.database);
    folder = workspace({ 'interlock.yaml': CONFIGURATION });
    env = { PG_URL: server.databaseUrl, PG_ADMIN_URL: server.url, INTERLOCK_SEAL_KEY: randomBytes(32).toString('base64') };
  });
  afterAll(() => server[Symbol.asyncDispose]());
  beforeEach(async () => {
    [role, password] = [server.name('shop'), server.password()];
    await server.run(`CREATE ROLE ${role} LOGIN PASSWORD '${password}' CONNECTION LIMIT 7`);
    await server.run(`GRANT SELECT ON orders TO ${role}`, server.database);
  });

  const key = (): string => `postgres:main-db/roles/${role}`;
  const ask = <T>(...words: string[]): Promise<T> => answer<T>(folder, words, { env });
  /** Carries a plan out; its last step, looking for what the attacker left, is a person's, who says that it was done. */
  async function apply(id: string): Promise<ExecutionResult> {
    const done = await answer<ExecutionResult>(folder, ['execute', id, '--apply'], { env, code: 3 });
    const waiting = done.steps.filter(({ state }) => state === 'accepted');
    expect(waiting.map(({ id: step }) => step.split('-')[0])).toEqual(['notify']);
    return ask<ExecutionResult>('confirm', id, (waiting[0] as { id: string }).id);
  }
  const row = () => server.run(`SELECT * FROM pg_authid WHERE rolname = '${role}'`);
  const sessions = () => server.run(`SELECT pid FROM pg_stat_activity WHERE usename = '${role}'`);
  const stateOf = async (what: string): Promise<string | undefined> => {
    const { items } = await ask<{ items: { key: string; state: string }[] }>('search', what);
    return items.find((item) => item.key === what)?.state;
  };

  it.each(['password', 'role'] as const)(
    'a plan for its %s is executed, seen by the next collection, and undone',
    async (what) => {
      const target = what === 'role' ? key() : `${key()}/password`;
      const before = await row();
      await server.session(role, password, 'checkout');
      await ask('collect');
      expect(await stateOf(target)).toBe('active');
      expect((await ask<ReachAnswer>('reach', target)).weight.hi).toBeGreaterThan(0);

      const plan = await ask<Plan>('plan', target);
      expect(plan.refusals).toEqual([]);
      const rehearsal = await ask<ExecutionResult>('execute', plan.id);
      expect(rehearsal.stopped).toEqual([]);
      expect(await row()).toEqual(before);
      expect(await sessions()).toHaveLength(1);

      const done = await apply(plan.id);
      expect(done.state).toBe('done');
      expect(done.steps.map(({ state }) => state)).toEqual(done.steps.map(() => 'effective'));
      expect(await server.canLogIn(role, password)).toBe(false);
      expect(await sessions()).toEqual([]);

      await ask('collect');
      expect(await stateOf(target)).toBe('inactive');
      expect(await ask<ReachAnswer>('reach', target)).toMatchObject({ weight: { lo: 0, hi: 0 }, rearmable: [target] });

      await ask('undo', plan.id, '--apply');
      expect(await server.canLogIn(role, password)).toBe(true);
      expect(await row()).toEqual(before);
      expect(await ask('audit', 'verify')).toMatchObject({ holds: true });
    },
    120_000,
  );

  it('a process killed between intent and outcome leaves a step that the next run ends, without doing it again', async () => {
    await ask('collect');
    const { id } = await ask<Plan>('plan', `${key()}/password`);
    const before = await row();
    // The role's row is locked: the call is on its way, and its outcome cannot come.
    const lock = await lockRole();
    const child = startCli(folder, ['execute', id, '--apply'], { env });
    const ended = finished(child);
    await using store = await openSqliteStore({ path: join(folder, 'interlock.db') });
    const quarantine = async () => (await store.plan(id))?.steps.find(({ step }) => step.startsWith('quarantine'))?.state;
    while ((await waitingFor()) === 0) await wait(20);
    expect(await quarantine()).toBe('requested');
    child.kill('SIGKILL');
    await ended;
    await lock.release();
    while ((await server.run(`SELECT FROM pg_roles WHERE rolname = '${role}' AND NOT rolcanlogin`)).length === 0) await wait(20);
    const versionOf = async () => (await server.run(`SELECT xmin::text FROM pg_authid WHERE rolname = '${role}'`))[0]?.['xmin'];
    const afterKill = await versionOf();

    expect(await apply(id)).toMatchObject({ state: 'done' });
    expect(await quarantine()).toBe('effective');
    expect(await versionOf()).toBe(afterKill);
    await ask('undo', id, '--apply');
    expect(await row()).toEqual(before);
    expect(await ask('audit', 'verify')).toMatchObject({ holds: true });
  }, 120_000);

  /** An open transaction that changed the role: whoever wants to change it waits. */
  async function lockRole() {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query('BEGIN');
    await client.query(`ALTER ROLE ${role} CONNECTION LIMIT 3`);
    return {
      async release() {
        await client.query('ROLLBACK');
        await client.end();
      },
    };
  }

  const waitingFor = async (): Promise<number> =>
    (await server.run(`SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%${role}%'`)).length;

  it('a changed record of the ledger is found by audit verify', async () => {
    await ask('collect');
    await ask('plan', key());
    expect(await ask('audit', 'verify')).toMatchObject({ holds: true });
    const copy = mkdtempSync(join(tmpdir(), 'interlock-tampered-'));
    cpSync(folder, copy, { recursive: true });
    const database = new Database(join(copy, 'interlock.db'));
    const { seq, body } = database.prepare('SELECT seq, body FROM ledger ORDER BY seq LIMIT 1 OFFSET 1').get([]) as {
      seq: number;
      body: string;
    };
    database.prepare('UPDATE ledger SET body = ? WHERE seq = ?').run([body.replace(/[a-f0-9]{4}/, '0000'), seq]);
    database.close();
    const { code, out } = await cliWith(env, copy, 'audit', 'verify');
    expect(code).toBe(1);
    expect(out).toMatch(new RegExp(`^The chain is broken: .*${seq}`));
    expect(await ask('audit', 'verify')).toMatchObject({ holds: true });
  });
});
