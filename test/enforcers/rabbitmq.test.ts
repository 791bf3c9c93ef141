import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isHashOf, saltedHash } from '../../src/apis/rabbitmq/password-hash.ts';
import { namesWithin } from '../../src/apis/rabbitmq/patterns.ts';
import type { RabbitmqApiSettings } from '../../src/apis/rabbitmq/settings.ts';
import { createHandOver } from '../../src/app/execute/hand-over.ts';
import { createRabbitmqEnforcer } from '../../src/enforcers/rabbitmq.ts';
import { rabbitmqPassword, rabbitmqUser } from '../../src/model/keys.ts';
import type { PlanStep, StepParameters } from '../../src/model/plan.ts';
import { parseRabbitmqStep, type RabbitmqAction, rabbitmqCommands } from '../../src/model/rabbitmq-actions.ts';
import type { Checked } from '../../src/ports/checked.ts';
import type { Enforcer, EnforcerContext } from '../../src/ports/enforcer.ts';
import { makeStep } from '../app/execute/plans.ts';
import { enforcerContract } from '../contracts/enforcer.ts';
import { describeLive } from '../live.ts';
import { openRabbitmq, type RabbitmqServer } from '../rabbitmq-server.ts';

const handOver = createHandOver();
const context = (change: Partial<EnforcerContext> = {}): EnforcerContext => ({
  signal: new AbortController().signal,
  idempotencyKey: 'a-key',
  handOver,
  now: () => new Date('2026-03-01T12:00:00.000Z'),
  ...change,
});

/** Without connections there is nothing to wait for. */
const enforcerAt = (api: RabbitmqApiSettings, settleMs = 0): Enforcer =>
  createRabbitmqEnforcer({ name: 'broker', source: 'shop', api, random: randomBytes, settleMs });

function stepOn(user: string, action: RabbitmqAction, parameters: StepParameters = {}, change: Partial<PlanStep> = {}): PlanStep {
  const all = { user, ...parameters };
  return makeStep({
    id: 's',
    target: rabbitmqUser('shop', user),
    action,
    parameters: all,
    connector: 'broker',
    reversibility: 'R1',
    commands: rabbitmqCommands(parseRabbitmqStep(action, all)),
    ...change,
  });
}

async function makeUser(server: RabbitmqServer, tags = 'management,policymaker') {
  const [user, password] = [server.name('app'), server.password()];
  const vhost = encodeURIComponent(server.vhost);
  await server.call('PUT', `/users/${user}`, { password, tags });
  await server.call('PUT', `/permissions/${vhost}/${user}`, { configure: '^app', write: '^app|^amq\\.default$', read: '^app' });
  await server.call('PUT', `/topic-permissions/${vhost}/${user}`, { exchange: 'amq.topic', write: '^app\\.', read: '^app\\.' });
  await server.call('PUT', `/user-limits/${user}/max-connections`, { value: 7 });
  return { user, password };
}

type Definition = [{ password_hash: string }[], unknown[], unknown[]];

describeLive('rabbitmq', 'the RabbitMQ enforcer', (url) => {
  let server: RabbitmqServer;
  beforeAll(async () => {
    server = await openRabbitmq(url);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const CASES: readonly [RabbitmqAction, (user: string) => StepParameters][] = [
    ['quarantine', () => ({})],
    ['block', () => ({})],
    ['disable', () => ({})],
    ['reduce', () => ({ vhost: server.vhost, configure: '^$', write: '^$', read: '^app$' })],
    ['revoke', () => ({})],
    ['delete', () => ({})],
  ];

  describe.each(CASES)('%s', (action, parameters) => {
    enforcerContract(async () => {
      const { user, password } = await makeUser(server);
      const [[{ password_hash } = { password_hash: '' }]] = (await server.definition(user)) as Definition;
      const given = parameters(user);
      return {
        enforcer: enforcerAt(server.api),
        kind: 'ServiceAccount',
        step: stepOn(user, action, given),
        unknown: stepOn(
          'nobody',
          action,
          given,
          ...(action === 'revoke' || action === 'delete' ? [{ target: rabbitmqUser('shop', 'other') }] : []),
        ),
        state: () => server.definition(user),
        secrets: async () => [password, password_hash],
        [Symbol.asyncDispose]: async () => undefined,
      };
    });
  });

  describe('issue', () => {
    enforcerContract(async () => {
      const { user, password } = await makeUser(server);
      const newUser = server.name('app_2');
      return {
        enforcer: enforcerAt(server.api),
        kind: 'Credential',
        step: stepOn(user, 'issue', { newUser }, { target: rabbitmqPassword('shop', user) }),
        unknown: stepOn('nobody', 'issue', { newUser }),
        // The new password is another one each time.
        async state() {
          const [users, ...rights] = (await server.definition(newUser)) as Definition;
          return [
            users.map((one) => ({ ...one, password_hash: one.password_hash !== '' })),
            rights,
            await server.definition(user),
          ];
        },
        async secrets() {
          const [users] = (await server.definition(newUser)) as Definition;
          return [password, ...users.map(({ password_hash }) => password_hash)];
        },
        [Symbol.asyncDispose]: async () => undefined,
      };
    });
  });

  it('emptied permissions act on the open connection at once, and it is closed', async () => {
    const { user, password } = await makeUser(server);
    const session = await server.session(user, password, 'checkout');
    expect(await session.declare('app-orders')).toBe(true);
    await server.listed(user, 1);
    const before = await server.definition(user);
    const step = stepOn(user, 'quarantine');
    const enforcer = enforcerAt(server.api);
    const { preImage } = await enforcer.preflight(step, context());
    expect((await enforcer.apply(stepOn(user, 'save', {}, { reversibility: 'R0' }), context())).evidence.join()).toContain(
      `in vhost "${server.vhost}"`,
    );
    const { evidence } = await enforcer.apply(step, context());
    expect(evidence).toEqual([
      `permissions of "${user}" in vhost "${server.vhost}" are cleared`,
      'tags taken: management, policymaker',
      `1 connections of "${user}" were closed`,
    ]);
    expect([await session.declare('app-more'), await server.canLogIn(user, password)]).toEqual([false, false]);
    await server.listed(user, 0);
    expect(await enforcer.probe(step, context())).toMatchObject({ state: 'effective' });
    await enforcer.undo(step, preImage, context());
    expect(await server.definition(user)).toEqual(before);
    expect(await server.canLogIn(user, password)).toBe(true);
  }, 30_000);

  it('a cleared password leaves the open connection alive, which is partial, until it is closed', async () => {
    const { user, password } = await makeUser(server);
    const session = await server.session(user, password);
    const step = stepOn(user, 'block', {}, { target: rabbitmqPassword('shop', user) });
    await server.call('PUT', `/users/${user}`, { password_hash: '', tags: '' });
    expect([await session.declare('app-late'), await server.canLogIn(user, password)]).toEqual([true, false]);
    await server.listed(user, 1);
    expect(await enforcerAt(server.api).probe(step, context())).toMatchObject({ state: 'partial' });
    await enforcerAt(server.api).apply(step, context());
    expect(await session.declare('app-late')).toBe(false);
    await server.listed(user, 0);
    expect(await enforcerAt(server.api).probe(step, context())).toMatchObject({ state: 'effective' });
  }, 30_000);

  it('a connection that is too new for the statistics is closed all the same', async () => {
    const { user, password } = await makeUser(server);
    const session = await server.session(user, password);
    await enforcerAt(server.api).apply(stepOn(user, 'block'), context());
    expect(await session.declare('app-new')).toBe(false);
  });

  it('a user that is deleted is made again from its definition, hash, tags, rights and limits', async () => {
    const { user, password } = await makeUser(server);
    const session = await server.session(user, password);
    const before = await server.definition(user);
    const step = stepOn(user, 'revoke');
    const { preImage } = await enforcerAt(server.api).preflight(step, context());
    await enforcerAt(server.api).apply(step, context());
    expect([await session.declare('app-gone'), await server.canLogIn(user, password)]).toEqual([false, false]);
    await enforcerAt(server.api).undo(step, preImage, context());
    expect(await server.definition(user)).toEqual(before);
    expect(await server.canLogIn(user, password)).toBe(true);
  }, 30_000);

  it('rotates in place: the new password is handed over and works, the old one comes back with undo', async () => {
    const { user, password } = await makeUser(server);
    const step = stepOn(user, 'rotate', {}, { target: rabbitmqPassword('shop', user) });
    const before = await server.definition(user);
    const { preImage } = await enforcerAt(server.api).preflight(step, context());
    expect(await enforcerAt(server.api).probe(step, context())).toMatchObject({ state: 'not-effective' });
    const { evidence } = await enforcerAt(server.api).apply(step, context());
    const fresh = handOver.find(step.target)?.value ?? '';
    expect(evidence.join()).not.toContain(fresh);
    expect(await enforcerAt(server.api).probe(step, context())).toMatchObject({ state: 'effective' });
    expect([await server.canLogIn(user, fresh), await server.canLogIn(user, password)]).toEqual([true, false]);
    await enforcerAt(server.api).undo(step, preImage, context());
    expect([await server.canLogIn(user, fresh), await server.canLogIn(user, password)]).toEqual([false, true]);
    expect(await server.definition(user)).toEqual(before);
  });

  it('issues a second user with the same rights, tags and limits, and hands its name over with the password', async () => {
    const { user } = await makeUser(server);
    const newUser = server.name('next');
    const step = stepOn(user, 'issue', { newUser }, { for: rabbitmqPassword('shop', user) });
    await enforcerAt(server.api).apply(step, context());
    const given = handOver.find(rabbitmqPassword('shop', user));
    expect(given).toEqual({ value: expect.any(String), user: newUser });
    expect(await server.canLogIn(newUser, given?.value ?? '')).toBe(true);
    const shape = async (name: string) =>
      JSON.stringify(await server.definition(name))
        .replaceAll(name, 'x')
        .replace(/"password_hash":"[^"]*"/, '')
        .replace(/,?"interlock-[\w-]+"/, '');
    expect(await shape(newUser)).toBe(await shape(user));
    const another = { ...context(), idempotencyKey: 'another-step' };
    expect((await enforcerAt(server.api).preflight(step, another)).refusals.join()).toContain('exists already: name another');
    expect((await enforcerAt(server.api).preflight(step, context())).refusals).toEqual([]);
  });

  it('neither changes nor takes away a user whom somebody made by hand between a crash and the repetition', async () => {
    const { user } = await makeUser(server);
    const byHand = await makeUser(server);
    const step = stepOn(user, 'issue', { newUser: byHand.user }, { for: rabbitmqPassword('shop', user) });
    const before = await server.definition(byHand.user);
    const enforcer = enforcerAt(server.api);
    expect(await enforcer.probe(step, context())).toMatchObject({ state: 'not-effective' });
    await expect(enforcer.apply(step, context())).rejects.toThrow('was made by somebody else: it was left alone');
    const { evidence } = await enforcer.undo(step, JSON.stringify({ newUserWasThere: false }), context());
    expect(evidence).toEqual([`user "${byHand.user}" was made by somebody else: it stays`]);
    expect(await server.definition(byHand.user)).toEqual(before);
  });

  it('keeps the hash of a password only where an undo needs it', async () => {
    const { user } = await makeUser(server);
    const [[{ password_hash } = { password_hash: '' }]] = (await server.definition(user)) as Definition;
    const reduced = { vhost: server.vhost, configure: '^$', write: '^$', read: '^$' };
    const kept = async (action: RabbitmqAction, parameters: StepParameters = {}) =>
      (await enforcerAt(server.api).preflight(stepOn(user, action, parameters), context())).preImage;
    for (const preImage of [await kept('quarantine'), await kept('reduce', reduced), await kept('issue', { newUser: 'no-one' })])
      expect(preImage).not.toMatch(/password_hash|hashing_algorithm/);
    for (const action of ['block', 'rotate', 'delete'] as const) expect(await kept(action)).toContain(password_hash);
  });

  it('reduces to less of what is there now, and refuses more', async () => {
    const { user, password } = await makeUser(server);
    const session = await server.session(user, password);
    await session.declare('app-one');
    await session.declare('app-two');
    const refusalOf = async (write: string) =>
      (
        await enforcerAt(server.api).preflight(
          stepOn(user, 'reduce', { vhost: server.vhost, configure: '^$', write, read: '^$' }),
          context(),
        )
      ).refusals.join();
    expect(await refusalOf('.*')).toContain('which was not allowed before');
    expect(await refusalOf('(?i)app')).toContain('cannot be compared');
    expect(await refusalOf('^app-one$')).toBe('');
    await enforcerAt(server.api).apply(
      stepOn(user, 'reduce', { vhost: server.vhost, configure: '^app-one$', write: '^$', read: '^$' }),
      context(),
    );
    expect([await session.declare('app-one'), await session.declare('app-two')]).toEqual([true, false]);
  });

  it.each<[RabbitmqAction, (user: string) => readonly [string, object], string]>([
    ['disable', (user) => [`/users/${user}`, { password: server.password(), tags: '' }], 'was given another password'],
    ['delete', (user) => [`/users/${user}`, { password: server.password(), tags: '' }], 'was made anew'],
    ['quarantine', (user) => [`/users/${user}`, { password: server.password(), tags: 'monitoring' }], 'was given other tags'],
  ])('an undo of %s is put over nothing that somebody did since', async (action, change, reason) => {
    const { user } = await makeUser(server);
    const [step, enforcer] = [stepOn(user, action), enforcerAt(server.api)];
    const { preImage } = await enforcer.preflight(step, context());
    await enforcer.apply(step, context());
    await server.call('PUT', ...change(user));
    const changed = await server.definition(user);
    await expect(enforcer.undo(step, preImage, context())).rejects.toThrow(reason);
    expect(await server.definition(user)).toEqual(changed);
  });

  it('undoing the rights leaves a login that another incident holds', async () => {
    const { user, password } = await makeUser(server);
    const step = stepOn(user, 'quarantine');
    const { preImage } = await enforcerAt(server.api).preflight(step, context());
    await enforcerAt(server.api).apply(step, context());
    await enforcerAt(server.api).apply(stepOn(user, 'block'), context());
    await enforcerAt(server.api).undo(step, preImage, context());
    const [[after]] = (await server.definition(user)) as Definition;
    expect(after).toMatchObject({ password_hash: '', tags: ['management', 'policymaker'] });
    expect(await server.canLogIn(user, password)).toBe(false);
  });

  it('refuses its own user, another target, and a login that may not change users, and foresees that', async () => {
    const { user, password } = await makeUser(server, 'management');
    const refusals = async (step: PlanStep, api = server.api) =>
      (await enforcerAt(api).preflight(step, context())).refusals.join();
    expect(await refusals(stepOn(server.api.user, 'quarantine'))).toContain("interlock's own");
    expect(await refusals(stepOn(user, 'quarantine', {}, { target: rabbitmqUser('shop', 'other') }))).toContain('is not user');
    const limited = { ...server.api, user, password };
    expect(await refusals(stepOn((await makeUser(server)).user, 'quarantine'), limited)).toContain(
      `rabbitmqctl set_user_tags ${user} administrator`,
    );
    const said: Checked[] = [];
    for await (const one of enforcerAt(limited).check?.(context().signal) ?? []) said.push(one);
    expect(said.map(({ type }) => type)).toEqual(['missing', 'works']);
    await expect(
      enforcerAt({ ...limited, password: 'x'.repeat(20) })
        .check?.(context().signal)
        [Symbol.asyncIterator]()
        .next(),
    ).rejects.toThrow(/the login is refused: check user and password/);
  });
});

describe('without a broker', () => {
  it('says which one cannot be reached, and never the password', async () => {
    const password = ['not', 'for', 'logs'].join('-');
    const enforcer = enforcerAt({ url: 'http://127.0.0.1:1', user: 'admin', password });
    const said = await enforcer.preflight(stepOn('app', 'quarantine'), context()).catch((error: Error) => error.message);
    expect(said).toContain('127.0.0.1:1');
    expect(said).not.toContain(password);
    expect(() => enforcerAt({ url: `http://u:${password}@h`, user: 'a', password })).not.toThrow();
    await expect(
      enforcerAt({ url: `http://u:${password}@h`, user: 'a', password }).apply(stepOn('app', 'block'), context()),
    ).rejects.toThrow('holds a login');
  });

  it('knows the password of a salted hash, and no other', () => {
    const hash = saltedHash('pencil', Buffer.from([1, 2, 3, 4]));
    expect([
      isHashOf(hash, 'pencil'),
      isHashOf(hash, 'Pencil'),
      isHashOf('', 'pencil'),
      isHashOf(hash, 'pencil', 'other'),
    ]).toEqual([true, false, false, false]);
    // The example of https://www.rabbitmq.com/docs/passwords: `test12` under the salt 0x908DC60A.
    expect(isHashOf('kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR', 'test12')).toBe(true);
  });

  it('decides expressions as the broker does, or not at all', () => {
    const names = ['orders', 'app-orders', 'app', ''];
    const fitting = (pattern: string) => namesWithin(pattern, names) && [...(namesWithin(pattern, names) ?? [])];
    expect(fitting('orders')).toEqual(['orders', 'app-orders']);
    expect(fitting('^app')).toEqual(['app-orders', 'app']);
    expect(fitting('.*')).toEqual(names);
    expect(fitting('')).toEqual(['']);
    expect([fitting('(?i)APP'), fitting('a++'), fitting('\\Aapp'), fitting('[[:alpha:]]'), fitting('(')]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(namesWithin('(a+)+$', [`${'a'.repeat(60)}!`])).toBeUndefined();
  });
});
