import { expect, it } from 'vitest';
import type { Store } from '../../../src/ports/store.ts';
import * as say from './samples.ts';

const names = ['delta', 'alpha', 'echo', 'bravo', 'charlie'];
const roles = names.map((name) => say.role(name));
const data = say.bucket('data', { tier: 1, state: 'active', expiresAt: say.at(60) });
const edges = roles.flatMap((r) => [
  say.edge(r, 'CAN_READ', data),
  say.edge(r, 'ACCESSED', data, { lastUsed: say.at(-1), uses: 4 }),
]);

const fill = (store: Store) => say.collect(store, 'aws', [{ entities: [...roles, data], relationships: edges }]);

export function readingContract(open: () => Promise<Store>): void {
  it('streams the graph: entities by key, then relationships by source, kind and target', async () => {
    await using store = await open();
    await fill(store);
    const rows = await say.listOf(store.readGraph());
    const lastOfEntities = rows.findLastIndex((r) => (r.entities?.length ?? 0) > 0);
    const firstOfRelationships = rows.findIndex((r) => (r.relationships?.length ?? 0) > 0);
    expect(lastOfEntities).toBeLessThanOrEqual(firstOfRelationships);
    const entities = rows.flatMap((r) => r.entities ?? []);
    expect(entities.map((e) => e.key)).toEqual([...roles, data].map((e) => e.key).sort());
    expect(entities.at(-1)).toEqual({ key: data.key, kind: 'Resource', tier: 1, state: 'active', expiresAt: say.at(60) });
    expect(entities[0]).toEqual({ key: say.role('alpha').key, kind: 'Role', state: 'unknown' });
    const ids = rows.flatMap((r) => r.relationships ?? []).map((r) => `${r.source} ${r.kind} ${r.target}`);
    expect(ids).toEqual(edges.map(say.idOf).sort());
  });

  it('builds the lean rows from merged claims', async () => {
    await using store = await open();
    await fill(store);
    const surest = say.edge(say.role('alpha'), 'CAN_READ', data, {
      certainty: 'possible',
      basis: 'inferred',
      condition: 'a guess',
    });
    const [first] = roles;
    await say.collect(store, 'facts', [
      {
        relationships: [
          surest,
          say.edge(first!, 'ACCESSED', data, { uses: 9, firstSeen: say.at(2), lastUsed: say.at(5), basis: 'observed' }),
        ],
      },
    ]);
    const rows = (await say.listOf(store.readGraph())).flatMap((r) => r.relationships ?? []);
    const readsOfAlpha = { source: say.role('alpha').key, kind: 'CAN_READ', target: data.key };
    expect(rows.find((r) => r.source === readsOfAlpha.source && r.kind === 'CAN_READ')).toEqual({
      ...readsOfAlpha,
      basis: 'entitled',
      certainty: 'definite',
    });
    expect(rows.find((r) => r.source === first!.key && r.kind === 'ACCESSED')).toMatchObject({
      basis: 'observed',
      uses: 9,
      firstSeen: say.at(2),
      lastUsed: say.at(5),
    });
  });

  it('reads one consistent state while it is written', async () => {
    await using store = await open();
    await fill(store);
    const reading = store.readGraph()[Symbol.asyncIterator]();
    const first = await reading.next();
    await store.forget('aws');
    const entities = [...(first.value?.entities ?? [])];
    const relationships = [...(first.value?.relationships ?? [])];
    for (let next = await reading.next(); !next.done; next = await reading.next()) {
      entities.push(...(next.value.entities ?? []));
      relationships.push(...(next.value.relationships ?? []));
    }
    expect([entities.length, relationships.length]).toEqual([6, 10]);
    expect(await say.keysOf(store)).toEqual([]);
  });

  it('lets a reader stop early', async () => {
    await using store = await open();
    await fill(store);
    for await (const rows of store.readEntities()) {
      expect(rows.length).toBeGreaterThan(0);
      break;
    }
    await say.collect(store, 'aws', [{ entities: [data] }]);
    expect(await say.keysOf(store)).toEqual([data.key]);
  });

  it('reads everything with claims, in the same order', async () => {
    await using store = await open();
    await fill(store);
    const entities = await say.rowsOf(store.readEntities());
    expect(entities.map((e) => e.key)).toEqual([...roles, data].map((e) => e.key).sort());
    expect(entities.every((e) => e.claims.length === 1)).toBe(true);
    expect(await say.namesOf(store)).toEqual(edges.map(say.idOf).sort());
    const resources = await say.rowsOf(store.readEntities({ kinds: ['Resource', 'Owner'] }));
    expect(resources.map((e) => e.key)).toEqual([data.key]);
    const only = await say.rowsOf(store.readRelationships({ kinds: ['CAN_READ'] }));
    expect(only).toHaveLength(5);
    expect(only.every((r) => r.kind === 'CAN_READ' && r.claims.length === 1)).toBe(true);
  });

  it('returns the named entities and relationships that exist', async () => {
    await using store = await open();
    await fill(store);
    expect(await store.entities([])).toEqual([]);
    expect((await store.entities([data.key, 'aws:none', data.key])).map((e) => e.key)).toEqual([data.key]);
    const none = { source: data.key, kind: 'CAN_READ', target: data.key } as const;
    expect((await store.relationships([edges[0]!, none, edges[1]!])).map(say.idOf).sort()).toEqual(
      edges.slice(0, 2).map(say.idOf).sort(),
    );
  });

  it('gives neighbours by direction and kind, limited per key', async () => {
    await using store = await open();
    await fill(store);
    const [one, two] = roles.map((r) => r.key);
    const ask = { keys: [one!, two!, 'aws:none'], direction: 'out', limit: 10 } as const;
    expect(await store.neighbours(ask)).toHaveLength(4);
    expect(await store.neighbours({ ...ask, limit: 1 })).toHaveLength(2);
    const accessed = await store.neighbours({ ...ask, kinds: ['ACCESSED'] });
    expect(accessed.map((r) => r.kind)).toEqual(['ACCESSED', 'ACCESSED']);
    expect(await store.neighbours({ keys: [data.key], direction: 'in', limit: 100 })).toHaveLength(10);
    expect(await store.neighbours({ keys: [data.key], direction: 'in', limit: 3, kinds: ['CAN_READ'] })).toHaveLength(3);
    expect(await store.neighbours({ keys: [data.key], direction: 'out', limit: 100 })).toEqual([]);
  });

  it('counts a neighbour once, however many claim it', async () => {
    await using store = await open();
    await fill(store);
    await say.collect(store, 'facts', [{ relationships: edges }]);
    const found = await store.neighbours({ keys: [roles[0]!.key], direction: 'out', limit: 2 });
    expect(found.map((r) => r.claims.length)).toEqual([2, 2]);
  });

  it('counts entities and relationships by kind', async () => {
    await using store = await open();
    await fill(store);
    await say.collect(store, 'facts', [{ relationships: edges }]);
    expect(await store.counts()).toEqual({ entities: { Role: 5, Resource: 1 }, relationships: { CAN_READ: 5, ACCESSED: 5 } });
  });

  it('streams a load of many batches', async () => {
    await using store = await open();
    const many = Array.from({ length: 3000 }, (_, n) => say.role(`r${String(n).padStart(5, '0')}`));
    const run = await say.begin(store, 'aws');
    for (let n = 0; n < many.length; n += 500) await store.writeFacts(run, say.batch({ entities: many.slice(n, n + 500) }));
    const chain = many.slice(1).map((r, n) => say.edge(many[n]!, 'CAN_ASSUME', r));
    for (let n = 0; n < chain.length; n += 700)
      await store.writeFacts(run, say.batch({ relationships: chain.slice(n, n + 700) }));
    expect(await store.commitCollection(run, say.outcome(say.complete('one')))).toMatchObject({
      entities: 3000,
      relationships: 2999,
      swept: 0,
    });
    const rows = await say.listOf(store.readGraph());
    expect(rows.flatMap((r) => r.entities ?? []).map((e) => e.key)).toEqual(many.map((e) => e.key));
    expect(rows.flatMap((r) => r.relationships ?? []).map((r) => r.target)).toEqual(many.slice(1).map((e) => e.key));
  });
}
