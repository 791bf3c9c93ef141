/** A password that two applications share, split on a real PostgreSQL: planned, handed out, seen in use, disabled, undone. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ambiguity } from '../../../src/analysis/ambiguity.ts';
import { revocationPlan } from '../../../src/analysis/plan/revocation-plan.ts';
import { confirmStep } from '../../../src/app/execute/confirm-step.ts';
import { executePlan, executeWave } from '../../../src/app/execute/execute-plan.ts';
import { undoPlan } from '../../../src/app/execute/undo-plan.ts';
import { loadGraph } from '../../../src/app/load-graph.ts';
import { planFacts } from '../../../src/app/revocation.ts';
import { postgresCollector } from '../../../src/collectors/postgres/collector.ts';
import { createPostgresEnforcer } from '../../../src/enforcers/postgres.ts';
import type { EntityFact, RelationshipFact } from '../../../src/model/entity.ts';
import type { Plan, PlanStep } from '../../../src/model/plan.ts';
import { DEFAULT_WEIGHTS } from '../../../src/model/weights.ts';
import { collecting } from '../../contracts/collecting.ts';
import { describeLive } from '../../live.ts';
import { openPostgres, type PostgresServer } from '../../postgres-server.ts';
import { acting, applying, type Bench, openBench, SEAL_KEY } from './bench.ts';
import { createLockers, type Lockers } from './lockers.ts';

const CONSUMERS = ['checkout', 'billing'] as const;
type Consumer = (typeof CONSUMERS)[number];
const placeOf = (consumer: Consumer): string => `k8s:prod/shop/secrets/${consumer}`;

describeLive('postgres', 'a shared password split on a real PostgreSQL', (url) => {
  let server: PostgresServer;
  let bench: Bench;
  let lockers: Lockers;
  let folder: string;
  let role: string;
  let password: string;
  beforeAll(async () => {
    server = await openPostgres(url);
    await server.run('CREATE TABLE orders (id int)', server.database);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  beforeEach(async () => {
    [role, password] = [server.name('shop'), server.password()];
    await server.run(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
    await server.run(`GRANT SELECT ON orders TO ${role}`, server.database);
    folder = await mkdtemp(join(tmpdir(), 'interlock-split-'));
    lockers = createLockers(folder, {}, CONSUMERS.map(placeOf));
    const enforcer = createPostgresEnforcer({ name: 'main', source: 'db', url: server.url, random: randomBytes });
    bench = await openBench({
      enforcers: [enforcer, lockers.enforcer],
      sealKey: SEAL_KEY,
      settings: { actionsPerHour: 100 },
      startsAt: new Date(Date.now() - 60_000).toISOString(),
    });
    return async () => {
      await bench[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    };
  });

  const key = (): string => `postgres:db/roles/${role}/password`;
  const rolesOf = async (): Promise<string[]> =>
    (await server.run(`SELECT rolname FROM pg_roles WHERE rolname LIKE '${role}%' ORDER BY 1`)).map(({ rolname }) =>
      String(rolname),
    );

  async function collect(): Promise<void> {
    const now = bench.context.clock();
    const found = await collecting(postgresCollector, { live: { url: server.databaseUrl } }, { source: 'db', now });
    const run = await bench.store.beginCollection('db', randomUUID(), now.toISOString());
    for (const said of found.said) if (said.type === 'facts') await bench.store.writeFacts(run, { ...said, documents: [] });
    await bench.store.commitCollection(run, { type: 'postgres', scopes: found.scopes, layersMissing: [] });
  }

  /** What the cluster's own collection would say: which Secrets hold the password, and who reads them. */
  async function declare(consumers: readonly Consumer[]): Promise<Map<Consumer, string>> {
    const uses = await bench.store.neighbours({ keys: [key()], direction: 'in', kinds: ['USES'], limit: 100 });
    const keys = new Map(consumers.map((one) => [one, uses.find(({ source }) => source.includes(`/${one}@`))!.source]));
    const fact = (source: string, kind: RelationshipFact['kind'], target: string): RelationshipFact => ({
      source,
      kind,
      target,
      basis: 'declared',
      certainty: 'definite',
      reason: 'a test',
    });
    const entities = consumers.map(
      (one): EntityFact => ({
        key: placeOf(one),
        kind: 'Secret',
        name: one,
        provider: 'kubernetes',
        state: 'active',
        properties: { keys: ['username', 'password'] },
      }),
    );
    const relationships = consumers.flatMap((one) => [
      fact(placeOf(one), 'EXPOSES', key()),
      fact(keys.get(one)!, 'READS', placeOf(one)),
    ]);
    const run = await bench.store.beginCollection('facts', randomUUID(), bench.context.clock().toISOString());
    await bench.store.writeFacts(run, { scope: 'all', entities, relationships, documents: [] });
    await bench.store.commitCollection(run, {
      type: 'declared',
      scopes: [{ scope: 'all', coverage: 'complete', missing: [] }],
      layersMissing: [],
    });
    return keys;
  }

  async function plan(id: string): Promise<Plan> {
    const now = bench.context.clock();
    const graph = await loadGraph(bench.store, now);
    const window = { end: now.toISOString(), days: 90 };
    return bench.save(
      revocationPlan({
        id,
        graph,
        targets: [key()],
        mode: 'retire',
        budgets: {},
        weights: DEFAULT_WEIGHTS,
        now: now.toISOString(),
        generation: graph.generation,
        connectorOf: (one, { byHand }) => (byHand ? 'manual' : one.startsWith('postgres:') ? 'main' : 'lockers'),
        facts: await planFacts(bench.store),
        split: {
          rights: 'seen',
          window,
          consumersOf: (credential) =>
            ambiguity(graph, { credential, window: { ...window, logged: 0 } }, DEFAULT_WEIGHTS).candidates.map((one) => ({
              ...one,
              evidence: one.evidence.map(({ text }) => text),
              origins: [],
            })),
        },
      }),
    );
  }

  const stepsOf = ({ waves }: Plan): PlanStep[] => waves.flatMap(({ steps }) => steps);
  const passwordIn = (consumer: Consumer): string => lockers.state().lockers[placeOf(consumer)] ?? '';
  const newRoleOf = (made: Plan, consumer: string): string =>
    String(
      stepsOf(made).find(({ action, forConsumers }) => action === 'issue' && forConsumers?.includes(consumer))!.parameters[
        'newRole'
      ],
    );
  const stateOf = async (id: string, action: PlanStep['action']): Promise<string[]> => {
    const { plan: made, steps } = (await bench.store.plan(id))!;
    return stepsOf(made)
      .filter((step) => step.action === action)
      .map((step) => steps.find((one) => one.step === step.id)?.state ?? 'planned');
  };

  async function shared(): Promise<{ made: Plan; roles: Map<Consumer, string> }> {
    for (const one of CONSUMERS) await server.session(role, password, one);
    await collect();
    const keys = await declare(CONSUMERS);
    const made = await plan('split');
    return { made, roles: new Map(CONSUMERS.map((one) => [one, newRoleOf(made, keys.get(one)!)])) };
  }

  it('gives each its own role and value, waits until each was seen on it, then ends the old one; undo brings all back', async () => {
    const { made, roles } = await shared();
    expect(made.refusals).toEqual([]);
    const first = await executePlan(bench.context, 'split', applying());
    expect(first.stopped.join()).toContain('waits for a person');
    expect(passwordIn('checkout')).not.toBe(passwordIn('billing'));
    for (const one of CONSUMERS) expect(await server.canLogIn(roles.get(one)!, passwordIn(one))).toBe(true);
    expect(await server.canLogIn(roles.get('checkout')!, passwordIn('billing'))).toBe(false);
    expect(await server.canLogIn(role, password)).toBe(true);
    const kept = [];
    for await (const record of bench.store.exportAll()) kept.push(record);
    for (const one of CONSUMERS) expect(JSON.stringify(kept)).not.toContain(passwordIn(one));

    // One has moved: the old one stays.
    await server.session(roles.get('checkout')!, passwordIn('checkout'), 'checkout');
    await collect();
    await executePlan(bench.context, 'split', applying());
    expect((await stateOf('split', 'confirm')).sort()).toEqual(['accepted', 'effective']);
    expect(await server.canLogIn(role, password)).toBe(true);

    await server.session(roles.get('billing')!, passwordIn('billing'), 'billing');
    await collect();
    await executePlan(bench.context, 'split', applying());
    expect(await stateOf('split', 'confirm')).toEqual(['effective', 'effective']);
    expect(await stateOf('split', 'disable')).toEqual(['effective']);
    expect(await server.canLogIn(role, password)).toBe(false);
    for (const one of CONSUMERS) expect(await server.canLogIn(roles.get(one)!, passwordIn(one))).toBe(true);

    expect((await undoPlan(bench.context, 'split', applying())).stopped).toEqual([]);
    expect(await server.canLogIn(role, password)).toBe(true);
    expect(await rolesOf()).toEqual([role]);
    expect(await bench.broken()).toBeUndefined();
  }, 60_000);

  it('issues anew, for the consumer concerned, what a process knew that is gone', async () => {
    const { made, roles } = await shared();
    const waveOf = (action: PlanStep['action']): number =>
      made.waves.findIndex(({ steps }) => steps.some((step) => step.action === action));
    for (let wave = 0; wave <= waveOf('issue'); wave++) await executeWave(bench.context, { plan: 'split', wave, ...acting() });
    const verifiers = () => server.run(`SELECT rolname, rolpassword FROM pg_authid WHERE rolname LIKE '${role}_%' ORDER BY 1`);
    const lost = await verifiers();
    await executeWave(bench.context, { plan: 'split', wave: waveOf('distribute'), ...acting() });
    const fresh = await verifiers();
    expect(fresh.map(({ rolname }) => rolname)).toEqual(lost.map(({ rolname }) => rolname));
    for (const [i, row] of fresh.entries()) expect(row['rolpassword']).not.toBe(lost[i]!['rolpassword']);
    for (const one of CONSUMERS) expect(await server.canLogIn(roles.get(one)!, passwordIn(one))).toBe(true);
  }, 60_000);

  it('keeps the old one while somebody who could not be told apart is not settled, and goes on when a person says so', async () => {
    await server.session(role, password, 'checkout');
    await server.session(role, password, 'psql');
    await collect();
    const keys = await declare(['checkout']);
    const made = await plan('split');
    const settle = stepsOf(made).find(({ parameters }) => parameters['unsettled'] === true)!;
    expect(settle.parameters['waitsFor']).toEqual([expect.stringContaining('/psql')]);
    await executePlan(bench.context, 'split', applying());
    await server.session(newRoleOf(made, keys.get('checkout')!), passwordIn('checkout'), 'checkout');
    await collect();
    await executePlan(bench.context, 'split', applying());
    expect((await stateOf('split', 'confirm')).sort()).toEqual(['accepted', 'effective']);
    expect(await server.canLogIn(role, password)).toBe(true);
    await confirmStep(bench.context, 'split', settle.id, acting());
    await executePlan(bench.context, 'split', applying());
    expect(await server.canLogIn(role, password)).toBe(false);
  }, 60_000);
});
