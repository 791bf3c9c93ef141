/** The whole way on a real PostgreSQL: collect, plan by hand, execute, collect the effect, undo. */
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { approvePlan } from '../../../src/app/execute/approve-plan.ts';
import { executePlan } from '../../../src/app/execute/execute-plan.ts';
import { undoPlan } from '../../../src/app/execute/undo-plan.ts';
import { postgresCollector } from '../../../src/collectors/postgres/collector.ts';
import { createPostgresEnforcer } from '../../../src/enforcers/postgres.ts';
import type { Plan, StepParameters } from '../../../src/model/plan.ts';
import { type PostgresAction, parsePostgresStep, postgresCommands } from '../../../src/model/postgres-actions.ts';
import type { Store } from '../../../src/ports/store.ts';
import { collecting } from '../../contracts/collecting.ts';
import { describeLive } from '../../live.ts';
import { openPostgres, type PostgresServer } from '../../postgres-server.ts';
import { acting, applying, type Bench, openBench, SEAL_KEY } from './bench.ts';
import { makePlan, makeStep } from './plans.ts';

async function collectInto(store: Store, server: PostgresServer, now: Date) {
  const found = await collecting(postgresCollector, { live: { url: server.databaseUrl } }, { source: 'db', now });
  const run = await store.beginCollection('db', randomUUID(), now.toISOString());
  for (const said of found.said) {
    if (said.type === 'facts') await store.writeFacts(run, { ...said, documents: [] });
  }
  await store.commitCollection(run, { type: 'postgres', scopes: found.scopes, layersMissing: [] });
  return found;
}

describeLive('postgres', 'a plan on a real PostgreSQL', (url) => {
  let server: PostgresServer;
  let bench: Bench;
  let role: string;
  let password: string;
  beforeAll(async () => {
    server = await openPostgres(url);
    const enforcer = createPostgresEnforcer({ name: 'main', source: 'db', url: server.url, random: randomBytes });
    bench = await openBench({ enforcers: [enforcer], sealKey: SEAL_KEY, startsAt: new Date().toISOString() });
    [role, password] = [server.name('shop'), server.password()];
    await server.run(`CREATE ROLE ${role} LOGIN PASSWORD '${password}' CONNECTION LIMIT 9`);
    await collectInto(bench.store, server, bench.context.clock());
  });
  afterAll(async () => {
    await bench[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  const key = (): string => `postgres:db/roles/${role}`;
  const row = () =>
    server.run(`SELECT rolcanlogin, rolconnlimit, rolvaliduntil, rolpassword FROM pg_authid WHERE rolname = '${role}'`);
  const planOf = (id: string, steps: readonly (readonly [PostgresAction, string, StepParameters?])[]): Plan =>
    makePlan(
      id,
      steps.map(([action, target, given], i) => {
        const parameters = { role, ...given };
        const commands = postgresCommands(parsePostgresStep(action, parameters));
        return [makeStep({ id: `${id}-${i + 1}`, target, action, parameters, connector: 'main', commands })];
      }),
    );

  it('quarantines a role with an open session, the next collection sees it, and undo brings back every byte', async () => {
    const before = await row();
    const session = await server.session(role, password, 'checkout');
    const sessionKey = `postgres:db/sessions/${role}/checkout@127.0.0.1`;
    const seen = await collectInto(bench.store, server, bench.context.clock());
    expect(seen.edges).toContain(`${sessionKey} RUNS_AS ${key()}`);
    await bench.save(
      planOf('contain', [
        ['save', `${key()}/password`],
        ['reduce', key(), { connectionLimit: 2 }],
        ['quarantine', `${key()}/password`],
      ]),
    );

    const rehearsed = await executePlan(bench.context, 'contain', { ...acting(), apply: false });
    expect(rehearsed.steps.map((step) => `${step.state} ${step.evidence.at(-1)}`)).toEqual(
      Array(3).fill('skipped preflight: may run'),
    );
    expect(await row()).toEqual(before);

    const done = await executePlan(bench.context, 'contain', applying());
    expect(done).toMatchObject({ state: 'done', stopped: [] });
    expect(done.steps[0]?.evidence.join()).toContain('application_name checkout');
    await expect(session.query('SELECT 1')).rejects.toThrow();
    expect(await server.canLogIn(role, password)).toBe(false);

    const after = await collectInto(bench.store, server, bench.context.clock());
    expect(after.entity(sessionKey)).toBeUndefined();
    const entities = await bench.store.entities([key(), `${key()}/password`]);
    expect(entities.map((entity) => `${entity.kind} ${entity.state}`).sort()).toEqual([
      'Credential inactive',
      'ServiceAccount inactive',
    ]);

    expect(await undoPlan(bench.context, 'contain', applying())).toMatchObject({ state: 'undone', stopped: [] });
    expect(await row()).toEqual(before);
    expect(await server.canLogIn(role, password)).toBe(true);
    expect(await bench.broken()).toBeUndefined();
  });

  it('keeps the role out while a second incident holds it through its password', async () => {
    const before = await row();
    await bench.save(planOf('one', [['quarantine', key()]]));
    await bench.save(planOf('two', [['quarantine', `${key()}/password`]]));
    await executePlan(bench.context, 'one', applying());
    bench.wait(1000);
    await executePlan(bench.context, 'two', applying());
    await undoPlan(bench.context, 'one', applying());
    expect(await server.canLogIn(role, password)).toBe(false);
    await undoPlan(bench.context, 'two', applying());
    expect(await row()).toEqual(before);
  });

  it('refuses a denied role by the role, also when its password is the target', async () => {
    await bench.save(planOf('denied', [['quarantine', `${key()}/password`]]));
    const context = { ...bench.context, settings: { ...bench.context.settings, denyList: [key()] } };
    await expect(executePlan(context, 'denied', applying())).rejects.toThrow(/deny list/);
    expect(await server.canLogIn(role, password)).toBe(true);
  });

  it('holds no password and no verifier in its store, its ledger or its answers', async () => {
    const [{ rolpassword } = {}] = await row();
    const kept: unknown[] = [await bench.ledger(), await bench.store.plans(10), await bench.store.holds({})];
    for await (const record of bench.store.exportAll()) kept.push(record);
    const text = JSON.stringify(kept);
    expect(text).not.toContain(password);
    expect(text).not.toContain(String(rolpassword));
    expect(text).not.toContain('SCRAM-SHA-256$');
  });

  it('deletes a role only with two approvals, and says that nothing brings it back', async () => {
    const heir = server.name('heir');
    await server.run(`CREATE ROLE ${heir}`);
    const plan = planOf('gone', [['delete', key(), { reassignTo: heir, databases: [server.database] }]]);
    const irreversible = makePlan('gone', [[{ ...plan.waves[0]!.steps[0]!, reversibility: 'R2' }]]);
    await bench.save(irreversible);
    await expect(executePlan(bench.context, 'gone', applying())).rejects.toThrow(/2 people must approve/);
    for (const actor of ['ann', 'bob']) await approvePlan(bench.context, 'gone', { actor });
    expect(await executePlan(bench.context, 'gone', applying())).toMatchObject({
      state: 'done',
      steps: [{ state: 'effective' }],
    });
    const undone = await undoPlan(bench.context, 'gone', applying());
    expect(undone).toMatchObject({ state: 'partial', steps: [{ state: 'effective' }] });
    expect(undone.steps[0]?.evidence).toContain('delete is irreversible: it stays');
  });
});
