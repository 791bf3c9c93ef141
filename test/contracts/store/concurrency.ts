import { expect, it } from 'vitest';
import { brokenLink } from '../../../src/model/ledger.ts';
import type { Store } from '../../../src/ports/store.ts';
import * as say from './samples.ts';

const app = say.role('app');

export function concurrencyContract(open: () => Promise<Store>, reopen: (store: Store) => Promise<Store>): void {
  it('shows one handle what another wrote', async () => {
    await using one = await open();
    await using two = await reopen(one);
    await say.collect(one, 'aws', [{ entities: [app] }]);
    expect(await say.keysOf(two)).toEqual([app.key]);
    await two.forget('aws');
    expect(await say.keysOf(one)).toEqual([]);
    await say.collect(one, 'aws', [{ entities: [app, say.bucket('b')] }]);
    await two.forget('aws');
    await say.collect(one, 'facts', [{ entities: [say.stub(app)], relationships: [say.edge(app, 'CAN_ASSUME', app)] }]);
    expect(await say.namesOf(two)).toHaveLength(1);
  });

  it('still holds everything when it is opened again', async () => {
    const one = await open();
    await say.collect(one, 'aws', [{ entities: [app] }]);
    await one.checkFingerprintKey('check');
    await using two = await reopen(one);
    await one[Symbol.asyncDispose]();
    expect(await say.keysOf(two)).toEqual([app.key]);
    await expect(two.checkFingerprintKey('other')).rejects.toThrow();
    expect(await two.generation()).toBe(1);
  });

  it('lets two handles write at once', async () => {
    await using one = await open();
    await using two = await reopen(one);
    const write = async (store: Store, origin: string) => {
      const run = await say.begin(store, origin);
      for (let n = 0; n < 20; n++) {
        const made = say.role(`${origin}-${n}`);
        await store.writeFacts(run, say.batch({ entities: [app, made], relationships: [say.edge(app, 'CAN_ASSUME', made)] }));
        await store.append(say.draft(`${origin}-${n}`));
      }
      await store.commitCollection(run, say.outcome(say.complete('one')));
    };
    await Promise.all([write(one, 'one'), write(two, 'two')]);
    expect(await say.keysOf(one)).toHaveLength(41);
    expect(await say.namesOf(two)).toHaveLength(40);
    expect(await one.generation()).toBe(2);
    const records = await two.ledger(0, 100);
    expect(records).toHaveLength(40);
    expect(brokenLink(records)).toBeUndefined();
  });

  it('lets one of two handles take a lease, add a job and move a step', async () => {
    await using one = await open();
    await using two = await reopen(one);
    const leases = [one, two].map((s, n) => s.acquireLease('x', `holder ${n}`, say.at(0), say.at(5)));
    expect((await Promise.all(leases)).filter(Boolean)).toHaveLength(1);
    const job = {
      name: 'analyze',
      key: 'all',
      payload: {},
      state: 'waiting',
      attempts: 0,
      progress: 0,
      message: '',
      createdAt: say.at(0),
      updatedAt: say.at(0),
    } as const;
    const jobs = await Promise.all([one, two].map((s, n) => s.addJob({ id: `j${n}`, ...job }, 'coalesce')));
    expect(jobs.filter((j) => j.isNew)).toHaveLength(1);
  });
}
