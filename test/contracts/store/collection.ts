import { expect, it } from 'vitest';
import { EVERY_SCOPE } from '../../../src/model/collection.ts';
import type { Store } from '../../../src/ports/store.ts';
import * as say from './samples.ts';

const app = say.role('app');
const old = say.role('old');
const data = say.bucket('data');
const reads = say.edge(app, 'CAN_READ', data);

export function collectionContract(open: () => Promise<Store>): void {
  it('advances the generation by one for each committed collection', async () => {
    await using store = await open();
    expect(await store.generation()).toBe(0);
    const run = await say.begin(store, 'aws');
    expect(run.generation).toBe(1);
    expect(await store.generation()).toBe(0);
    expect((await store.commitCollection(run, say.outcome())).generation).toBe(1);
    expect((await say.collect(store, 'facts', [])).generation).toBe(2);
    expect(await store.generation()).toBe(2);
  });

  it('gives two origins that run at once a generation each', async () => {
    await using store = await open();
    const [one, two] = [await say.begin(store, 'one'), await say.begin(store, 'two')];
    await store.writeFacts(one, say.batch({ entities: [app] }));
    await store.writeFacts(two, say.batch({ entities: [data] }));
    await store.commitCollection(two, say.outcome(say.complete('one')));
    expect(await store.commitCollection(one, say.outcome(say.complete('one')))).toMatchObject({ generation: 2, swept: 0 });
    expect(await say.keysOf(store)).toEqual([app.key, data.key]);
    expect(await say.collect(store, 'one', [{ entities: [app] }])).toMatchObject({ generation: 3, swept: 0 });
  });

  it('sweeps what a complete scope did not refresh', async () => {
    await using store = await open();
    await say.collect(store, 'aws', [{ entities: [app, old, data], relationships: [reads, say.edge(old, 'CAN_READ', data)] }]);
    const committed = await say.collect(store, 'aws', [{ entities: [app, data], relationships: [reads] }]);
    expect(committed).toEqual({ generation: 2, swept: 2, entities: 2, relationships: 1 });
    expect(await say.keysOf(store)).toEqual([app.key, data.key]);
    expect(await say.namesOf(store)).toEqual([say.idOf(reads)]);
  });

  it('sweeps nothing of a partial scope, and says what was missing', async () => {
    await using store = await open();
    await say.collect(store, 'aws', [{ entities: [app, old] }]);
    const scopes = [say.partial('one', 'iam:ListRoles: denied')];
    expect(await say.collect(store, 'aws', [{ entities: [app] }], { scopes, minute: 9 })).toMatchObject({
      swept: 0,
      entities: 2,
    });
    expect(await say.keysOf(store)).toEqual([app.key, old.key]);
    expect(await store.sources()).toEqual([
      { name: 'aws', type: 'aws', scopes, lastRun: say.at(9), generation: 2, layersMissing: [] },
    ]);
  });

  it('neither sweeps nor completes a scope that this run did not see: it is absent', async () => {
    await using store = await open();
    await say.collect(store, 'aws', [
      { scope: 'one', entities: [app] },
      { scope: 'two', entities: [old] },
    ]);
    expect((await say.collect(store, 'aws', [{ scope: 'one', entities: [app] }])).swept).toBe(0);
    expect(await say.keysOf(store)).toEqual([app.key, old.key]);
    const [source] = await store.sources();
    expect(source?.scopes).toEqual([say.complete('one'), { scope: 'two', coverage: 'absent', missing: [] }]);
  });

  it('takes every scope for partial when the broken thing does not tell whose it is', async () => {
    await using store = await open();
    await say.collect(store, 'aws', [
      { scope: 'one', entities: [app, old] },
      { scope: 'two', entities: [data] },
    ]);
    const scopes = [say.complete('one'), say.partial(EVERY_SCOPE, 'x.json: line 3: broken')];
    expect((await say.collect(store, 'aws', [{ scope: 'one', entities: [app] }], { scopes })).swept).toBe(0);
    const [source] = await store.sources();
    expect(source?.scopes).toEqual([
      say.partial(EVERY_SCOPE, 'x.json: line 3: broken'),
      say.partial('one', 'x.json: line 3: broken'),
      say.partial('two', 'x.json: line 3: broken'),
    ]);
    await say.collect(store, 'aws', [
      { scope: 'one', entities: [app] },
      { scope: 'two', entities: [data] },
    ]);
    expect((await store.sources())[0]?.scopes).toEqual([say.complete('one'), say.complete('two')]);
    expect(await say.keysOf(store)).toEqual([app.key, data.key]);
  });

  it('records layers that were missing and the newest event', async () => {
    await using store = await open();
    const run = await say.begin(store, 'trail', 3);
    await store.commitCollection(run, {
      type: 'cloudtrail',
      scopes: [say.complete('b'), say.complete('a')],
      layersMissing: ['service control policies'],
      newestEvent: say.at(-5),
    });
    expect(await store.sources()).toEqual([
      {
        name: 'trail',
        type: 'cloudtrail',
        scopes: [say.complete('a'), say.complete('b')],
        lastRun: say.at(3),
        generation: 1,
        layersMissing: ['service control policies'],
        newestEvent: say.at(-5),
      },
    ]);
  });

  it('never sweeps observed facts, nor the entities that only they need', async () => {
    await using store = await open();
    const used = say.edge(old, 'ACCESSED', data, { basis: 'observed', uses: 3, lastUsed: say.at(-5) });
    await say.collect(store, 'trail', [{ entities: [app, old, data], relationships: [used, say.edge(app, 'CAN_READ', data)] }]);
    const { swept } = await say.collect(store, 'trail', [{ scope: 'one' }]);
    expect(swept).toBe(2);
    expect(await say.keysOf(store)).toEqual([old.key, data.key]);
    expect(await say.namesOf(store)).toEqual([say.idOf(used)]);
  });

  it('keeps an entity alive as a stub while another origin still names it', async () => {
    await using store = await open();
    await say.collect(store, 'aws', [{ entities: [app, data] }]);
    await say.collect(store, 'facts', [{ entities: [say.stub(app), say.stub(data)], relationships: [reads] }]);
    expect((await say.collect(store, 'aws', [{ scope: 'one' }])).swept).toBe(2);
    expect((await store.entities([app.key]))[0]).toMatchObject({ stub: true, name: app.key });
    expect(await say.namesOf(store)).toEqual([say.idOf(reads)]);
  });

  it('removes the relationships of an entity that nobody claims any more, and counts them', async () => {
    await using store = await open();
    await say.collect(store, 'aws', [{ entities: [app, data] }]);
    await say.collect(store, 'facts', [{ relationships: [reads] }]);
    expect((await say.collect(store, 'aws', [{ entities: [app] }])).swept).toBe(2);
    expect(await say.namesOf(store)).toEqual([]);
    expect(await store.neighbours({ keys: [app.key], direction: 'out', limit: 5 })).toEqual([]);
  });

  it('keeps what a crashed run wrote until a complete run sweeps it, and sweeps nothing for the crashed one', async () => {
    await using store = await open();
    await say.collect(store, 'aws', [{ entities: [app] }]);
    const crashed = await say.begin(store, 'aws');
    await store.writeFacts(crashed, say.batch({ entities: [old] }));
    expect(await store.generation()).toBe(1);
    expect(await say.keysOf(store)).toEqual([app.key, old.key]);
    expect(await say.collect(store, 'aws', [{ entities: [app] }])).toMatchObject({ generation: 2, swept: 1 });
    expect(await say.keysOf(store)).toEqual([app.key]);
  });

  it('takes the same begin and the same commit twice for one', async () => {
    await using store = await open();
    const run = await store.beginCollection('aws', 'run-a', say.at(0));
    await store.writeFacts(run, say.batch({ entities: [app, old] }));
    expect(await store.beginCollection('aws', 'run-a', say.at(0))).toEqual(run);
    await store.writeFacts(run, say.batch({ entities: [app] }));
    const committed = await store.commitCollection(run, say.outcome(say.complete('one')));
    expect(await store.commitCollection(run, say.outcome(say.complete('one')))).toEqual(committed);
    expect(await store.generation()).toBe(1);
  });

  it('counts what the origin claims, each entity once', async () => {
    await using store = await open();
    await say.collect(store, 'facts', [{ entities: [say.role('unrelated')] }]);
    const committed = await say.collect(store, 'aws', [
      { scope: 'one', entities: [app, data], relationships: [reads] },
      { scope: 'two', entities: [app, data], relationships: [reads] },
    ]);
    expect(committed).toMatchObject({ entities: 2, relationships: 1 });
  });
}
