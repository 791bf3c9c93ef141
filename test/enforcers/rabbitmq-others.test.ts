/** What somebody else does to a user after a step, on a real RabbitMQ. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createHandOver } from '../../src/app/execute/hand-over.ts';
import { createRabbitmqEnforcer } from '../../src/enforcers/rabbitmq.ts';
import { rabbitmqUser } from '../../src/model/keys.ts';
import type { PlanStep, StepParameters } from '../../src/model/plan.ts';
import { parseRabbitmqStep, type RabbitmqAction, rabbitmqCommands } from '../../src/model/rabbitmq-actions.ts';
import type { Enforcer, EnforcerContext } from '../../src/ports/enforcer.ts';
import { makeStep } from '../app/execute/plans.ts';
import { describeLive } from '../live.ts';
import { openRabbitmq, type RabbitmqServer } from '../rabbitmq-server.ts';

const context = (): EnforcerContext => ({
  signal: new AbortController().signal,
  idempotencyKey: 'a-key',
  handOver: createHandOver(),
  now: () => new Date('2026-03-01T12:00:00.000Z'),
});

function stepOn(user: string, action: RabbitmqAction, given: StepParameters = {}): PlanStep {
  const parameters = { user, ...given };
  return makeStep({
    id: 's',
    target: rabbitmqUser('shop', user),
    action,
    parameters,
    connector: 'broker',
    reversibility: 'R1',
    commands: rabbitmqCommands(parseRabbitmqStep(action, parameters)),
  });
}

describeLive('rabbitmq', 'a RabbitMQ user whom somebody else changes too', (url) => {
  let server: RabbitmqServer;
  let enforcer: Enforcer;
  beforeAll(async () => {
    server = await openRabbitmq(url);
    enforcer = createRabbitmqEnforcer({ name: 'broker', source: 'shop', api: server.api, random: randomBytes, settleMs: 0 });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  async function makeUser() {
    const [user, password] = [server.name('app'), server.password()];
    await server.call('PUT', `/users/${user}`, { password, tags: '' });
    await server.call('PUT', permissionsOf(user), { configure: '^app', write: '^app', read: '^app' });
    return user;
  }
  const permissionsOf = (user: string): string => `/permissions/${encodeURIComponent(server.vhost)}/${user}`;

  it('who was given another password after a rotation keeps it', async () => {
    const user = await makeUser();
    const step = stepOn(user, 'rotate');
    const { preImage } = await enforcer.preflight(step, context());
    await enforcer.apply(step, context());
    const theirs = server.password();
    await server.call('PUT', `/users/${user}`, { password: theirs, tags: '' });
    await expect(enforcer.undo(step, preImage, context())).rejects.toThrow('was given another password since');
    expect(await server.canLogIn(user, theirs)).toBe(true);
  });

  it('whose permissions were taken further after they were reduced is not given them back', async () => {
    const user = await makeUser();
    const step = stepOn(user, 'reduce', { vhost: server.vhost, configure: '^$', write: '^app', read: '^app' });
    const before = await server.definition(user);
    const { preImage } = await enforcer.preflight(step, context());
    await enforcer.apply(step, context());
    const reduced = await server.definition(user);
    await server.call('DELETE', permissionsOf(user));
    const taken = await server.definition(user);
    await expect(enforcer.undo(step, preImage, context())).rejects.toThrow('was given other permissions in vhost');
    expect(await server.definition(user)).toEqual(taken);
    await server.call('PUT', permissionsOf(user), { configure: '^$', write: '^app', read: '^app' });
    expect(await server.definition(user)).toEqual(reduced);
    await enforcer.undo(step, preImage, context());
    expect(await server.definition(user)).toEqual(before);
  });
});
