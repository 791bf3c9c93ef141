/** A secret-id that two applications share, split on a real OpenBao: planned, handed out, seen in use, destroyed or undone. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { approvePlan } from '../../../src/app/execute/approve-plan.ts';
import { confirmStep } from '../../../src/app/execute/confirm-step.ts';
import { undoPlan } from '../../../src/app/execute/undo-plan.ts';
import { vaultCollector } from '../../../src/collectors/vault/collector.ts';
import { createVaultEnforcer } from '../../../src/enforcers/vault.ts';
import type { PlanStep } from '../../../src/model/plan.ts';
import { collecting } from '../../contracts/collecting.ts';
import { describeLive } from '../../live.ts';
import { openVault, type VaultServer } from '../../vault-server.ts';
import { acting, applying } from './bench.ts';
import { CONSUMERS, type Consumer, openSplitting, PLAN, type SplitSystem, type Splitting, stepsOf } from './splitting.ts';

describeLive('vault', 'a shared secret-id split on a real OpenBao', (url) => {
  let server: VaultServer;
  beforeAll(async () => {
    server = await openVault(url);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  interface Shared extends SplitSystem {
    readonly roleId: string;
    readonly secretId: string;
    readonly accessor: string;
    readonly place: string;
    canLogIn(secretId: string): Promise<boolean>;
    accessors(): Promise<string[]>;
    /** The role, and its secret-ids as the server tells them. */
    state(): Promise<unknown>;
  }

  /** `bounds`: what the shared secret-id was given beside what its role says. */
  async function shared(bounds: Readonly<Record<string, unknown>> = {}): Promise<Shared> {
    const [role, policy] = [server.name('shop'), server.name('reads')];
    const at = `auth/${server.auth}/role/${role}`;
    await server.policy(policy, `path "${server.kv}/data/${role}" { capabilities = ["read"] }`);
    await server.api.write(`${server.kv}/data/${role}`, { data: { orders: 'one' } });
    const made = await server.role(role, { token_policies: [policy], token_ttl: 3600 });
    await server.api.write(`${at}/secret-id-accessor/destroy`, { secret_id_accessor: made.accessor });
    const { data } = await server.api.write(`${at}/secret-id`, bounds);
    const [secretId, accessor] = [String(data['secret_id']), String(data['secret_id_accessor'])];
    const accessors = async () => ((await server.api.list(`${at}/secret-id`)) ?? []).sort();
    const lookUp = async (one: string) =>
      (await server.api.write(`${at}/secret-id-accessor/lookup`, { secret_id_accessor: one })).data;
    return {
      enforcer: createVaultEnforcer({ name: 'main', source: 'shop', connection: server.connection }),
      type: 'vault',
      key: `vault:shop/${at}/secret-id/${accessor}`,
      collect: (context) => collecting(vaultCollector, { live: server.connection }, context),
      roleId: made.roleId,
      secretId,
      accessor,
      place: `${server.kv}/data/${role}`,
      async canLogIn(one) {
        try {
          const { token } = await server.logIn({ roleId: made.roleId, secretId: one });
          return (await server.status(token, `${server.kv}/data/${role}`)) === 200;
        } catch {
          return false;
        }
      },
      accessors,
      state: async () => [(await server.api.read(at))?.data, await Promise.all((await accessors()).map(lookUp))],
    };
  }

  async function begun(system: Shared, splitting: Splitting): Promise<PlanStep[]> {
    await splitting.collect();
    await splitting.declare(CONSUMERS);
    const made = await splitting.plan();
    expect(made.refusals).toEqual([]);
    expect((await splitting.execute()).join()).toContain('waits for a person');
    expect(await system.accessors()).toHaveLength(3);
    return stepsOf(made);
  }
  const logIn = ({ roleId }: Shared, splitting: Splitting, consumer: Consumer) =>
    server.logIn({ roleId, secretId: splitting.heldBy(consumer) });
  const evidenceOf = async ({ bench }: Splitting, { id }: PlanStep): Promise<string> =>
    (await bench.store.plan(PLAN))!.steps.find(({ step }) => step === id)?.evidence.join('\n') ?? '';
  const of = (steps: readonly PlanStep[], action: PlanStep['action'], consumer?: Consumer): PlanStep =>
    steps.find(
      (step) => step.action === action && (!consumer || step.forConsumers?.some((one) => one.endsWith(`/${consumer}`))),
    )!;

  it('gives each its own, sees each log in with it, and asks a person before the shared one goes; undo brings all back', async () => {
    const system = await shared();
    const before = await system.state();
    await using splitting = await openSplitting(system);
    const { bench, execute, statesOf, heldBy } = splitting;
    const steps = await begun(system, splitting);
    expect(heldBy('checkout')).not.toBe(heldBy('billing'));
    const kept = [];
    for await (const record of bench.store.exportAll()) kept.push(record);
    for (const one of CONSUMERS) expect(JSON.stringify(kept)).not.toContain(heldBy(one));

    // A login by the shared one is nobody's move.
    await server.logIn(system);
    await execute();
    expect(await statesOf('confirm')).toEqual(['accepted', 'accepted']);
    await logIn(system, splitting, 'checkout');
    await execute();
    expect(await statesOf('confirm')).toEqual(['accepted', 'effective']);
    expect(await evidenceOf(splitting, of(steps, 'confirm', 'checkout'))).toMatch(/\/checkout: secret-id .* logged in at 2/);
    expect(await evidenceOf(splitting, of(steps, 'confirm', 'billing'))).toContain('no token is out');
    await logIn(system, splitting, 'billing');
    await execute();
    expect(await statesOf('confirm')).toEqual(['effective', 'effective']);

    const disable = of(steps, 'disable');
    expect(disable.commands.apply).toContain('no server can disable a secret-id, only destroy it');
    expect(await statesOf('disable')).toEqual(['accepted']);
    expect(await system.canLogIn(system.secretId)).toBe(true);
    const lost = CONSUMERS.map(heldBy);

    expect((await undoPlan(bench.context, PLAN, applying())).stopped).toEqual([]);
    expect(await system.canLogIn(system.secretId)).toBe(true);
    for (const one of lost) expect(await system.canLogIn(one)).toBe(false);
    expect(await system.state()).toEqual(before);
    expect(await bench.broken()).toBeUndefined();
  }, 120_000);

  it('destroys the shared one at the end, and leaves those of the consumers', async () => {
    const system = await shared();
    await using splitting = await openSplitting(system);
    const { bench, execute, statesOf } = splitting;
    const steps = await begun(system, splitting);
    for (const one of CONSUMERS) await logIn(system, splitting, one);
    await execute();
    for (const actor of ['first', 'second']) await approvePlan(bench.context, PLAN, acting(actor));
    for (const action of ['disable', 'soak'] as const) {
      await confirmStep(bench.context, PLAN, of(steps, action).id, acting());
      await execute();
    }
    expect(await statesOf('delete')).toEqual(['effective']);
    expect(await system.canLogIn(system.secretId)).toBe(false);
    for (const one of CONSUMERS) expect(await system.canLogIn(splitting.heldBy(one))).toBe(true);
    expect(await system.accessors()).not.toContain(system.accessor);
  }, 120_000);

  it('issues what is bound as the shared one is: to its networks, its life and what policies may ask of it', async () => {
    const bounds = { cidr_list: ['127.0.0.0/8'], token_bound_cidrs: ['127.0.0.0/8'], ttl: '1h', metadata: '{"team":"shop"}' };
    const system = await shared(bounds);
    await using splitting = await openSplitting(system);
    await begun(system, splitting);
    const [, all] = (await system.state()) as [unknown, Record<string, unknown>[]];
    expect(all).toHaveLength(3);
    for (const one of all)
      expect(one).toMatchObject({
        cidr_list: bounds.cidr_list,
        token_bound_cidrs: ['127.0.0.0/8'],
        secret_id_ttl: 3600,
        metadata: { team: 'shop' },
      });
    expect(await system.canLogIn(splitting.heldBy('checkout'))).toBe(true);
  }, 120_000);
});
