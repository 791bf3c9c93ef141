/** A leaked password of a real Redis, through the CLI alone: collect, plan, execute, see the effect, undo. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { ExecutionResult } from '../../src/app/execute/run.ts';
import type { ReachAnswer } from '../../src/app/reach.ts';
import type { Plan } from '../../src/model/plan.ts';
import { describeLive } from '../live.ts';
import { openRedisServer, type RedisServer } from '../redis-server.ts';
import { answer, cliWith, workspace } from './cli.ts';

const CONFIGURATION = `sources: [{ name: cache, type: redis, live: { nodes: ["\${REDIS_ONE}", "\${REDIS_TWO}"] } }]
enforcers: { cache: { type: redis, source: cache, nodes: ["\${REDIS_ONE}", "\${REDIS_TWO}"] } }
budgets: { down: 9, actionsPerHour: 100, maxGraphAgeMinutes: 60 }
`;

describeLive('redis', 'a user of a real Redis of two nodes, by the CLI', () => {
  let nodes: RedisServer[];
  let folder: string;
  let env: Record<string, string>;
  let user: string;
  let passwords: string[];
  let count = 0;

  beforeAll(async () => {
    nodes = [await openRedisServer(), await openRedisServer()];
    const [one, two] = nodes.map(({ url }) => url) as [string, string];
    folder = workspace({ 'interlock.yaml': CONFIGURATION });
    env = { REDIS_ONE: one, REDIS_TWO: two, INTERLOCK_SEAL_KEY: randomBytes(32).toString('base64') };
  }, 30_000);
  afterAll(async () => {
    for (const node of nodes) await node[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    user = `shop${++count}`;
    const made = nodes[0] as RedisServer;
    passwords = [made.password(), made.password()];
    for (const node of nodes)
      await node.call(
        'ACL',
        'SETUSER',
        user,
        'on',
        ...passwords.map((password) => `>${password}`),
        '~orders:*',
        '+@all',
        '-@admin',
        '-@dangerous',
      );
  });

  const key = (): string => `redis:cache/users/${user}`;
  const ask = <T>(...words: string[]): Promise<T> => answer<T>(folder, words, { env });
  const lines = () => Promise.all(nodes.map((node) => node.line(user)));
  const canLogIn = (password: string | undefined) => Promise.all(nodes.map((node) => node.canLogIn(user, password ?? '')));
  const stateOf = async (what: string): Promise<string | undefined> => {
    const { items } = await ask<{ items: { key: string; state: string }[] }>('search', what);
    return items.find((item) => item.key === what)?.state;
  };
  /** Carries a plan out; its last step, looking for what the attacker left, is a person's, who says that it was done. */
  async function apply(id: string): Promise<ExecutionResult> {
    const done = await answer<ExecutionResult>(folder, ['execute', id, '--apply'], { env, code: 3 });
    const waiting = done.steps.filter(({ state }) => state === 'accepted');
    expect(waiting.map(({ id: step }) => step.split('-')[0])).toEqual(['notify']);
    return ask<ExecutionResult>('confirm', id, (waiting[0] as { id: string }).id);
  }

  it('a plan for the user turns it off on both nodes, ends its connections, and gives it back byte for byte', async () => {
    const before = await lines();
    const session = await (nodes[1] as RedisServer).session(user, passwords[0] as string, 'checkout');
    await ask('collect');
    expect(await stateOf(key())).toBe('active');
    expect((await ask<ReachAnswer>('reach', key())).weight.hi).toBeGreaterThan(0);
    const plan = await ask<Plan>('plan', key());
    expect(plan.refusals).toEqual([]);
    expect((await ask<ExecutionResult>('execute', plan.id)).stopped).toEqual([]);
    expect(await lines()).toEqual(before);

    const done = await apply(plan.id);
    expect([done.state, done.steps.map(({ state }) => state)]).toEqual(['done', done.steps.map(() => 'effective')]);
    await expect(session.call('GET', 'orders:1')).rejects.toThrow();
    expect(await canLogIn(passwords[0])).toEqual([false, false]);
    await ask('collect');
    expect(await stateOf(key())).toBe('inactive');
    expect(await ask<ReachAnswer>('reach', key())).toMatchObject({ weight: { lo: 0, hi: 0 }, rearmable: [key()] });

    await ask('undo', plan.id, '--apply');
    expect(await lines()).toEqual(before);
    expect(await canLogIn(passwords[0])).toEqual([true, true]);
    expect(await ask('audit', 'verify')).toMatchObject({ holds: true });
  }, 300_000);

  it('a plan for one of its two passwords cuts that one alone, with the connections, and keeps no secret', async () => {
    const before = await lines();
    const session = await (nodes[0] as RedisServer).session(user, passwords[0] as string);
    await ask('collect');
    const { items } = await ask<{ items: { key: string }[] }>('search', key());
    const proofs = items.map((item) => item.key).filter((one) => one.includes('/passwords/'));
    expect(proofs).toHaveLength(2);
    const plan = await ask<Plan>('plan', proofs[0] as string);
    const text = JSON.stringify(plan);
    await apply(plan.id);
    await expect(session.call('GET', 'orders:1')).rejects.toThrow();
    const left = await Promise.all(passwords.map(canLogIn));
    expect(left.map((both) => both.join()).sort()).toEqual(['false,false', 'true,true']);
    await ask('collect');
    expect((await ask<ReachAnswer>('reach', proofs[1] as string)).weight.hi).toBeGreaterThan(0);
    // It was seen in use, which is not forgotten; it opens nothing any more.
    expect((await ask<ReachAnswer>('reach', proofs[0] as string)).weight).toEqual({ lo: 0, hi: 0 });
    await ask('undo', plan.id, '--apply');
    expect(await Promise.all(nodes.map(async (node) => ((await node.line(user)) ?? '').split(' ').sort()))).toEqual(
      before.map((line) => (line ?? '').split(' ').sort()),
    );
    const { out: ledger } = await cliWith(env, folder, 'audit', 'export');
    expect(ledger).toContain(plan.id);
    for (const password of passwords) {
      expect(text + ledger).not.toContain(password);
      for (const line of before)
        for (const hash of /#[0-9a-f]{64}/g.exec(line ?? '') ?? []) expect(text + ledger).not.toContain(hash.slice(1));
    }
  }, 300_000);
});
