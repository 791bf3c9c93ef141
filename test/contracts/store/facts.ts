import { expect, it } from 'vitest';
import { InputError, RefusedError } from '../../../src/model/errors.ts';
import type { Store } from '../../../src/ports/store.ts';
import * as say from './samples.ts';

const app = say.role('app');
const data = say.bucket('data');
const reads = say.edge(app, 'ACCESSED', data, { reason: 'statement Read of policy app' });

export function factsContract(open: () => Promise<Store>): void {
  it('returns what was written, with its claim', async () => {
    await using store = await open();
    const fact = say.role('app', {
      properties: { path: '/', tags: { b: '2', a: ['x', null, 1.5, true] } },
      tier: 1,
      environment: 'prod',
      owner: 'owner:team/shop',
      intendedUse: 'the shop',
      trustTier: 'high',
      state: 'active',
      expiresAt: say.at(500),
    });
    const relationship = say.edge(app, 'USES', data, {
      basis: 'observed',
      certainty: 'conditional',
      reason: 'seen',
      condition: 'MFA is present',
      conditionClass: 'possession',
      alternative: { group: 'g', option: 'o' },
      firstSeen: say.at(-90),
      lastUsed: say.at(-10),
      uses: 12,
      properties: { action: 'read' },
    });
    await say.collect(store, 'aws', [{ entities: [fact, data], relationships: [relationship] }], { minute: 7 });

    const [entity] = await store.entities([fact.key]);
    const claim = { origin: 'aws', scope: 'one', generation: 1, since: say.at(7), lastSeen: say.at(7) };
    expect(entity).toEqual({
      ...fact,
      stub: false,
      firstSeen: say.at(7),
      lastSeen: say.at(7),
      generation: 1,
      claims: [{ ...claim, fact }],
    });
    const [stored] = await store.relationships([relationship]);
    expect(stored).toEqual({
      ...relationship,
      firstSeen: say.at(-90),
      lastSeen: say.at(7),
      generation: 1,
      claims: [{ ...claim, fact: relationship }],
    });
  });

  it('keeps CONTAINS levels, EXPOSES versions and a tier of 0', async () => {
    await using store = await open();
    const contains = say.edge(app, 'CONTAINS', data, { levels: ['read', 'control'] });
    const exposes = say.edge(app, 'EXPOSES', data, { version: 'previous' });
    const none = say.edge(data, 'CONTAINS', app, { levels: [] });
    await say.collect(store, 'aws', [
      { entities: [say.role('app', { tier: 0 }), data], relationships: [contains, exposes, none] },
    ]);
    const rows = await say.listOf(store.readGraph());
    expect(rows.flatMap((r) => r.entities ?? []).map((e) => e.tier)).toEqual([0, undefined]);
    expect(rows.flatMap((r) => r.relationships ?? [])).toEqual([contains, exposes, none]);
    expect((await store.relationships([contains, exposes, none])).map((r) => r.claims[0]?.fact)).toEqual(
      expect.arrayContaining([contains, exposes, none]),
    );
  });

  it('changes nothing but lastSeen and generation when the same facts come again', async () => {
    await using store = await open();
    const facts = { entities: [app, data], relationships: [reads] };
    await say.collect(store, 'aws', [facts], { minute: 0 });
    const head = await say.headOf(store);
    await say.collect(store, 'aws', [facts], { minute: 30 });
    expect(await say.changesAfter(store, head)).toEqual([]);
    const [entity] = await store.entities([app.key]);
    expect(entity).toMatchObject({ firstSeen: say.at(0), lastSeen: say.at(30), generation: 2 });
    expect(entity?.claims).toHaveLength(1);
    expect((await store.relationships([reads]))[0]).toMatchObject({ firstSeen: say.at(0), lastSeen: say.at(30), generation: 2 });
  });

  it('does not take the order of properties for a change', async () => {
    await using store = await open();
    await say.collect(store, 'aws', [{ entities: [say.role('app', { properties: { a: 1, b: { c: 1, d: 2 } } })] }]);
    const head = await say.headOf(store);
    await say.collect(store, 'aws', [{ entities: [say.role('app', { properties: { b: { d: 2, c: 1 }, a: 1 } })] }]);
    expect(await say.changesAfter(store, head)).toEqual([]);
  });

  it('merges the claims of several origins and keeps each', async () => {
    await using store = await open();
    await say.collect(store, 'aws', [
      { entities: [say.role('app', { tier: 2, properties: { path: '/' } }), data], relationships: [reads] },
    ]);
    await say.collect(store, 'facts', [
      {
        entities: [{ ...say.stub(app), overlay: true, tier: 0 }, say.stub(data)],
        relationships: [{ ...reads, certainty: 'possible', basis: 'declared', reason: 'said so' }],
      },
    ]);
    const [entity] = await store.entities([app.key]);
    expect(entity).toMatchObject({ name: 'app', kind: 'Role', tier: 0, stub: false, properties: { path: '/' } });
    expect(entity?.claims.map((c) => c.origin).sort()).toEqual(['aws', 'facts']);
    const [merged] = await store.relationships([reads]);
    expect(merged).toMatchObject({ certainty: 'definite', basis: 'entitled', reason: reads.reason });
    expect(merged?.claims.map((c) => c.origin).sort()).toEqual(['aws', 'facts']);
  });

  it('lets no stub override kind, name or properties, whichever comes first', async () => {
    await using store = await open();
    const named = { ...say.stub(app), kind: 'ServiceAccount' as const };
    await say.collect(store, 'leaks', [{ entities: [named] }]);
    expect((await store.entities([app.key]))[0]).toMatchObject({ kind: 'ServiceAccount', stub: true });
    await say.collect(store, 'aws', [{ entities: [app] }]);
    await say.collect(store, 'more', [{ entities: [named] }]);
    const [entity] = await store.entities([app.key]);
    expect(entity).toMatchObject({ kind: 'Role', name: 'app', stub: false });
    expect(entity).not.toHaveProperty('conflicts');
  });

  it('shows a conflict of kinds, and the inventory of the provider wins', async () => {
    await using store = await open();
    await say.collect(store, 'a-other', [{ entities: [{ ...app, kind: 'User', provider: 'okta', name: 'else' }] }]);
    await say.collect(store, 'z-aws', [{ entities: [app] }]);
    const [entity] = await store.entities([app.key]);
    expect(entity).toMatchObject({ kind: 'Role', name: 'app' });
    expect(entity?.conflicts).toHaveLength(2);
    expect((await store.page({ filter: { kinds: ['User'] }, orderBy: 'key', first: 10 })).total).toBe(0);
  });

  it('takes a stub and the thing itself from one scope, in either order and over several batches', async () => {
    await using store = await open();
    const collectBoth = () =>
      say.collect(store, 'aws', [{ entities: [say.stub(app), data] }, { entities: [app, say.stub(data)] }]);
    await collectBoth();
    expect(await store.entities([app.key, data.key])).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'app', stub: false }),
        expect.objectContaining({ name: 'data', stub: false }),
      ]),
    );
    const head = await say.headOf(store);
    await collectBoth();
    expect(await say.changesAfter(store, head)).toEqual([]);
    await say.collect(store, 'aws', [{ entities: [say.stub(app), data] }]);
    expect((await store.entities([app.key]))[0]).toMatchObject({ name: app.key, stub: true });
  });

  it('keeps the surest of two statements about one relationship in one batch', async () => {
    await using store = await open();
    const weak = say.edge(app, 'CAN_READ', data, { certainty: 'possible', reason: 'weak' });
    const strong = say.edge(app, 'CAN_READ', data, { certainty: 'definite', reason: 'strong' });
    await say.collect(store, 'aws', [{ entities: [app, data], relationships: [strong, weak] }]);
    expect((await store.relationships([weak]))[0]).toMatchObject({ certainty: 'definite', reason: 'strong' });
  });

  it('refuses a relationship to an entity that nobody claims, and writes nothing of that batch', async () => {
    await using store = await open();
    const run = await say.begin(store, 'aws');
    const writing = store.writeFacts(run, say.batch({ entities: [app], relationships: [reads] }));
    await expect(writing).rejects.toThrow(InputError);
    await expect(writing).rejects.toThrow(data.key);
    await expect(writing).rejects.toThrow(app.key);
    expect(await store.entities([app.key])).toEqual([]);
  });

  it('accepts a relationship whose ends another origin claims', async () => {
    await using store = await open();
    await say.collect(store, 'aws', [{ entities: [app, data] }]);
    await say.collect(store, 'trail', [{ relationships: [reads] }]);
    expect(await say.namesOf(store)).toEqual([say.idOf(reads)]);
  });

  it('accepts a relationship from an entity to itself', async () => {
    await using store = await open();
    const self = say.edge(app, 'CAN_ASSUME', app);
    await say.collect(store, 'aws', [{ entities: [app], relationships: [self] }]);
    expect(await store.neighbours({ keys: [app.key], direction: 'in', limit: 5 })).toHaveLength(1);
    expect((await say.collect(store, 'aws', [{ scope: 'one' }])).swept).toBe(2);
  });

  it('refuses facts of a run that has ended', async () => {
    await using store = await open();
    const first = await say.begin(store, 'aws');
    await store.commitCollection(first, say.outcome());
    await expect(store.writeFacts(first, say.batch({ entities: [app] }))).rejects.toThrow(RefusedError);
    const second = await say.begin(store, 'aws');
    await say.begin(store, 'aws');
    await expect(store.writeFacts(second, say.batch({ entities: [app] }))).rejects.toThrow(RefusedError);
    expect(await store.entities([app.key])).toEqual([]);
  });

  it('replaces what a join said, without a new generation', async () => {
    await using store = await open();
    const assumes = say.edge(app, 'CAN_CONTROL', data, { basis: 'inferred', reason: 'joined' });
    await say.collect(store, 'aws', [{ entities: [app, data], relationships: [reads] }]);
    expect(await store.replaceDerived('join:x', say.at(1), { entities: [], relationships: [assumes] })).toBe(1);
    expect(await store.replaceDerived('join:x', say.at(2), { entities: [], relationships: [assumes] })).toBe(0);
    expect(await say.namesOf(store)).toEqual([say.idOf(reads), say.idOf(assumes)].sort());
    expect((await store.relationships([assumes]))[0]?.lastSeen).toBe(say.at(2));
    const head = await say.headOf(store);
    expect(await store.replaceDerived('join:x', say.at(3), { entities: [], relationships: [] })).toBe(1);
    expect(await say.changesAfter(store, head)).toEqual([{ op: 'delete', type: 'relationship', id: say.idOf(assumes) }]);
    expect(await store.generation()).toBe(1);
    expect(await say.namesOf(store)).toEqual([say.idOf(reads)]);
  });

  it('lets a join say less than it said before, without a new generation', async () => {
    await using store = await open();
    const sure = say.edge(app, 'CAN_CONTROL', data, { basis: 'inferred', reason: 'joined' });
    const unsure = say.edge(app, 'CAN_CONTROL', data, { basis: 'inferred', certainty: 'possible', reason: 'joined' });
    await say.collect(store, 'aws', [{ entities: [app, data] }]);
    await store.replaceDerived('join:x', say.at(1), { entities: [], relationships: [sure] });
    await store.replaceDerived('join:x', say.at(2), { entities: [], relationships: [unsure] });
    expect((await store.relationships([sure]))[0]?.certainty).toBe('possible');
  });

  it('shows what all scopes together say of an entity, however many claim it and in whatever order', async () => {
    await using store = await open();
    const scopes = Array.from({ length: 30 }, (_, at) => `scope-${at}`);
    const says = (at: number) => ({ ...(at === 7 ? { tier: 1 as const } : {}), ...(at === 20 ? { owner: 'team/shop' } : {}) });
    const batches = scopes.map((scope, at) => ({ scope, entities: [at === 0 ? app : { ...say.stub(app), ...says(at) }] }));
    await say.collect(store, 'aws', batches);
    const search = (filter: { tier: 1 } | { owner: string }) =>
      store.page({ filter, orderBy: 'key', first: 5 }).then(({ entities }) => entities.map(({ key }) => key));
    expect(await search({ tier: 1 })).toEqual([app.key]);
    expect(await search({ owner: 'team/shop' })).toEqual([app.key]);
    const [shown] = await store.entities([app.key]);
    expect(shown).toMatchObject({ name: app.name, tier: 1, owner: 'team/shop', stub: false });
    expect(shown?.claims).toHaveLength(30);
    await say.collect(
      store,
      'aws',
      batches.map((batch) => ({ ...batch, entities: batch.entities.map(({ tier: _, ...fact }) => fact as typeof app) })),
      { minute: 1 },
    );
    expect(await search({ tier: 1 })).toEqual([]);
    expect((await store.versions(app.key)).length).toBe(2);
  });

  it('keeps entities of a join, and drops them with what hangs from them when the join says them no more', async () => {
    await using store = await open();
    const made = say.bucket('made');
    const link = say.edge(app, 'CAN_READ', made);
    await say.collect(store, 'aws', [{ entities: [app] }]);
    await store.replaceDerived('join:x', say.at(1), { entities: [made], relationships: [link] });
    await store.replaceDerived('join:x', say.at(2), { entities: [], relationships: [] });
    expect(await say.keysOf(store)).toEqual([app.key]);
    expect(await say.namesOf(store)).toEqual([]);
  });

  it('writes several batches at once, each under its scope, all of them or none', async () => {
    await using store = await open();
    const run = await say.begin(store, 'aws');
    const of = (scope: string, ...entities: (typeof app)[]) => say.batch({ scope, entities });
    await store.writeFacts(run, of('one', app, data), of('two', app), of('three', say.stub(app)));
    const claims = async () =>
      (await store.entities([app.key]))[0]?.claims.map(({ scope, fact }) => [scope, fact.stub === true] as const);
    expect(new Map(await claims())).toEqual(
      new Map([
        ['one', false],
        ['two', false],
        ['three', true],
      ]),
    );
    const broken = say.batch({ scope: 'five', relationships: [say.edge(app, 'CAN_READ', say.bucket('unclaimed'))] });
    await expect(store.writeFacts(run, of('four', say.role('other')), broken)).rejects.toThrow(InputError);
    await store.writeFacts(run, of('one', app, data), of('two', app), of('three', say.stub(app)));
    const scopes = ['one', 'two', 'three', 'four', 'five'].map(say.complete);
    await store.commitCollection(run, say.outcome(...scopes));
    expect(await say.keysOf(store)).toEqual([app.key, data.key]);
    expect(await claims()).toHaveLength(3);
  });

  it('forgets an origin, or one scope of it', async () => {
    await using store = await open();
    const other = say.role('other');
    await say.collect(store, 'aws', [
      { scope: 'one', entities: [app, data], relationships: [reads] },
      { scope: 'two', entities: [other] },
    ]);
    await say.collect(store, 'facts', [{ entities: [say.stub(app)] }]);
    expect(await store.forget('aws', 'one')).toBe(3);
    expect(await say.keysOf(store)).toEqual([app.key, other.key]);
    expect((await store.entities([app.key]))[0]?.stub).toBe(true);
    expect((await store.sources()).find((s) => s.name === 'aws')?.scopes.map((s) => s.scope)).toEqual(['two']);
    expect(await store.forget('aws')).toBe(1);
    expect((await store.sources()).map((s) => s.name)).toEqual(['facts']);
    expect(await store.forget('aws')).toBe(0);
  });
}
