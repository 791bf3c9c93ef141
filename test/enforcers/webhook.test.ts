import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import sodium from 'libsodium-wrappers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHandOver } from '../../src/app/execute/hand-over.ts';
import { enforcers, type OpenEnforcer } from '../../src/enforcers/index.ts';
import { createWebhookEnforcer, type WebhookEnforcerOptions } from '../../src/enforcers/webhook.ts';
import { createFingerprinter } from '../../src/model/fingerprint.ts';
import type { Enforcer, EnforcerContext } from '../../src/ports/enforcer.ts';
import { makeStep } from '../app/execute/plans.ts';
import { enforcerContract } from '../contracts/enforcer.ts';
import { openReceiver, type Receiver } from './webhook-receiver.ts';

const context = (change: Partial<EnforcerContext> = {}): EnforcerContext => ({
  signal: new AbortController().signal,
  idempotencyKey: 'a-key',
  handOver: createHandOver(),
  now: () => new Date('2026-03-01T12:00:00.000Z'),
  ...change,
});
const enforcerAt = ({ url, secret }: Receiver, change: Partial<WebhookEnforcerOptions> = {}): Enforcer =>
  createWebhookEnforcer({ name: 'hook', url, secret, ...change });
const step = makeStep({
  id: 's',
  target: 'saas:acme/bot',
  action: 'disable',
  reversibility: 'R1',
  parameters: { credential: 'saas:acme/bot' },
  connector: 'hook',
});

describe('the webhook enforcer', () => {
  enforcerContract(async () => {
    const receiver = await openReceiver();
    receiver.switches.set(step.target, true);
    const enforcer = enforcerAt(receiver);
    return {
      enforcer,
      kind: 'Credential',
      step,
      unknown: { ...step, target: 'saas:acme/nobody' },
      state: async () => receiver.switches.get(step.target),
      secrets: async () => [receiver.secret, receiver.secret.slice('whsec_'.length)],
      async [Symbol.asyncDispose]() {
        await enforcer[Symbol.asyncDispose]();
        await receiver[Symbol.asyncDispose]();
      },
    };
  });
});

describe('a receiver', () => {
  let receiver: Receiver;
  let enforcer: Enforcer;
  beforeEach(async () => {
    receiver = await openReceiver();
    receiver.switches.set(step.target, true);
    enforcer = enforcerAt(receiver);
  });
  afterEach(async () => {
    await enforcer[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
  });

  it('is told the step, who asks again is told by the same id, and looks by an id of their own', async () => {
    await enforcer.apply(step, context());
    await enforcer.apply(step, context());
    await enforcer.probe(step, context());
    await enforcer.probe(step, context({ now: () => new Date('2026-03-01T12:00:05.000Z') }));
    expect(receiver.taken.map(({ id }) => id)).toEqual([
      'a-key-apply',
      'a-key-apply',
      'a-key-probe-1772366400000',
      'a-key-probe-1772366405000',
    ]);
    const { target, action, parameters, reversibility, commands } = step;
    expect(receiver.taken[0]).toMatchObject({
      operation: 'apply',
      idempotencyKey: 'a-key',
      step: { target, action, parameters, reversibility, commands },
    });
    expect(receiver.taken[0]?.step).not.toHaveProperty('reachAfter');
  });

  it('takes messages that are signed now, and none that are old or of another secret', async () => {
    await using strict = await openReceiver({ checksTime: true });
    strict.switches.set(step.target, true);
    await using good = enforcerAt(strict);
    await good.apply(step, context({ now: () => new Date() }));
    await expect(good.apply(step, context())).rejects.toThrow('answered 401: check the shared secret');
    await using bad = enforcerAt(strict, { secret: randomBytes(32).toString('base64') });
    await expect(bad.apply(step, context({ now: () => new Date() }))).rejects.toThrow('check the shared secret');
    expect(strict.taken).toHaveLength(1);
  });

  it('alone can open a new value, which is in no message, and only a process that issued it sends one', async () => {
    await sodium.ready;
    const { publicKey, privateKey } = sodium.crypto_box_keypair();
    const value = randomBytes(18).toString('base64url');
    const place = {
      ...step,
      action: 'distribute' as const,
      target: 'saas:acme/place',
      for: 'saas:acme/bot',
      parameters: { field: 'value' },
    };
    receiver.switches.set(place.target, true);
    expect((await enforcer.preflight(place, context())).refusals.join()).toContain('publicKey is not set');
    await using sealing = enforcerAt(receiver, { publicKey: Buffer.from(publicKey).toString('base64') });
    expect((await sealing.preflight(place, context())).refusals).toEqual([]);
    await expect(sealing.apply(place, context())).rejects.toThrow('was not issued by this process');
    const handOver = createHandOver();
    handOver.give('saas:acme/bot', { value });
    const { evidence } = await sealing.apply(place, context({ handOver }));
    const { sealed } = receiver.taken.at(-1) as (typeof receiver.taken)[number];
    const opened = sodium.crypto_box_seal_open(Buffer.from(sealed?.value ?? '', 'base64'), publicKey, privateKey);
    expect(Buffer.from(opened).toString('utf8')).toBe(value);
    expect(JSON.stringify([receiver.taken, evidence])).not.toContain(value);
    const other = { ...place, parameters: { field: 'user' } };
    await expect(sealing.apply(other, context({ handOver }))).rejects.toThrow('has no user');
  });

  it.each<[string, (response: ServerResponse) => void, string, RegExp]>([
    ['400', (response) => response.writeHead(400).end(), 'RefusedError', /answered 400/],
    ['404', (response) => response.writeHead(404).end(), 'RefusedError', /answered 404/],
    ['500', (response) => response.writeHead(500).end(), 'Error', /answered 500/],
    [
      '503 with Retry-After',
      (response) => response.writeHead(503, { 'retry-after': '7' }).end(),
      'ThrottledError',
      /asks to wait/,
    ],
    ['429', (response) => response.writeHead(429).end(), 'ThrottledError', /asks to wait/],
    ['no JSON', (response) => response.end('ok'), 'Error', /not of the protocol/],
    ['another state', (response) => response.end('{"state":"great"}'), 'Error', /not of the protocol: state/],
    ['a closed connection', (response) => response.destroy(), 'Error', /does not answer/],
    ['silence', () => undefined, 'Error', /does not answer/],
    [
      'a refusal',
      (response) => response.end('{"state":"refused","evidence":["it is protected"]}'),
      'RefusedError',
      /it is protected/,
    ],
  ])('that answers %s is taken at its word', async (says, answer, name, text) => {
    await using hasty = enforcerAt(receiver, { timeoutMs: says === 'silence' ? 300 : 30_000 });
    receiver.instead = answer;
    const error = (await hasty.apply(step, context()).catch((thrown: unknown) => thrown)) as Error;
    expect(error.name).toBe(name);
    expect(error.message).toMatch(text);
    expect(receiver.switches.get(step.target)).toBe(true);
  });

  it('whose address is a secret is named by scheme, host and port alone, whatever happens', async () => {
    const token = ['T0EXAMPLE', 'a-token-in-a-path'].join('/');
    const origin = new URL(receiver.url).origin;
    await using hasty = enforcerAt(receiver, { url: `${origin}/services/${token}?key=${token}`, timeoutMs: 2_000 });
    const said: string[] = [];
    for await (const checked of hasty.check?.(context().signal) ?? []) said.push(checked.text);
    said.push((await hasty.apply(step, context())).evidence[0] ?? '');
    for (const answer of [
      (response: ServerResponse) => response.writeHead(404).end(),
      (response: ServerResponse) => response.writeHead(500).end(),
      (response: ServerResponse) => response.writeHead(429, { 'retry-after': '7' }).end(),
      (response: ServerResponse) => response.end('ok'),
      (response: ServerResponse) => response.end('{"state":"refused"}'),
      (response: ServerResponse) => response.destroy(),
      () => undefined,
    ]) {
      receiver.instead = answer;
      said.push(((await hasty.apply(step, context()).catch((thrown: unknown) => thrown)) as Error).message);
    }
    receiver.instead = (response) => response.end('{"state":"refused"}');
    said.push(...(await hasty.preflight(step, context())).refusals);
    expect(said).toHaveLength(10);
    for (const line of said) expect(line).toContain(origin);
    expect(said.join()).not.toMatch(/T0EXAMPLE|a-token|services/);
  });

  it('says what it says within bounds, and nothing that steers a terminal', async () => {
    const evidence = Array.from({ length: 99 }, () => `\u001b[2J${'x'.repeat(9000)}`);
    receiver.instead = (response) => response.end(JSON.stringify({ state: 'accepted', evidence }));
    const said = (await enforcer.apply(step, context())).evidence;
    expect(said.length).toBeLessThan(30);
    expect(Math.max(...said.map((line) => line.length))).toBeLessThanOrEqual(500);
    expect(said.join()).not.toContain('\u001b');
    receiver.instead = (response) =>
      response.end('{"state":"partial","evidence":["two of three"],"residualUntil":"2026-03-01T14:00:00+01:00"}');
    expect(await enforcer.probe(step, context())).toEqual({
      state: 'partial',
      evidence: ['two of three'],
      residualUntil: '2026-03-01T13:00:00.000Z',
    });
  });

  it('that refuses without a reason is refused by name', async () => {
    receiver.instead = (response) => response.end('{"state":"refused"}');
    expect((await enforcer.preflight(step, context())).refusals).toEqual([expect.stringContaining('says no reason')]);
  });
});

it.each([
  [{ secret: 'short' }, 'secret'],
  [{ publicKey: 'AAAA' }, 'publicKey'],
  [{ url: 'not a url' }, 'url'],
  [{ surprise: 1 }, 'surprise'],
])('refuses the settings %j by the name of the field', async (change, field) => {
  const settings = {
    name: 'hook',
    type: 'webhook',
    source: 'saas',
    url: 'https://hooks.example.com/steps',
    secret: randomBytes(32).toString('base64'),
  };
  const open: OpenEnforcer = enforcers.webhook;
  const surroundings = { environment: {}, fingerprint: createFingerprinter('a fingerprint key of tests, 32 bytes and more') };
  await using _good = await open(settings, surroundings);
  await expect(open({ ...settings, ...change }, surroundings)).rejects.toThrow(field);
});
