/** A password that two applications share, split on a real RabbitMQ: planned, handed out, seen in use, disabled, undone. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, vi } from 'vitest';
import { rabbitmqCollector } from '../../../src/collectors/rabbitmq/collector.ts';
import { createRabbitmqEnforcer } from '../../../src/enforcers/rabbitmq.ts';
import { rabbitmqPassword } from '../../../src/model/keys.ts';
import { collecting } from '../../contracts/collecting.ts';
import { describeLive } from '../../live.ts';
import { openRabbitmq, type RabbitmqServer } from '../../rabbitmq-server.ts';
import { splitsAPassword } from './splits-a-password.ts';

/** What the statistics know of a connection comes after up to five seconds. */
const LISTED = { timeout: 30_000, interval: 100 };

interface Listed {
  readonly user?: string;
  readonly auth_mechanism?: string;
  readonly name?: string;
}

type Definition = [{ password_hash: string }[], unknown[], unknown[]];

describeLive('rabbitmq', 'a shared password split on a real RabbitMQ', (url) => {
  let server: RabbitmqServer;
  beforeAll(async () => {
    server = await openRabbitmq(url);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  /** As a collection sees them; asked again while the broker has no list. */
  const connectionsOf = async (user: string): Promise<number> => {
    const all = await vi.waitUntil(async () => (await server.call('GET', '/connections')).body as Listed[] | undefined, LISTED);
    return all.filter((one) => one.user === user && one.auth_mechanism).length;
  };

  splitsAPassword(async () => {
    const [user, password] = [server.name('shop'), server.password()];
    const vhost = encodeURIComponent(server.vhost);
    await server.call('PUT', `/users/${user}`, { password, tags: 'monitoring' });
    await server.call('PUT', `/permissions/${vhost}/${user}`, { configure: '^orders', write: '^orders', read: '^orders' });
    await server.call('PUT', `/topic-permissions/${vhost}/${user}`, { exchange: 'amq.topic', write: '^o\\.', read: '^o\\.' });
    await server.call('PUT', `/user-limits/${user}/max-connections`, { value: 7 });
    const open = new Map<string, number>();
    const named = async (): Promise<string[]> =>
      ((await server.call('GET', '/users')).body as { name: string }[])
        .map(({ name }) => name)
        .filter((name) => name.startsWith(user))
        .sort();
    return {
      enforcer: createRabbitmqEnforcer({ name: 'main', source: 'shop', api: server.api, random: randomBytes }),
      type: 'rabbitmq',
      key: rabbitmqPassword('shop', user),
      collect: (context) => collecting(rabbitmqCollector, { live: server.api }, context),
      user,
      password,
      async connect(name, secret, consumer) {
        const session = await server.session(name, secret, consumer);
        const listed = async (change: number): Promise<void> => {
          open.set(name, (open.get(name) ?? 0) + change);
          await vi.waitUntil(async () => (await connectionsOf(name)) === open.get(name), LISTED);
        };
        await listed(1);
        return async () => {
          await session[Symbol.asyncDispose]();
          await listed(-1);
        };
      },
      canLogIn: (name, secret) => server.canLogIn(name, secret),
      async verifier(name) {
        const [[found]] = (await server.definition(name)) as Definition;
        return found?.password_hash;
      },
      connectionsOf,
      state: async () => {
        const all = await named();
        return [all, ...(await Promise.all(all.map((name) => server.definition(name))))];
      },
    };
  });
});
