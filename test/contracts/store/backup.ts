import { expect, it } from 'vitest';
import { RefusedError } from '../../../src/model/errors.ts';
import { brokenLink, sha256 } from '../../../src/model/ledger.ts';
import type { Store } from '../../../src/ports/store.ts';
import { hold, plan, record } from './plans.ts';
import * as say from './samples.ts';

const app = say.role('app', { tier: 1, properties: { path: '/' } });
const data = say.bucket('data');
const used = say.edge(app, 'USES', data, { alternative: { group: 'g', option: 'o' }, uses: 2, basis: 'observed' });

async function fillEverything(store: Store): Promise<void> {
  await store.checkFingerprintKey('check');
  await say.collect(store, 'aws', [
    { entities: [app, say.stub(app), data, say.role('old')], relationships: [used, say.edge(app, 'CAN_READ', data)] },
  ]);
  await say.collect(store, 'aws', [
    {
      entities: [{ ...app, tier: 0 }, data],
      relationships: [used],
      documents: [{ subject: app.key, type: 't', name: 'n', body: { a: [1] } }],
    },
  ]);
  await say.collect(store, 'facts', [{ entities: [say.stub(app)] }], { scopes: [say.partial('one', 'all of it')] });
  await store.replaceDerived('join:x', say.at(5), {
    entities: [],
    relationships: [say.edge(data, 'DEFINES', app, { certainty: 'possible', condition: 'c' })],
  });
  await store.saveAnalysis({ generation: 3, head: 20, at: say.at(1), risks: [] });
  await store.acceptRisk(
    { finding: 'f', until: say.at(9), reason: 'r', by: 'b', at: say.at(0) },
    say.draft('r1', 'risk-accepted'),
  );
  await store.savePlan(plan('p'), 'local:ada', say.draft('l1'));
  await store.approve(
    { plan: 'p', hash: 'hash-of-p', by: 'ada', at: say.at(1), expiresAt: say.at(60) },
    say.draft('a1', 'approval'),
  );
  await store.moveStep({
    record: record('s1', 'requested'),
    from: ['planned'],
    ledger: [say.draft('i1', 'intent')],
    hold: hold('h1'),
  });
  await store.setPlanState('p', 'running');
  await store.setPaused(true, say.draft('p1', 'pause'));
  await store.addToken(
    { id: 't', name: 't', role: 'admin', hash: sha256('t'), createdAt: say.at(0), expiresAt: null },
    say.draft('t1', 'token'),
  );
  await store.addJob(
    {
      id: 'j',
      name: 'analyze',
      key: 'all',
      payload: {},
      state: 'waiting',
      attempts: 0,
      progress: 0,
      message: '',
      createdAt: say.at(0),
      updatedAt: say.at(0),
    },
    'coalesce',
  );
}

export function backupContract(open: () => Promise<Store>): void {
  it('brings everything back as it was', async () => {
    const store = await open();
    await fillEverything(store);
    const records = await say.listOf(store.exportAll());
    const seen = [await say.rowsOf(store.readEntities()), await say.rowsOf(store.readRelationships()), await store.sources()];
    const past = [await store.versions(app.key), await store.versions(say.role('old').key), await store.versions(say.idOf(used))];
    await store[Symbol.asyncDispose]();

    await using copy = await open();
    expect(await copy.importAll(say.streamOf(JSON.parse(JSON.stringify(records)) as typeof records))).toBe(records.length);
    expect(await say.listOf(copy.exportAll())).toEqual(records);
    expect([await say.rowsOf(copy.readEntities()), await say.rowsOf(copy.readRelationships()), await copy.sources()]).toEqual(
      seen,
    );
    expect([await copy.versions(app.key), await copy.versions(say.role('old').key), await copy.versions(say.idOf(used))]).toEqual(
      past,
    );
    expect(await copy.generation()).toBe(3);
    expect(await copy.paused()).toBe(true);
    expect(brokenLink(await copy.ledger(0, 100))).toBeUndefined();
    await expect(copy.checkFingerprintKey('another')).rejects.toThrow(RefusedError);
    expect(await say.changesAfter(copy, 0)).toEqual([{ op: 'rebuild', type: 'graph', id: '' }]);
    expect((await copy.plan('p'))?.steps).toEqual([record('s1', 'requested')]);
    expect(await copy.append(say.draft('after'))).toMatchObject({ seq: 7 });
  });

  it('goes on after an import as the first store would', async () => {
    const store = await open();
    await fillEverything(store);
    const records = await say.listOf(store.exportAll());
    await store[Symbol.asyncDispose]();
    await using copy = await open();
    await copy.importAll(say.streamOf(records));
    const head = await say.headOf(copy);
    expect(await say.collect(copy, 'aws', [{ entities: [{ ...app, tier: 0 }, data], relationships: [used] }])).toMatchObject({
      generation: 4,
      swept: 0,
    });
    expect(await say.changesAfter(copy, head)).toEqual([]);
  });

  it('refuses to import into a store that holds something, and changes nothing', async () => {
    await using store = await open();
    await fillEverything(store);
    const records = await say.listOf(store.exportAll());
    await expect(store.importAll(say.streamOf(records))).rejects.toThrow(RefusedError);
    expect(await say.listOf(store.exportAll())).toEqual(records);
  });

  it('imports wholly or not at all', async () => {
    const store = await open();
    await fillEverything(store);
    const records = await say.listOf(store.exportAll());
    await store[Symbol.asyncDispose]();
    await using copy = await open();
    await expect(copy.importAll(say.streamOf([...records, { type: 'no such thing', data: {} }]))).rejects.toThrow(
      /no such thing/,
    );
    expect(await say.keysOf(copy)).toEqual([]);
    expect(await copy.ledger(0, 5)).toEqual([]);
    expect(await copy.importAll(say.streamOf(records))).toBe(records.length);
  });
}
