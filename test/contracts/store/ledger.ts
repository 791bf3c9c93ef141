import { expect, it } from 'vitest';
import { brokenLink, GENESIS } from '../../../src/model/ledger.ts';
import type { Store } from '../../../src/ports/store.ts';
import * as say from './samples.ts';

export function ledgerContract(open: () => Promise<Store>): void {
  it('chains every record to the one before', async () => {
    await using store = await open();
    const first = await store.append(
      say.draft('a', 'plan', { text: 'zwei „Wörter“', list: [1, 2.5, null, true], deep: { b: 1, a: 2 } }),
    );
    const second = await store.append(say.draft('b', 'probe'));
    expect(first).toMatchObject({ id: 'a', seq: 1, previous: GENESIS });
    expect(second).toMatchObject({ id: 'b', seq: 2, previous: first.hash });
    const records = await store.ledger(0, 10);
    expect(records).toEqual([first, second]);
    expect(brokenLink(records)).toBeUndefined();
  });

  it('appends the same draft once, and answers with what it became', async () => {
    await using store = await open();
    const first = await store.append(say.draft('a'));
    await store.append(say.draft('b'));
    expect(await store.append(say.draft('a'))).toEqual(first);
    expect(await store.ledger(0, 10)).toHaveLength(2);
  });

  it('hands records out in portions', async () => {
    await using store = await open();
    for (const id of ['a', 'b', 'c', 'd']) await store.append(say.draft(id));
    expect((await store.ledger(1, 2)).map((r) => r.id)).toEqual(['b', 'c']);
    expect(await store.ledger(4, 2)).toEqual([]);
  });

  it('holds the chain under appends at once', async () => {
    await using store = await open();
    await Promise.all(Array.from({ length: 20 }, (_, n) => store.append(say.draft(`d${n}`))));
    const records = await store.ledger(0, 100);
    expect(records).toHaveLength(20);
    expect(brokenLink(records)).toBeUndefined();
  });
}
