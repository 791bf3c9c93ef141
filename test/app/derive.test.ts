/** The joins after collections: each source collected alone ends with them, several end with them once. */
import { expect, it } from 'vitest';
import { collectSource } from '../../src/app/collect.ts';
import { deriveFacts } from '../../src/app/derive.ts';
import type { ComposedApp } from '../../src/compose.ts';
import { JOB, openWorkflowAndFacts } from './workflow-and-facts.ts';

const { signal } = new AbortController();
const used = async ({ store }: ComposedApp) =>
  (await store.neighbours({ keys: [JOB], direction: 'out', kinds: ['USES'], limit: 10 })).map(({ target }) => target);

it('joins after each source that is collected alone', async () => {
  await using app = await openWorkflowAndFacts();
  for (const source of app.sources) await collectSource(app, source, { signal });
  expect(await used(app)).toEqual(['postgres:main/roles/app/password']);
});

it('joins once where the caller collects several, and takes back what no longer follows', async () => {
  await using app = await openWorkflowAndFacts();
  for (const source of app.sources) await collectSource(app, source, { signal, isOneOfSeveral: true });
  expect(await used(app)).toEqual([]);
  expect(await deriveFacts(app)).toBeGreaterThan(0);
  expect(await used(app)).toEqual(['postgres:main/roles/app/password']);
  expect(await deriveFacts(app)).toBe(0);
  await app.store.forget('facts');
  await deriveFacts(app);
  expect(await used(app)).toEqual([]);
});
