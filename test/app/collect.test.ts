/** A collection whose process stood still, so that another has taken the source over. */
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { App } from '../../src/app/app.ts';
import { collectSource } from '../../src/app/collect.ts';
import { compose } from '../../src/compose.ts';
import { loadConfig } from '../../src/config.ts';
import { MINUTE_MS } from '../../src/model/durations.ts';
import type { Collector } from '../../src/ports/collector.ts';
import { FINGERPRINT_KEY, workspace } from '../e2e/cli.ts';

afterEach(() => void vi.useRealTimers());

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const SCOPE = 'all';
const entity = (name: string) =>
  ({ key: `sample:${name}`, kind: 'Credential', name, provider: 'sample', state: 'active' }) as const;

it('ends what it collects when another process has taken the source over, and sweeps nothing', async () => {
  const folder = workspace({ 'interlock.yaml': 'sources:\n  - { name: facts, type: declared, files: ./facts }\n' });
  const environment = { INTERLOCK_FINGERPRINT_KEY: FINGERPRINT_KEY };
  await using app = await compose(loadConfig({ file: join(folder, 'interlock.yaml'), environment }), { log: silent });
  const later = (minutes: number) => new Date(app.wallClock().getTime() + minutes * MINUTE_MS).toISOString();
  const facts = (name: string) =>
    ({ type: 'facts', scope: SCOPE, entities: [entity(name)], relationships: [], documents: [] }) as const;
  const takenOver: Collector = {
    ...(await app.collectorFor('declared')),
    settings: z.unknown(),
    async *collect(_, { signal }) {
      yield { type: 'scope', scope: SCOPE, coverage: 'complete', missing: [] };
      yield facts('read-before');
      expect(await app.store.acquireLease('collect/facts', 'other', later(60), later(120))).toBe(true);
      const told = once(signal, 'abort');
      vi.advanceTimersByTime(MINUTE_MS);
      await told;
      yield facts('read-after');
    },
  };
  const beside: App = { ...app, collectorFor: async () => takenOver };
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const collected = collectSource(beside, app.sources[0]!, { signal: new AbortController().signal });
  await expect(collected).rejects.toThrow(/collect\/facts was taken by somebody else/);
  expect((await app.store.entities(['sample:read-after'])).length).toBe(0);
  expect((await app.store.sources()).find(({ name }) => name === 'facts')?.scopes ?? []).toEqual([]);
});
