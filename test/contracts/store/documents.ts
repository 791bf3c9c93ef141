import { expect, it } from 'vitest';
import type { DocumentFact } from '../../../src/model/entity.ts';
import { canonicalJson, sha256 } from '../../../src/model/ledger.ts';
import type { Store } from '../../../src/ports/store.ts';
import * as say from './samples.ts';

const policy = (name: string, action: string): DocumentFact => ({
  subject: 'aws:arn:aws:iam::111111111111:role/app',
  type: 'inline-policy',
  name,
  body: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] },
});
const one = policy('one', 's3:GetObject');
const two: DocumentFact = { ...policy('two', 'sts:AssumeRole'), type: 'trust-policy', subject: 'aws:else' };

const namesOf = async (store: Store, filter?: Parameters<Store['documents']>[0]): Promise<string[]> =>
  (await say.listOf(store.documents(filter))).map((d) => d.name).sort();

export function documentsContract(open: () => Promise<Store>): void {
  it('keeps documents with their origin, scope and hash', async () => {
    await using store = await open();
    await say.collect(store, 'aws', [{ documents: [one] }]);
    expect(await say.listOf(store.documents())).toEqual([
      { ...one, origin: 'aws', scope: 'one', hash: sha256(canonicalJson(one.body)), generation: 1 },
    ]);
  });

  it('filters documents by subject, type and origin', async () => {
    await using store = await open();
    await say.collect(store, 'aws', [{ documents: [one, two] }]);
    await say.collect(store, 'more', [{ documents: [policy('three', '*')] }]);
    expect(await namesOf(store, { subject: one.subject })).toEqual(['one', 'three']);
    expect(await namesOf(store, { subject: one.subject, origin: 'aws' })).toEqual(['one']);
    expect(await namesOf(store, { type: 'trust-policy' })).toEqual(['two']);
    expect(await namesOf(store, { origin: 'none' })).toEqual([]);
  });

  it('replaces a document of the same place and name, and keeps two origins apart', async () => {
    await using store = await open();
    await say.collect(store, 'aws', [{ documents: [one] }]);
    await say.collect(store, 'more', [{ documents: [one] }]);
    await say.collect(store, 'aws', [{ documents: [policy('one', 's3:*')] }]);
    const found = await say.listOf(store.documents({ origin: 'aws' }));
    expect(found.map((d) => d.body)).toEqual([policy('one', 's3:*').body]);
    expect(await namesOf(store)).toEqual(['one', 'one']);
  });

  it('sweeps documents of complete scopes only, and forgets them with their scope', async () => {
    await using store = await open();
    await say.collect(store, 'aws', [
      { scope: 'a', documents: [one] },
      { scope: 'b', documents: [two] },
    ]);
    await say.collect(store, 'aws', [], { scopes: [say.partial('a'), say.partial('b')] });
    expect(await namesOf(store)).toEqual(['one', 'two']);
    await say.collect(store, 'aws', [], { scopes: [say.complete('a')] });
    expect(await namesOf(store)).toEqual(['two']);
    await store.forget('aws', 'b');
    expect(await namesOf(store)).toEqual([]);
  });
}
