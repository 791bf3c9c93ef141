import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aclRules, isRightRule, passwordHash } from '../../src/apis/redis/acl.ts';
import { redisPasswordId } from '../../src/apis/redis/password-id.ts';
import { createHandOver } from '../../src/app/execute/hand-over.ts';
import { issuedPassword } from '../../src/enforcers/redis/issued-password.ts';
import { createRedisEnforcer } from '../../src/enforcers/redis.ts';
import { createFingerprinter } from '../../src/model/fingerprint.ts';
import { redisPassword, redisUser } from '../../src/model/keys.ts';
import type { PlanStep, StepParameters } from '../../src/model/plan.ts';
import { parseRedisStep, type RedisAction, redisCommands } from '../../src/model/redis-actions.ts';
import type { Checked } from '../../src/ports/checked.ts';
import type { Enforcer, EnforcerContext } from '../../src/ports/enforcer.ts';
import { makeStep } from '../app/execute/plans.ts';
import { SAMPLE_KEY } from '../contracts/collecting.ts';
import { enforcerContract } from '../contracts/enforcer.ts';
import { describeLive } from '../live.ts';
import { openRedisServer, type RedisServer } from '../redis-server.ts';

const fingerprint = createFingerprinter(SAMPLE_KEY);
const handOver = createHandOver();
const context = (change: Partial<EnforcerContext> = {}): EnforcerContext => ({
  signal: new AbortController().signal,
  idempotencyKey: 'a-key',
  handOver,
  now: () => new Date('2026-03-01T12:00:00.000Z'),
  ...change,
});

const enforcerAt = (...urls: string[]): Enforcer =>
  createRedisEnforcer({ name: 'cache', source: 'shop', urls, fingerprint, random: randomBytes });

const idOf = (password: string): string => redisPasswordId(fingerprint(passwordHash(password)));

function stepOn(user: string, action: RedisAction, parameters: StepParameters = {}, change: Partial<PlanStep> = {}): PlanStep {
  const all = { user, ...parameters };
  const { password } = parameters;
  return makeStep({
    id: 's',
    target: typeof password === 'string' ? redisPassword('shop', user, password) : redisUser('shop', user),
    action,
    parameters: all,
    connector: 'cache',
    commands: redisCommands(parseRedisStep(action, all)),
    ...change,
  });
}

const RULES = ['%R~app:*', '%RW~own:*', '&news:*', '-@all', '+@read', '+set', '+ping', '-keys', '(~jobs:* +lpush)'];
let made = 0;

async function makeUser(server: RedisServer) {
  const [user, first, second] = [`app${++made}`, server.password(), server.password()];
  await server.call('ACL', 'SETUSER', user, 'on', `>${first}`, `>${second}`, ...RULES);
  return { user, first, second };
}

const CASES: readonly [string, RedisAction, (made: { first: string }) => StepParameters, PlanStep['reversibility']][] = [
  ['quarantine of a user', 'quarantine', () => ({}), 'R0'],
  ['disable of a user', 'disable', () => ({}), 'R0'],
  ['quarantine of a password', 'quarantine', ({ first }) => ({ password: idOf(first) }), 'R1'],
  ['disable of a password', 'disable', ({ first }) => ({ password: idOf(first) }), 'R1'],
  ['reduce', 'reduce', () => ({ rules: ['-@write', 'resetchannels', 'clearselectors'] }), 'R1'],
];

describeLive('redis', 'the Redis enforcer', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await openRedisServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  describe.each(CASES)('%s', (_title, action, parameters, reversibility) => {
    enforcerContract(async () => {
      const { user, first, second } = await makeUser(server);
      const given = parameters({ first });
      return {
        enforcer: enforcerAt(server.url),
        kind: 'password' in given ? 'Credential' : 'ServiceAccount',
        step: stepOn(user, action, given, { reversibility }),
        unknown: stepOn('nobody', action, given, { reversibility }),
        state: async () => ruleSet(await server.line(user)),
        secrets: async () => [first, second, passwordHash(first), passwordHash(second)],
        [Symbol.asyncDispose]: async () => undefined,
      };
    });
  });

  describe('issue', () => {
    enforcerContract(async () => {
      const { user, first, second } = await makeUser(server);
      const known = [passwordHash(first), passwordHash(second)];
      return {
        enforcer: enforcerAt(server.url),
        kind: 'Credential',
        step: stepOn(user, 'issue', {}, { reversibility: 'R1', for: redisPassword('shop', user, idOf(first)) }),
        unknown: stepOn('nobody', 'issue', {}, { reversibility: 'R1' }),
        // A new password is another one each time.
        state: async () => [...ruleSet(await server.line(user))].map((rule) => (isOther(rule, known) ? '#another' : rule)).sort(),
        secrets: async () => [...known, first, second],
        [Symbol.asyncDispose]: async () => undefined,
      };
    });
  });

  it('off ends the open connections in the same transaction, on one node and for the named user only', async () => {
    const [victim, other] = [await makeUser(server), await makeUser(server)];
    const session = await server.session(victim.user, victim.first, 'checkout');
    await server.session(other.user, other.first);
    const { evidence } = await enforcerAt(server.url).apply(stepOn(victim.user, 'quarantine'), context());
    expect(evidence).toEqual([
      `127.0.0.1:${server.port}: ACL SETUSER ${victim.user} off → OK`,
      `127.0.0.1:${server.port}: CLIENT KILL USER ${victim.user} → 1`,
      `127.0.0.1:${server.port}: ACL SAVE`,
    ]);
    await expect(session.call('PING')).rejects.toThrow();
    expect([await server.canLogIn(victim.user, victim.first), await server.canLogIn(other.user, other.first)]).toEqual([
      false,
      true,
    ]);
    expect([await server.connectionsOf(victim.user), await server.connectionsOf(other.user)]).toEqual([0, 1]);
    expect(await enforcerAt(server.url).probe(stepOn(victim.user, 'quarantine'), context())).toMatchObject({
      state: 'effective',
    });
  });

  it('off without the kill leaves the connection working, which is partial', async () => {
    const { user, first } = await makeUser(server);
    const session = await server.session(user, first);
    await server.call('ACL', 'SETUSER', user, 'off');
    expect(await session.call('GET', 'app:1')).toBeNull();
    const { state, evidence } = await enforcerAt(server.url).probe(stepOn(user, 'quarantine'), context());
    expect([state, evidence.join()]).toEqual(['partial', expect.stringContaining('connections seen: 1, then 1')]);
  });

  it('one of two passwords goes while the other logs in again', async () => {
    const { user, first, second } = await makeUser(server);
    const session = await server.session(user, second);
    const step = stepOn(user, 'quarantine', { password: idOf(first) }, { reversibility: 'R1' });
    await enforcerAt(server.url).apply(step, context());
    await expect(session.call('PING')).rejects.toThrow();
    expect([await server.canLogIn(user, first), await server.canLogIn(user, second)]).toEqual([false, true]);
    const kept = await server.session(user, second);
    const gone = stepOn(user, 'disable', { password: idOf(second) }, { reversibility: 'R1' });
    await enforcerAt(server.url).apply(gone, context());
    expect(await kept.call('GET', 'app:1')).toBeNull();
    expect((await enforcerAt(server.url).probe(gone, context())).evidence.join()).toContain('1 connections are open');
  });

  it('issues a password that works beside the old ones, hands it over, and takes exactly it away', async () => {
    const { user, first } = await makeUser(server);
    const replaced = redisPassword('shop', user, idOf(first));
    const step = stepOn(user, 'issue', {}, { reversibility: 'R1', for: replaced });
    const enforcer = enforcerAt(server.url);
    const before = await server.line(user);
    const { preImage } = await enforcer.preflight(step, context());
    const first_ = createHandOver();
    await enforcer.apply(step, context({ handOver: first_ }));
    const lost = first_.find(replaced)?.value ?? '';
    expect([await server.canLogIn(user, lost), await server.canLogIn(user, first)]).toEqual([true, true]);
    // Another process: the value is lost, and so is issued anew.
    await enforcer.apply(step, context());
    const fresh = handOver.find(replaced)?.value ?? '';
    expect(handOver.find(replaced)).toEqual({ value: fresh, user });
    expect([await server.canLogIn(user, lost), await server.canLogIn(user, fresh)]).toEqual([false, true]);
    expect(await enforcer.probe(step, context())).toMatchObject({ state: 'effective' });
    const others = server.password();
    await server.call('ACL', 'SETUSER', user, `>${others}`);
    await enforcer.undo(step, preImage, context());
    expect([await server.canLogIn(user, others), await server.canLogIn(user, fresh)]).toEqual([true, false]);
    await server.call('ACL', 'SETUSER', user, `<${others}`);
    expect(await server.line(user)).toBe(before);
  });

  it('takes away no password but its own, also where one made by hand happens to bear its mark', async () => {
    const { user, first } = await makeUser(server);
    const step = stepOn(user, 'issue', {}, { reversibility: 'R1', for: redisPassword('shop', user, idOf(first)) });
    const enforcer = enforcerAt(server.url);
    const [early, late] = [issuedPassword(randomBytes, 'a-key'), issuedPassword(randomBytes, 'a-key')];
    await server.call('ACL', 'SETUSER', user, `>${early}`);
    const { preImage } = await enforcer.preflight(step, context());
    const asked = context({ handOver: createHandOver() });
    const { traces = [] } = await enforcer.apply(step, {
      ...asked,
      recorded: { since: '2026-03-01T12:00:00.000Z', traces: [], preImage: () => preImage },
    });
    const lost = asked.handOver.find(step.for ?? '')?.value ?? '';
    await server.call('ACL', 'SETUSER', user, `>${late}`);
    const recorded = { since: '2026-03-01T12:00:00.000Z', traces, preImage: () => preImage };
    const again = context({ handOver: createHandOver(), recorded });
    expect(await enforcer.probe(step, again)).toMatchObject({ state: 'effective' });
    const repeated = await enforcer.apply(step, again);
    const logIns = async () => Promise.all([lost, early, late, first].map((password) => server.canLogIn(user, password)));
    expect(await logIns()).toEqual([false, true, true, true]);
    const all = { ...recorded, traces: [...traces, ...(repeated.traces ?? [])] };
    await enforcer.undo(step, preImage, { ...again, recorded: all });
    expect(await logIns()).toEqual([false, true, true, true]);
    const after = context({ handOver: createHandOver(), recorded: all });
    expect(await enforcer.probe(step, after)).toMatchObject({ state: 'not-effective' });
  });

  it('revoke deletes the user with its connections, twice is once, and never again gives it back', async () => {
    const { user, first } = await makeUser(server);
    const session = await server.session(user, first);
    const step = stepOn(user, 'revoke', {}, { reversibility: 'R2' });
    const enforcer = enforcerAt(server.url);
    expect(await enforcer.preflight(step, context())).toMatchObject({ refusals: [], preImage: '' });
    expect(await enforcer.probe(step, context())).toMatchObject({ state: 'not-effective' });
    await enforcer.apply(step, context());
    await enforcer.apply(step, context());
    await expect(session.call('PING')).rejects.toThrow();
    expect([await server.line(user), (await enforcer.probe(step, context())).state]).toEqual([undefined, 'effective']);
    await expect(enforcer.undo(step, '', context())).rejects.toThrow('cannot be undone');
  });

  it('reduces at once, for open connections too, and only ever takes away', async () => {
    const { user, first } = await makeUser(server);
    const session = await server.session(user, first);
    const refusalOf = async (...rules: string[]) =>
      (
        await enforcerAt(server.url).preflight(stepOn(user, 'reduce', { rules }, { reversibility: 'R1' }), context())
      ).refusals.join();
    expect(await refusalOf('+flushall')).toContain('allow what was not allowed before');
    expect(await refusalOf('~*')).toContain('allow what was not allowed before');
    expect(await refusalOf('+no.such')).toContain('not known');
    expect(await refusalOf('resetkeys', '%R~app:1:*')).toBe('');
    const step = stepOn(user, 'reduce', { rules: ['-@all', '+get'] }, { reversibility: 'R1' });
    const { preImage } = await enforcerAt(server.url).preflight(step, context());
    expect(await session.call('SET', 'own:1', 'x')).toBe('OK');
    await enforcerAt(server.url).apply(step, context());
    await expect(session.call('SET', 'own:1', 'x')).rejects.toThrow('NOPERM');
    expect(String(await server.call('ACL', 'DRYRUN', user, 'SET', 'own:1', 'x'))).toContain('no permissions');
    expect(await session.call('GET', 'own:1')).toBe('x');
    await enforcerAt(server.url).undo(step, preImage, context());
    expect(await session.call('SET', 'own:1', 'y')).toBe('OK');
  });

  it('gives back any rights byte for byte', async () => {
    const rule = fc.oneof(
      fc.constantFrom(
        '+@all',
        '-@all',
        '+@read',
        '-@write',
        '-@dangerous',
        '+@admin',
        '+get',
        '-set',
        '+config|get',
        '-config|set',
        '+acl|whoami',
      ),
      fc.constantFrom('~app:*', '%R~in:*', '%W~out:*', '&news', '(~x:* +get)', '(%R~y:* &z -@all +@read -mget)'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(rule, { maxLength: 8 }), async (rules) => {
        const { user } = await makeUser(server);
        await server.call('ACL', 'SETUSER', user, 'reset', 'on', `>${server.password()}`, ...rules);
        const before = await server.line(user);
        const step = stepOn(user, 'reduce', { rules: ['-@all', 'resetkeys', 'resetchannels', 'clearselectors'] });
        const { preImage, refusals } = await enforcerAt(server.url).preflight(step, context());
        expect(refusals).toEqual([]);
        await enforcerAt(server.url).apply(step, context());
        expect(await enforcerAt(server.url).probe(step, context())).toMatchObject({ state: 'effective' });
        await enforcerAt(server.url).undo(step, preImage, context());
        expect(await server.line(user)).toBe(before);
      }),
      { numRuns: 25 },
    );
  }, 30_000);

  it('undoing the rights leaves a login that another incident holds', async () => {
    const { user } = await makeUser(server);
    const step = stepOn(user, 'reduce', { rules: ['-@all'] }, { reversibility: 'R1' });
    const { preImage } = await enforcerAt(server.url).preflight(step, context());
    await enforcerAt(server.url).apply(step, context());
    await enforcerAt(server.url).apply(stepOn(user, 'quarantine'), context());
    await enforcerAt(server.url).undo(step, preImage, context());
    expect(await server.line(user)).toContain(`user ${user} off `);
  });

  it('refuses its own user, a target that is not the user, and what no user can take', async () => {
    const { user, first } = await makeUser(server);
    const refusals = async (step: PlanStep) => (await enforcerAt(server.url).preflight(step, context())).refusals.join();
    expect(await refusals(stepOn('admin', 'quarantine'))).toContain("interlock's own");
    expect(await refusals(stepOn('default', 'delete'))).toContain('cannot be deleted');
    expect(await refusals(stepOn('default', 'issue'))).toContain('nopass');
    expect(await refusals(stepOn(user, 'quarantine', {}, { target: 'redis:shop/users/other' }))).toContain('is not user');
    expect(await refusals(stepOn(user, 'quarantine', { password: idOf(first) }))).toBe('');
    expect(await refusals({ ...stepOn(user, 'quarantine'), parameters: { user: 'a b' } })).toContain('no spaces');
    expect(await refusals({ ...stepOn(user, 'reduce', { rules: ['-@all'] }), parameters: { user, rules: ['>x'] } })).toContain(
      'an ACL rule',
    );
  });

  it('takes a password that is gone for cut, and none of its own to give back', async () => {
    const { user } = await makeUser(server);
    const before = await server.line(user);
    const step = stepOn(user, 'quarantine', { password: idOf('another') }, { reversibility: 'R1' });
    const { preImage, ...rest } = await enforcerAt(server.url).preflight(step, context());
    expect(rest).toEqual({ refusals: [], preexisting: true });
    await enforcerAt(server.url).apply(step, context());
    await enforcerAt(server.url).undo(step, preImage, context());
    expect(await server.line(user)).toBe(before);
  });

  it('foresees what its user would be refused, and how to get it', async () => {
    const password = server.password();
    await server.call('ACL', 'SETUSER', 'keeper', 'on', `>${password}`, '-@all', '+acl|whoami', '+acl|list', '+client');
    const lacks = async (): Promise<string[]> => {
      const said: Checked[] = [];
      for await (const one of enforcerAt(server.urlAs('keeper', password)).check?.(context().signal) ?? []) said.push(one);
      expect(said.at(-1)).toEqual({ type: 'works', text: expect.stringContaining('as "keeper"') });
      return said.slice(0, -1).map(({ text }) => text);
    };
    expect(await lacks()).toEqual([
      expect.stringContaining('ACL SETUSER keeper +acl|setuser +acl|deluser +multi +exec'),
      expect.stringContaining('+acl|save +config|rewrite +config|get'),
    ]);
    await server.call('ACL', 'SETUSER', 'keeper', '+acl', '+multi', '+exec', '+config');
    expect(await lacks()).toEqual([]);
    expect(
      await enforcerAt(server.urlAs('keeper', password)).preflight(
        stepOn((await makeUser(server)).user, 'quarantine'),
        context(),
      ),
    ).toMatchObject({ refusals: [] });
  });
});

describeLive('redis', 'the Redis enforcer on several nodes and over restarts', () => {
  it('acts on every node, names the one that stays open, and brings each back as it was', async () => {
    await using one = await openRedisServer();
    await using two = await openRedisServer();
    const [first, second] = [one.password(), two.password()];
    await one.call('ACL', 'SETUSER', 'app', 'on', `>${first}`, '~*', '+@all');
    await two.call('ACL', 'SETUSER', 'app', 'off', `>${second}`, '~*', '+@read');
    const before = [await one.line('app'), await two.line('app')];
    const [step, enforcer] = [stepOn('app', 'quarantine'), enforcerAt(one.url, two.url)];
    const { preImage, preexisting } = await enforcer.preflight(step, context());
    expect(preexisting).toBe(false);
    await enforcerAt(one.url).apply(step, context());
    await two.call('ACL', 'SETUSER', 'app', 'on');
    const { state, evidence } = await enforcer.probe(step, context());
    expect([state, evidence.join()]).toEqual(['partial', expect.stringContaining(`127.0.0.1:${two.port}: user "app" is on`)]);
    await enforcer.apply(step, context());
    expect(await enforcer.probe(step, context())).toMatchObject({ state: 'effective' });
    await expect(enforcerAt(one.url).undo(step, preImage, context())).rejects.toThrow(`is of 127.0.0.1:${two.port}`);
    await enforcer.undo(step, preImage, context());
    expect([await one.line('app'), await two.line('app')]).toEqual(before);
  });

  it('a node that does not answer is a refusal that names it, and nothing is done on the others', async () => {
    await using one = await openRedisServer();
    await one.call('ACL', 'SETUSER', 'app', 'on', `>${one.password()}`);
    const [before, secret] = [await one.line('app'), one.password()];
    const enforcer = enforcerAt(one.url, `redis://admin:${secret}@127.0.0.1:1`);
    const said = await enforcer
      .preflight(stepOn('app', 'quarantine'), context())
      .catch((error: Error) => ({ refusals: [error.message] }));
    expect(said.refusals.join()).toContain('redis 127.0.0.1:1 does not answer: ECONNREFUSED');
    expect(said.refusals.join()).not.toContain(secret);
    await expect(enforcer.apply(stepOn('app', 'quarantine'), context())).rejects.toThrow('127.0.0.1:1');
    expect(await one.line('app')).toBe(before);
  });

  it.each([
    ['aclfile', 'ACL SAVE', false],
    ['config', 'CONFIG REWRITE', false],
    ['nothing', 'lost when the node restarts', undefined],
  ] as const)('keeps a change over a restart by its %s', async (keeps, words, isOnAfter) => {
    await using server = await openRedisServer(keeps);
    const password = server.password();
    await server.call('ACL', 'SETUSER', 'app', 'on', `>${password}`, '~*', '+@all');
    const { evidence } = await enforcerAt(server.url).apply(stepOn('app', 'quarantine'), context());
    expect(evidence.join('\n')).toContain(words);
    await server.restart();
    expect((await server.line('app'))?.includes(' on ')).toBe(isOnAfter);
    expect(await server.canLogIn('app', password)).toBe(false);
  });
});

/** The order of what ACL LIST writes of commands is kept; the other rules are a set. */
function ruleSet(line: string | undefined): string[] {
  const rules = line === undefined ? [] : aclRules(line);
  const rights = rules.filter((rule) => isRightRule(rule) && /^[+-]/.test(rule));
  return [...rules.filter((rule) => !rights.includes(rule)).sort(), rights.join(' ')];
}

const isOther = (rule: string, known: readonly string[]): boolean =>
  /^#[0-9a-f]{64}$/.test(rule) && !known.includes(rule.slice(1));

describe('what is shown for redis-cli', () => {
  it('is one word for one word, whatever a user is called', () => {
    const { apply } = redisCommands(parseRedisStep('quarantine', { user: 'a<"b' }));
    expect(apply.split('\n')[1]).toBe('ACL SETUSER "a<\\"b" off');
  });

  it('is one line for one command: a rule has none of its own', () => {
    expect(() => parseRedisStep('reduce', { user: 'app', rules: ['(~a\nFLUSHALL)'] })).toThrow('an ACL rule');
    expect(() => parseRedisStep('reduce', { user: 'app', rules: ['(~a +get)'] })).not.toThrow();
  });
});
