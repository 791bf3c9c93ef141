import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadGraph } from '../../src/app/load-graph.ts';
import { doubtUnseenLayers } from '../../src/app/unseen-layers.ts';
import { certaintyAt } from '../../src/graph/access-graph.ts';
import type { Certainty } from '../../src/model/kinds.ts';
import { relationshipId } from '../../src/model/relationship-id.ts';
import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts';
import * as say from '../contracts/store/samples.ts';

const app = say.role('app');
const other = say.role('other');
const [granted, used, seenElsewhere, gated] = ['granted', 'used', 'seen-elsewhere', 'gated'].map((name) => say.bucket(name));
const facts = [
  say.edge(app, 'CAN_READ', granted!),
  say.edge(app, 'CAN_READ', used!, { basis: 'observed' }),
  say.edge(app, 'CAN_READ', seenElsewhere!),
  say.edge(app, 'CAN_READ', gated!, { certainty: 'conditional', condition: 'from the office' }),
  say.edge(app, 'CAN_ASSUME', other),
  say.edge(app, 'AUTHENTICATES_AS', other),
];
const entities = [app, other, granted!, used!, seenElsewhere!, gated!];

/** A source that saw no service control policies, and one that saw every layer. */
async function blindEstate(layersMissing: readonly string[] = ['service control policies']) {
  const store = await openSqliteStore({ path: join(mkdtempSync(join(tmpdir(), 'interlock-layers-')), 'store.db') });
  const run = await say.begin(store, 'aws');
  await store.writeFacts(run, say.batch({ entities, relationships: facts }));
  await store.commitCollection(run, { type: 'aws', scopes: [say.complete('one')], layersMissing });
  await say.collect(store, 'trail', [{ entities: [app, seenElsewhere!], relationships: [facts[2]!] }]);
  return store;
}

const byId = (rows: Iterable<readonly [string, Certainty]>) => Object.fromEntries(rows);
const expected = byId(
  (['possible', 'definite', 'definite', 'possible', 'possible', 'definite'] as const).map((certainty, i) => [
    relationshipId(facts[i]!),
    certainty,
  ]),
);

it('doubts what a layer that was not collected may deny, but not use that was seen, nor what another source says, nor whose a key is', async () => {
  await using store = await blindEstate();
  const doubted = doubtUnseenLayers(store);
  const read = await doubted.relationships(facts);
  expect(byId(read.map((one) => [relationshipId(one), one.certainty]))).toEqual(expected);
  const condition = read.find(({ target }) => target === gated!.key)?.condition;
  expect(condition).toBe('from the office');
});

it('says the same by every way of reading', async () => {
  await using store = await blindEstate();
  const doubted = doubtUnseenLayers(store);
  const paged = await say.rowsOf(doubted.readRelationships());
  expect(byId(paged.map((one) => [relationshipId(one), one.certainty]))).toEqual(expected);
  const neighbours = await doubted.neighbours({ keys: [app.key], direction: 'out', limit: 100 });
  expect(byId(neighbours.map((one) => [relationshipId(one), one.certainty]))).toEqual(expected);
  const graph = await loadGraph(doubted, new Date(say.at(0)));
  const inMemory = Array.from({ length: graph.size }, (_, i) => certaintyAt(graph, i)).sort();
  expect(inMemory).toEqual(Object.values(expected).sort());
});

it('doubts nothing where every layer was collected, and passes on what is written', async () => {
  await using store = await blindEstate([]);
  const doubted = doubtUnseenLayers(store);
  expect(await doubted.relationships(facts)).toEqual(await store.relationships(facts));
  await say.collect(doubted, 'more', [{ entities: [say.role('late')] }]);
  expect(await store.entities([say.role('late').key])).toHaveLength(1);
});
