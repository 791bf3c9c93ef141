/** What somebody else does to a user before and after a step, on a real Redis. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { passwordHash } from '../../src/apis/redis/acl.ts';
import { redisPasswordId } from '../../src/apis/redis/password-id.ts';
import { createHandOver } from '../../src/app/execute/hand-over.ts';
import { createRedisEnforcer } from '../../src/enforcers/redis.ts';
import { createFingerprinter } from '../../src/model/fingerprint.ts';
import { redisPassword, redisUser } from '../../src/model/keys.ts';
import type { PlanStep, StepParameters } from '../../src/model/plan.ts';
import { parseRedisStep, type RedisAction, redisCommands } from '../../src/model/redis-actions.ts';
import type { Enforcer, EnforcerContext } from '../../src/ports/enforcer.ts';
import { makeStep } from '../app/execute/plans.ts';
import { SAMPLE_KEY } from '../contracts/collecting.ts';
import { describeLive } from '../live.ts';
import { openRedisServer, type RedisServer } from '../redis-server.ts';

const fingerprint = createFingerprinter(SAMPLE_KEY);
const context = (): EnforcerContext => ({
  signal: new AbortController().signal,
  idempotencyKey: 'a-key',
  handOver: createHandOver(),
  now: () => new Date('2026-03-01T12:00:00.000Z'),
});

function stepOn(user: string, action: RedisAction, given: StepParameters): PlanStep {
  const parameters = { user, ...given };
  const { password } = given;
  return makeStep({
    id: 's',
    target: typeof password === 'string' ? redisPassword('shop', user, password) : redisUser('shop', user),
    action,
    parameters,
    connector: 'cache',
    reversibility: 'R1',
    commands: redisCommands(parseRedisStep(action, parameters)),
  });
}

describeLive('redis', 'a Redis user whom somebody else changes too', () => {
  let server: RedisServer;
  let enforcer: Enforcer;
  let made = 0;
  beforeAll(async () => {
    server = await openRedisServer();
    enforcer = createRedisEnforcer({ name: 'cache', source: 'shop', urls: [server.url], fingerprint, random: randomBytes });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  async function makeUser() {
    const [user, first, second] = [`other${++made}`, server.password(), server.password()];
    await server.call(
      'ACL',
      'SETUSER',
      user,
      'on',
      `>${first}`,
      `>${second}`,
      '~app:*',
      '&news',
      '-@all',
      '+@read',
      '+set',
      '+ping',
    );
    return { user, first, second };
  }

  it('whose password somebody took away, and not the connections that it had let in: they end', async () => {
    const { user, first, second } = await makeUser();
    const thief = await server.session(user, first);
    await server.call('ACL', 'SETUSER', user, `<${first}`);
    expect(await thief.call('PING')).toBe('PONG');
    const step = stepOn(user, 'quarantine', { password: redisPasswordId(fingerprint(passwordHash(first))) });
    expect((await enforcer.preflight(step, context())).refusals).toEqual([]);
    await enforcer.apply(step, context());
    await expect(thief.call('PING')).rejects.toThrow();
    expect(await server.canLogIn(user, second)).toBe(true);
    expect(await enforcer.probe(step, context())).toMatchObject({ state: 'effective' });
  });

  it('whose rights somebody narrowed further after the step: the inverse does not give them back', async () => {
    const { user } = await makeUser();
    const step = stepOn(user, 'reduce', { rules: ['-@write'] });
    const { preImage } = await enforcer.preflight(step, context());
    const before = await server.line(user);
    await enforcer.apply(step, context());
    await server.call('ACL', 'SETUSER', user, 'resetkeys', '~app:public:*');
    const narrowed = await server.line(user);
    await expect(enforcer.undo(step, preImage, context())).rejects.toThrow('changed by somebody since');
    expect(await server.line(user)).toBe(narrowed);
    await server.call('ACL', 'SETUSER', user, 'resetkeys', '~app:*');
    await enforcer.undo(step, preImage, context());
    expect(await server.line(user)).toBe(before);
  });
});
