/** The main job on a real OpenBao, through the CLI alone: collect, plan, execute, see the effect, undo. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ExecutionResult } from '../../src/app/execute/run.ts';
import type { ReachAnswer } from '../../src/app/reach.ts';
import type { Plan } from '../../src/model/plan.ts';
import { describeLive } from '../live.ts';
import { openVault, type VaultServer } from '../vault-server.ts';
import { answer, workspace } from './cli.ts';

const CONFIGURATION = `sources: [{ name: main, type: vault, live: { url: "\${BAO_URL}", token: "\${BAO_TOKEN}" } }]
enforcers: { bao: { type: vault, source: main, url: "\${BAO_URL}", token: "\${BAO_TOKEN}" } }
budgets: { down: 9, actionsPerHour: 100, maxGraphAgeMinutes: 60 }
`;

describeLive('vault', 'a login role of a real OpenBao, by the CLI', (url) => {
  let server: VaultServer;
  let folder: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    server = await openVault(url);
    folder = workspace({ 'interlock.yaml': CONFIGURATION });
    env = { BAO_URL: url, BAO_TOKEN: server.connection.token ?? '', INTERLOCK_SEAL_KEY: randomBytes(32).toString('base64') };
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const ask = <T>(...words: string[]): Promise<T> => answer<T>(folder, words, { env });

  async function app(name: string) {
    const [role, policy] = [server.name(name), server.name('reads')];
    await server.policy(policy, `path "${server.kv}/data/${role}/*" { capabilities = ["read", "update"] } # as it was written`);
    await server.api.write(`${server.kv}/data/${role}/db`, { data: { password: 'a value' } });
    const login = await server.role(role, { token_policies: [policy], token_ttl: 3600 });
    return { role, policy, login, key: `vault:main/auth/${server.auth}/role/${role}`, place: `${server.kv}/data/${role}/db` };
  }

  /** Carries a plan out; its last step, looking for what the attacker left, is a person's, who says that it was done. */
  async function apply(id: string): Promise<ExecutionResult> {
    const done = await answer<ExecutionResult>(folder, ['execute', id, '--apply'], { env, code: 3 });
    const waiting = done.steps.filter(({ state }) => state === 'accepted');
    expect(waiting.map(({ id: step }) => step.split('-')[0])).toEqual(['notify']);
    return ask<ExecutionResult>('confirm', id, (waiting[0] as { id: string }).id);
  }

  it('a plan for it is executed, seen by the next collection, and undone byte for byte', async () => {
    const { role, policy, login, key, place } = await app('shop');
    const text = async () => (await server.api.read(`sys/policies/acl/${policy}`))?.data['policy'];
    const before = await text();
    await ask('collect');
    expect((await ask<ReachAnswer>('reach', key)).weight.lo).toBeGreaterThan(0);

    const plan = await ask<Plan>('plan', key);
    expect(plan.refusals).toEqual([]);
    const [cut] = plan.waves.flatMap(({ steps }) => steps).filter(({ connector }) => connector === 'bao');
    expect(cut).toMatchObject({ action: 'quarantine', reversibility: 'R1', parameters: { what: 'policy', policies: [policy] } });
    expect((await ask<ExecutionResult>('execute', plan.id)).stopped).toEqual([]);
    expect(await text()).toBe(before);

    const done = await apply(plan.id);
    expect(done.state).toBe('done');
    const { token } = await server.logIn(login);
    expect(await server.status(token, place)).toBe(403);
    await server.api.write('auth/token/revoke', { token });

    await ask('collect');
    expect(await ask<ReachAnswer>('reach', key)).toMatchObject({ weight: { lo: 0, hi: 0 } });

    await ask('undo', plan.id, '--apply');
    expect(await text()).toBe(before);
    expect(await server.status((await server.logIn(login)).token, place)).toBe(200);
    expect(await ask('audit', 'verify')).toMatchObject({ holds: true });
    expect(role).toBeTruthy();
  }, 180_000);

  it('an entity is disabled, its tokens too, and it stays so while enabling it would revive them', async () => {
    const { role, policy, login, place } = await app('api');
    const other = await app('twin');
    await server.api.write(`auth/${server.auth}/role/${other.role}`, { token_policies: [policy] });
    const { token, accessor, entityId } = await server.logIn(login);
    await ask('collect');
    const key = `vault:main/identity/entity/${entityId}`;
    expect((await ask<ReachAnswer>('reach', key)).weight.lo).toBeGreaterThan(0);
    const plan = await ask<Plan>('plan', key);
    const steps = plan.waves.flatMap((wave) => wave.steps).filter(({ connector }) => connector === 'bao');
    expect(steps.map(({ action, reversibility, parameters }) => [action, reversibility, parameters])).toContainEqual([
      'quarantine',
      'R!',
      { what: 'entity', id: entityId },
    ]);
    expect((await apply(plan.id)).state).toBe('done');
    expect(await server.status(token, place)).toBe(403);
    await ask('collect');
    expect((await ask<ReachAnswer>('reach', key)).weight.hi).toBe(0);
    const { items } = await ask<{ items: { key: string; state: string }[] }>('search', accessor);
    expect(items.map(({ state }) => state)).toEqual(['inactive']);
    const undone = await answer<ExecutionResult>(folder, ['undo', plan.id, '--apply'], { env, code: 3 });
    expect(undone.stopped.join()).toContain('undoing it re-arms');
    expect(role).toBeTruthy();
  }, 180_000);
});
