/** A user of its own for some of those who share one, on a real Redis. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aclRules, isRightRule, passwordHash } from '../../src/apis/redis/acl.ts';
import { createHandOver } from '../../src/app/execute/hand-over.ts';
import { createRedisEnforcer } from '../../src/enforcers/redis.ts';
import { createFingerprinter } from '../../src/model/fingerprint.ts';
import { redisUser } from '../../src/model/keys.ts';
import type { PlanStep } from '../../src/model/plan.ts';
import { parseRedisStep, redisCommands } from '../../src/model/redis-actions.ts';
import type { Enforcer, EnforcerContext } from '../../src/ports/enforcer.ts';
import { makeStep } from '../app/execute/plans.ts';
import { SAMPLE_KEY } from '../contracts/collecting.ts';
import { enforcerContract } from '../contracts/enforcer.ts';
import { describeLive } from '../live.ts';
import { openRedisServer, type RedisServer } from '../redis-server.ts';

const contextOf = (): EnforcerContext => ({
  signal: new AbortController().signal,
  idempotencyKey: 'a-key',
  handOver: createHandOver(),
  now: () => new Date('2026-03-01T12:00:00.000Z'),
});

function issueOf(user: string): PlanStep {
  const parameters = { user, newUser: `${user}_checkout` };
  return makeStep({
    id: 'issue',
    target: redisUser('shop', user),
    action: 'issue',
    parameters,
    connector: 'cache',
    reversibility: 'R1',
    commands: redisCommands(parseRedisStep('issue', parameters)),
  });
}

describeLive('redis', 'a user issued beside another on a real Redis', () => {
  let server: RedisServer;
  let enforcer: Enforcer;
  let made = 0;
  beforeAll(async () => {
    server = await openRedisServer();
    const fingerprint = createFingerprinter(SAMPLE_KEY);
    enforcer = createRedisEnforcer({ name: 'cache', source: 'shop', urls: [server.url], fingerprint, random: randomBytes });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  async function shared(): Promise<{ user: string; newUser: string; password: string }> {
    const [user, password] = [`app${++made}`, server.password()];
    await server.call(
      'ACL',
      'SETUSER',
      user,
      'on',
      `>${password}`,
      '~app:*',
      '&news:*',
      '-@all',
      '+@read',
      '+ping',
      '(~jobs:* +lpush)',
    );
    return { user, newUser: `${user}_checkout`, password };
  }
  const rulesOf = async (user: string): Promise<string[]> => {
    const line = await server.line(user);
    return line === undefined ? [] : aclRules(line).filter(isRightRule);
  };

  describe('by the contract', () => {
    enforcerContract(async () => {
      const { user, newUser, password } = await shared();
      return {
        enforcer,
        kind: 'Credential',
        step: issueOf(user),
        unknown: issueOf('nobody'),
        state: async () => [await server.line(user), await rulesOf(newUser)],
        secrets: async () => [password, passwordHash(password)],
        [Symbol.asyncDispose]: async () => undefined,
      };
    });
  });

  it('may do what the shared one may, and outlives it', async () => {
    const { user, newUser } = await shared();
    const [step, context] = [issueOf(user), contextOf()];
    await enforcer.apply(step, context);
    const given = context.handOver.find(step.target)!;
    expect(given['user']).toBe(newUser);
    expect(await rulesOf(newUser)).toEqual(await rulesOf(user));
    await server.call('ACL', 'SETUSER', user, 'off');
    expect(await server.canLogIn(newUser, given.value)).toBe(true);
  });

  it('leaves alone a user of that name that somebody else made', async () => {
    const { user, newUser } = await shared();
    const other = server.password();
    await server.call('ACL', 'SETUSER', newUser, 'on', `>${other}`, '+ping');
    const step = issueOf(user);
    expect((await enforcer.preflight(step, contextOf())).refusals.join()).toContain('this step did not make it');
    await expect(enforcer.apply(step, contextOf())).rejects.toThrow('this step did not make it');
    await expect(enforcer.undo(step, '{}', contextOf())).rejects.toThrow('it is left alone');
    expect(await server.canLogIn(newUser, other)).toBe(true);
  });
});
