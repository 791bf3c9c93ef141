import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { App } from '../../src/app/app.ts';
import { checkAccess } from '../../src/app/check-access.ts';
import { createManualEnforcer } from '../../src/enforcers/manual.ts';
import { RefusedError } from '../../src/model/errors.ts';
import { createFingerprinter } from '../../src/model/fingerprint.ts';
import type { Checked } from '../../src/ports/checked.ts';
import type { Collector } from '../../src/ports/collector.ts';
import { SAMPLE_KEY } from '../contracts/collecting.ts';

type Look = (signal: AbortSignal) => AsyncIterable<Checked>;

/** Sources by name, each looked at so; enforcers by name, of which `manual` alone can be opened. */
function appOf(looks: Readonly<Record<string, Look>>, enforcers: readonly string[] = []): App {
  const collector = (look: Look): Collector => ({
    type: 'test',
    emits: { entities: [], relationships: [] },
    settings: z.strictObject({ files: z.string() }),
    check: (_, { signal }) => look(signal),
    collect: async function* () {},
  });
  const app: Partial<App> = {
    sources: Object.keys(looks).map((name) => ({ name, type: name, settings: name === 'invalid' ? {} : { files: 'x' } })),
    collectorFor: async (type) => collector(looks[type] as Look),
    enforcers,
    enforcerFor: async (name) => {
      if (name === 'manual') return createManualEnforcer({ name });
      throw new RefusedError(`enforcers.${name}: cannot be opened`);
    },
    fingerprint: createFingerprinter(SAMPLE_KEY),
    environment: {},
    clock: () => new Date('2026-01-15T12:00:00.000Z'),
  };
  return app as App;
}

const saying = (...said: Checked[]): Look =>
  async function* () {
    yield* said;
  };
const signal = new AbortController().signal;
const check = (app: App, timeoutMs = 5_000) => checkAccess(app, { signal, timeoutMs });

it('has a line for each thing that is said, in the order of the configuration', async () => {
  const looks = {
    b: saying({ type: 'missing', text: 'pods: grant list pods' }, { type: 'works', text: 'the rest' }),
    invalid: saying({ type: 'works', text: 'never asked' }),
    a: saying({ type: 'blocked', text: 'not there' }),
  };
  expect(await check(appOf(looks, ['manual', 'odd']))).toEqual([
    { name: 'access b', status: 'warn', detail: 'pods: grant list pods' },
    { name: 'access b', status: 'ok', detail: 'the rest' },
    { name: 'access a', status: 'fail', detail: 'not there' },
    { name: 'enforcer manual', status: 'ok', detail: 'manual: reaches no system' },
    { name: 'enforcer odd', status: 'fail', detail: 'enforcers.odd: cannot be opened' },
  ]);
});

it('waits for a bounded time, even for what does not listen, and keeps what was said until then', async () => {
  const never = new Promise<void>(() => {});
  const looks: Record<string, Look> = {
    silent: async function* () {
      await never;
      yield { type: 'works', text: 'too late' };
    },
    slow: async function* () {
      yield { type: 'missing', text: 'one' };
      await never;
    },
  };
  expect(await check(appOf(looks), 30)).toEqual([
    { name: 'access silent', status: 'fail', detail: expect.stringContaining('no answer within 0.03 s') },
    { name: 'access slow', status: 'warn', detail: 'one' },
    { name: 'access slow', status: 'warn', detail: expect.stringContaining('not looked through after 0.03 s') },
  ]);
});

it('looks at several at once, and not at all of them', async () => {
  let [now, most] = [0, 0];
  const look: Look = async function* () {
    most = Math.max(most, ++now);
    await wait(5);
    now--;
    yield { type: 'works', text: 'fine' };
  };
  const found = await check(appOf(Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`s${n}`, look]))));
  expect(found).toHaveLength(20);
  expect(most).toBe(4);
});

it('takes a login out of an address', async () => {
  const look: Look = async function* () {
    yield { type: 'missing', text: 'https://me:hunter2@ghe.example/api: 403' };
    throw new Error('https://me:hunter2@ghe.example/api: odd');
  };
  const found = await check(appOf({ a: look }));
  expect(found.map(({ detail }) => detail)).toEqual(['https://…@ghe.example/api: 403', 'https://…@ghe.example/api: odd']);
});

it('ends when it is told to', async () => {
  const look: Look = async function* () {
    await new Promise<void>(() => {});
    yield { type: 'works', text: 'too late' };
  };
  await expect(checkAccess(appOf({ a: look }), { signal: AbortSignal.timeout(20) })).rejects.toThrow();
});
