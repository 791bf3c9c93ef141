/** A leaked password of a real RabbitMQ, through the CLI alone: collect, plan, execute, see the effect, undo. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { ExecutionResult } from '../../src/app/execute/run.ts';
import type { ReachAnswer } from '../../src/app/reach.ts';
import type { Plan } from '../../src/model/plan.ts';
import { describeLive } from '../live.ts';
import { openRabbitmq, type RabbitmqServer } from '../rabbitmq-server.ts';
import { answer, cliWith, workspace } from './cli.ts';

const CONFIGURATION = `sources:
  - { name: broker, type: rabbitmq, live: { url: "\${RABBITMQ_URL}", user: admin, password: "\${RABBITMQ_PASSWORD}" } }
enforcers:
  broker: { type: rabbitmq, source: broker, url: "\${RABBITMQ_URL}", user: admin, password: "\${RABBITMQ_PASSWORD}" }
budgets: { down: 9, actionsPerHour: 100, maxGraphAgeMinutes: 60 }
`;

describeLive('rabbitmq', 'a user of a real RabbitMQ, by the CLI', (url) => {
  let server: RabbitmqServer;
  let folder: string;
  let env: Record<string, string>;
  let user: string;
  let password: string;

  beforeAll(async () => {
    server = await openRabbitmq(url);
    await server.call('PUT', `/queues/${encodeURIComponent(server.vhost)}/orders`, { durable: true });
    folder = workspace({ 'interlock.yaml': CONFIGURATION });
    env = {
      RABBITMQ_URL: server.api.url,
      RABBITMQ_PASSWORD: server.api.password,
      INTERLOCK_SEAL_KEY: randomBytes(32).toString('base64'),
    };
  });
  afterAll(() => server[Symbol.asyncDispose]());
  beforeEach(async () => {
    [user, password] = [server.name('shop'), server.password()];
    await server.call('PUT', `/users/${user}`, { password, tags: 'monitoring' });
    await server.call('PUT', `/permissions/${encodeURIComponent(server.vhost)}/${user}`, {
      configure: '^orders',
      write: '^orders',
      read: '^orders',
    });
  });

  const key = (): string => `rabbitmq:broker/users/${user}`;
  const ask = <T>(...words: string[]): Promise<T> => answer<T>(folder, words, { env });
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

  it.each(['password', 'user'] as const)(
    'a plan for its %s cuts it with its connections, and gives it back byte for byte',
    async (what) => {
      const target = what === 'user' ? key() : `${key()}/password`;
      const before = await server.definition(user);
      const session = await server.session(user, password, 'checkout');
      await server.listed(user, 1);
      await ask('collect');
      expect(await stateOf(target)).toBe('active');
      expect((await ask<ReachAnswer>('reach', target)).weight.hi).toBeGreaterThan(0);
      const plan = await ask<Plan>('plan', target);
      expect(plan.refusals).toEqual([]);
      expect((await ask<ExecutionResult>('execute', plan.id)).stopped).toEqual([]);
      expect([await server.definition(user), await session.declare('orders-more')]).toEqual([before, true]);

      const done = await apply(plan.id);
      expect([done.state, done.steps.map(({ state }) => state)]).toEqual(['done', done.steps.map(() => 'effective')]);
      expect([await session.declare('orders-more'), await server.canLogIn(user, password)]).toEqual([false, false]);
      await ask('collect');
      expect((await ask<ReachAnswer>('reach', target)).weight).toEqual({ lo: 0, hi: 0 });
      if (what === 'password') expect(await stateOf(target)).toBe('inactive');

      await ask('undo', plan.id, '--apply');
      expect(await server.definition(user)).toEqual(before);
      expect(await server.canLogIn(user, password)).toBe(true);
      expect(await ask('audit', 'verify')).toMatchObject({ holds: true });
      expect(JSON.stringify(plan) + (await cliWith(env, folder, 'audit', 'export')).out).not.toContain(
        (before as [{ password_hash: string }[]])[0][0]?.password_hash,
      );
    },
    300_000,
  );
});
