/** A password that two applications share, split on a real Redis: planned, handed out, seen in use, disabled, undone. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { passwordHash } from '../../../src/apis/redis/acl.ts';
import { redisPasswordId } from '../../../src/apis/redis/password-id.ts';
import { createHandOver } from '../../../src/app/execute/hand-over.ts';
import { redisCollector } from '../../../src/collectors/redis/collector.ts';
import { createRedisEnforcer } from '../../../src/enforcers/redis.ts';
import { createFingerprinter } from '../../../src/model/fingerprint.ts';
import { redisPassword } from '../../../src/model/keys.ts';
import { collecting, SAMPLE_KEY } from '../../contracts/collecting.ts';
import { describeLive } from '../../live.ts';
import { openRedisServer, type RedisServer } from '../../redis-server.ts';
import { makeStep } from './plans.ts';
import { splitsAPassword } from './splits-a-password.ts';

describeLive('redis', 'a shared password split on a real Redis', () => {
  let server: RedisServer;
  let made = 0;
  const fingerprint = createFingerprinter(SAMPLE_KEY);
  beforeAll(async () => {
    server = await openRedisServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  splitsAPassword(async () => {
    const [user, password] = [`shop${++made}`, server.password()];
    const rules = ['~orders:*', '&news:*', '-@all', '+@read', '+ping', '+client|setname', '(~jobs:* +lpush)'];
    await server.call('ACL', 'SETUSER', user, 'on', `>${password}`, ...rules);
    await server.call('ACL', 'SAVE');
    return {
      enforcer: createRedisEnforcer({ name: 'main', source: 'shop', urls: [server.url], fingerprint, random: randomBytes }),
      type: 'redis',
      key: redisPassword('shop', user, redisPasswordId(fingerprint(passwordHash(password)))),
      collect: (context) => collecting(redisCollector, { live: { url: server.url } }, context),
      user,
      password,
      async connect(name, secret, consumer) {
        const session = await server.session(name, secret, consumer);
        return async () => {
          const before = await server.connectionsOf(name);
          session.disconnect();
          await vi.waitUntil(async () => (await server.connectionsOf(name)) < before);
        };
      },
      canLogIn: (name, secret) => server.canLogIn(name, secret),
      verifier: async (name) => / #([0-9a-f]{64})/.exec((await server.line(name)) ?? '')?.[1],
      connectionsOf: (name) => server.connectionsOf(name),
      /** Of every user, in memory and in the file that outlives a restart. */
      state: async () => [await server.call('ACL', 'LIST'), server.kept()],
    };
  });

  it('does not switch a user off for its only password when it was given another since', async () => {
    const [user, password] = [`shop${++made}`, server.password()];
    await server.call('ACL', 'SETUSER', user, 'on', `>${password}`, '+@read');
    const enforcer = createRedisEnforcer({ name: 'main', source: 'shop', urls: [server.url], fingerprint, random: randomBytes });
    const context = {
      signal: new AbortController().signal,
      idempotencyKey: 'a-key',
      handOver: createHandOver(),
      now: () => new Date(),
    };
    const target = redisPassword('shop', user, redisPasswordId(fingerprint(passwordHash(password))));
    const step = makeStep({ id: 'disable', target, action: 'disable', parameters: { user }, connector: 'main' });
    expect((await enforcer.preflight(step, context)).refusals).toEqual([]);
    await server.call('ACL', 'SETUSER', user, `>${server.password()}`);
    expect((await enforcer.preflight(step, context)).refusals.join()).toContain('has another password');
  });
});
