/** When an analysis is computed anew, and when the one before is still of the graph. */
import { expect, it } from 'vitest';
import { analyze, askRisks } from '../../src/app/analyze.ts';
import { collectSource } from '../../src/app/collect.ts';
import { deriveFacts } from '../../src/app/derive.ts';
import { openWorkflowAndFacts } from './workflow-and-facts.ts';

const { signal } = new AbortController();

async function collected() {
  const app = await openWorkflowAndFacts();
  for (const source of app.sources) await collectSource(app, source, { signal, isOneOfSeveral: true });
  return app;
}

const isFresh = async (app: Awaited<ReturnType<typeof collected>>) => (await analyze(app)).stages.length === 0;

it('is computed once for one graph', async () => {
  await using app = await collected();
  expect([await isFresh(app), await isFresh(app)]).toEqual([false, true]);
});

it('is computed anew when joins say more of the same generation', async () => {
  await using app = await collected();
  await analyze(app);
  expect(await deriveFacts(app)).toBeGreaterThan(0);
  expect([await isFresh(app), await isFresh(app)]).toEqual([false, true]);
});

it('names nothing of a source that was forgotten', async () => {
  await using app = await collected();
  const named = async () => (await askRisks(app, { limit: 100 })).map(({ key }) => key);
  expect(await named()).toContain('github:acme/shop');
  await app.store.forget('acme');
  expect(await named()).not.toContain('github:acme/shop');
});

it('is not taken for one of a graph that changed while it was computed', async () => {
  await using app = await collected();
  const onProgress = async (_: number, what: string) => {
    if (what === 'save') await app.store.forget('facts');
  };
  await analyze(app, { onProgress });
  expect([await isFresh(app), await isFresh(app)]).toEqual([false, true]);
});
