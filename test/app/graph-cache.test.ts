import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createGraphCache } from '../../src/app/graph-cache.ts';
import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts';
import * as say from '../contracts/store/samples.ts';
import { workspace } from '../e2e/cli.ts';

const HOUR_MS = 3_600_000;

async function opened() {
  const store = await openSqliteStore({ path: join(workspace(), 'store.db') });
  await say.collect(store, 'aws', [{ entities: [say.role('a')] }]);
  let now = Date.parse('2026-01-15T12:10:00.000Z');
  let readings = 0;
  let isAway = false;
  const readGraph = store.readGraph.bind(store);
  Object.assign(store, {
    readGraph: () => {
      readings++;
      if (isAway) throw new Error('the store is away');
      return readGraph();
    },
  });
  return {
    store,
    graph: createGraphCache(store, () => new Date(now)),
    readings: () => readings,
    wait(ms: number) {
      now += ms;
    },
    away(is: boolean) {
      isAway = is;
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

it('is read once for questions in a row, and those that are asked at once', async () => {
  await using at = await opened();
  const first = await at.graph();
  for (const graph of await Promise.all([at.graph(), at.graph()])) expect(graph).toBe(first);
  expect(at.readings()).toBe(1);
});

it('is read anew after a collection, even one that found nothing new', async () => {
  await using at = await opened();
  expect((await at.graph()).generation).toBe(1);
  await say.collect(at.store, 'aws', [{ entities: [say.role('a')] }]);
  expect((await at.graph()).generation).toBe(2);
});

it('is read anew in the next hour: something may have expired', async () => {
  await using at = await opened();
  const before = await at.graph();
  at.wait(HOUR_MS);
  expect(await at.graph()).not.toBe(before);
});

it('is asked for again after a reading that failed', async () => {
  await using at = await opened();
  at.away(true);
  await expect(at.graph()).rejects.toThrow('the store is away');
  at.away(false);
  expect((await at.graph()).generation).toBe(1);
});
