import { expect, it } from 'vitest';
import type { Store } from '../../../src/ports/store.ts';
import * as say from './samples.ts';

const app = say.role('app');
const data = say.bucket('data');
const reads = say.edge(app, 'CAN_READ', data);

/** An origin whose first load is behind it, so that changes come row by row. */
const started = async (open: () => Promise<Store>): Promise<Store> => {
  const store = await open();
  await say.collect(store, 'aws', [{ entities: [say.role('first')] }]);
  return store;
};
const first = { entities: [say.role('first')] };

export function changesContract(open: () => Promise<Store>): void {
  it('writes one rebuild for the first load of an origin', async () => {
    await using store = await open();
    expect(await store.changes(0, 10)).toEqual({ changes: [], head: 0 });
    await say.collect(store, 'aws', [{ entities: [app] }, { entities: [data], relationships: [reads] }]);
    expect(await store.changes(0, 10)).toEqual({
      changes: [{ seq: 1, op: 'rebuild', type: 'graph', id: '', generation: 1 }],
      head: 1,
    });
  });

  it('says rebuild for what a crashed first load left', async () => {
    await using store = await open();
    const crashed = await say.begin(store, 'aws');
    await store.writeFacts(crashed, say.batch({ entities: [app] }));
    await say.collect(store, 'aws', [{ entities: [app] }]);
    expect(await say.changesAfter(store, 0)).toEqual([{ op: 'rebuild', type: 'graph', id: '' }]);
  });

  it('is gap-free, in commit order, and tells upserts from deletes', async () => {
    await using store = await started(open);
    const head = await say.headOf(store);
    await say.collect(store, 'aws', [first, { entities: [app, data], relationships: [reads] }]);
    await say.collect(store, 'aws', [first, { entities: [{ ...app, name: 'renamed' }] }]);
    const { changes, head: end } = await store.changes(head, 100);
    expect(changes.map((c) => c.seq)).toEqual(changes.map((_, n) => head + 1 + n));
    expect(end).toBe(changes.at(-1)?.seq);
    const told = changes.map((c) => `${c.generation} ${c.op} ${c.type} ${c.id}`);
    expect(told.slice(0, 3).sort()).toEqual(
      [`2 upsert entity ${app.key}`, `2 upsert entity ${data.key}`, `2 upsert relationship ${say.idOf(reads)}`].sort(),
    );
    expect(told.slice(3).sort()).toEqual(
      [`3 upsert entity ${app.key}`, `3 delete entity ${data.key}`, `3 delete relationship ${say.idOf(reads)}`].sort(),
    );
  });

  it('hands changes out in portions', async () => {
    await using store = await started(open);
    await say.collect(store, 'aws', [first, { entities: [app, data], relationships: [reads] }]);
    const one = await store.changes(1, 2);
    expect(one.changes.map((c) => c.seq)).toEqual([2, 3]);
    expect(one.head).toBe(4);
    expect((await store.changes(3, 2)).changes.map((c) => c.seq)).toEqual([4]);
    expect((await store.changes(4, 2)).changes).toEqual([]);
  });

  it('says upsert when a claim goes and another stays', async () => {
    await using store = await started(open);
    await say.collect(store, 'aws', [first, { entities: [app] }]);
    await say.collect(store, 'facts', [{ entities: [say.stub(app)] }]);
    const head = await say.headOf(store);
    await say.collect(store, 'aws', [first]);
    expect(await say.changesAfter(store, head)).toEqual([{ op: 'upsert', type: 'entity', id: app.key }]);
  });

  it('keeps what an entity was, as closed versions before the open one', async () => {
    await using store = await started(open);
    await say.collect(store, 'aws', [first, { entities: [app] }]);
    await say.collect(store, 'aws', [first, { entities: [app] }]);
    await say.collect(store, 'aws', [first, { entities: [{ ...app, name: 'renamed', tier: 1 }] }]);
    const versions = await store.versions(app.key);
    expect(versions.map(({ id, from, to }) => ({ id, from, to }))).toEqual([
      { id: app.key, from: 2, to: 4 },
      { id: app.key, from: 4, to: null },
    ]);
    expect(versions.map((v) => v.body)).toMatchObject([
      { key: app.key, name: 'app' },
      { key: app.key, name: 'renamed', tier: 1 },
    ]);
    await say.collect(store, 'aws', [first]);
    expect((await store.versions(app.key)).map((v) => v.to)).toEqual([4, 5]);
    expect(await store.versions('aws:never')).toEqual([]);
  });

  it('keeps versions of relationships, through removal and return', async () => {
    await using store = await started(open);
    const ends = { entities: [...first.entities, app, data] };
    await say.collect(store, 'aws', [{ ...ends, relationships: [reads] }]);
    await say.collect(store, 'aws', [{ ...ends, relationships: [{ ...reads, certainty: 'possible' }] }]);
    await say.collect(store, 'aws', [ends]);
    await say.collect(store, 'aws', [{ ...ends, relationships: [reads] }]);
    const versions = await store.versions(say.idOf(reads));
    expect(versions.map((v) => [v.from, v.to])).toEqual([
      [2, 3],
      [3, 4],
      [5, null],
    ]);
    expect(versions.map((v) => v.body)).toMatchObject([
      { certainty: 'definite' },
      { certainty: 'possible' },
      { certainty: 'definite' },
    ]);
  });

  it('answers a first load with its open version, from the generation that loaded it', async () => {
    await using store = await open();
    await say.collect(store, 'other', []);
    await say.collect(store, 'aws', [{ entities: [app, data], relationships: [reads] }]);
    expect(await store.versions(app.key)).toMatchObject([{ from: 2, to: null, body: { name: 'app' } }]);
    expect(await store.versions(say.idOf(reads))).toMatchObject([{ from: 2, to: null, body: { kind: 'CAN_READ' } }]);
  });

  it('prunes history, and answers rebuild to those who ask for what is gone', async () => {
    await using store = await started(open);
    await say.collect(store, 'aws', [first, { entities: [app] }]);
    await say.collect(store, 'aws', [first, { entities: [{ ...app, name: 'two' }] }]);
    await say.collect(store, 'aws', [first, { entities: [{ ...app, name: 'three' }] }]);
    const { head } = await store.changes(0, 1);
    expect(await store.pruneHistory(4)).toBeGreaterThan(0);
    expect((await store.versions(app.key)).map((v) => [v.from, v.to])).toEqual([
      [3, 4],
      [4, null],
    ]);
    const { changes } = await store.changes(0, 10);
    expect(changes).toEqual([{ seq: head, op: 'rebuild', type: 'graph', id: '', generation: 4 }]);
    expect((await store.changes(head - 1, 10)).changes).toMatchObject([{ seq: head, op: 'upsert', id: app.key }]);
    await say.collect(store, 'aws', [first, { entities: [{ ...app, name: 'four' }] }]);
    expect((await store.changes(head, 10)).changes.map((c) => c.seq)).toEqual([head + 1]);
    expect(await store.pruneHistory(4)).toBe(0);
  });

  it('knows which generation was the newest before a time', async () => {
    await using store = await open();
    expect(await store.generationBefore(say.at(50))).toBe(0);
    for (const minute of [0, 10, 20]) await say.collect(store, 'aws', [{ entities: [app] }], { minute });
    const before = (minute: number) => store.generationBefore(say.at(minute));
    expect(await Promise.all([0, 1, 10, 11, 90].map(before))).toEqual([0, 1, 1, 2, 3]);
  });
}
