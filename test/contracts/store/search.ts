import { expect, it } from 'vitest';
import type { EntityFact } from '../../../src/model/entity.ts';
import type { EntityFilter, EntityOrder, Store } from '../../../src/ports/store.ts';
import * as say from './samples.ts';

const repository: EntityFact = { key: 'github:Acme/Shop', kind: 'Repository', name: 'Shop', provider: 'github' };
const job: EntityFact = { key: 'github:Acme/Shop/ci.yml#deploy', kind: 'Pipeline', name: 'deploy', provider: 'github' };
const entities = [
  say.role('Deploy', { tier: 0, environment: 'prod', owner: 'owner:team/a', state: 'active' }),
  say.role('reader_100%', { tier: 2, environment: 'prod', state: 'inactive' }),
  say.bucket('customer-data', { tier: 0 }),
  say.bucket('logs', { name: 'Customer logs' } as Partial<EntityFact>),
  repository,
  job,
];

const filled = async (open: () => Promise<Store>): Promise<Store> => {
  const store = await open();
  await say.collect(store, 'aws', [{ entities }]);
  return store;
};

async function walk(store: Store, orderBy: EntityOrder, filter: EntityFilter = {}): Promise<string[]> {
  const keys: string[] = [];
  let after: { value: string; key: string } | undefined;
  for (;;) {
    const page = await store.page({ filter, orderBy, first: 2, ...(after ? { after } : {}) });
    keys.push(...page.entities.map((e) => e.key));
    const last = page.entities.at(-1);
    if (!page.hasMore || !last) return keys;
    after = { value: orderBy === 'key' ? last.key : last[orderBy], key: last.key };
  }
}

const sortedBy = (field: 'key' | 'name' | 'kind'): string[] =>
  [...entities].sort((a, b) => (a[field] < b[field] ? -1 : a[field] > b[field] ? 1 : a.key < b.key ? -1 : 1)).map((e) => e.key);

export function searchContract(open: () => Promise<Store>): void {
  it.each(['key', 'name', 'kind'] as const)('walks every page in the order of %s without gap or repeat', async (orderBy) => {
    await using store = await filled(open);
    expect(await walk(store, orderBy)).toEqual(sortedBy(orderBy));
  });

  it.each<[string, EntityFilter, number]>([
    ['kinds', { kinds: ['Role', 'Pipeline'] }, 3],
    ['no kind at all', { kinds: [] }, 0],
    ['a provider', { provider: 'github' }, 2],
    ['a tier of 0', { tier: 0 }, 2],
    ['an environment', { environment: 'prod' }, 2],
    ['an owner', { owner: 'owner:team/a' }, 1],
    ['a state', { state: 'inactive' }, 1],
    ['the unknown state', { state: 'unknown' }, 4],
    ['text in keys and names, case ignored', { text: 'CUSTOMER' }, 2],
    ['text of two letters', { text: 'og' }, 1],
    ['text with signs that a pattern could take', { text: 'R_100%' }, 1],
    ['text with quotes', { text: '"x\' OR 1=1' }, 0],
    ['several at once', { kinds: ['Role'], environment: 'prod', text: 'deploy' }, 1],
  ])('filters by %s', async (_, filter, total) => {
    await using store = await filled(open);
    const page = await store.page({ filter, orderBy: 'key', first: 10 });
    expect([page.total, page.entities.length, page.hasMore]).toEqual([total, total, false]);
  });

  it('tells the total and whether there is more', async () => {
    await using store = await filled(open);
    const page = await store.page({ filter: { provider: 'aws' }, orderBy: 'key', first: 3 });
    expect([page.total, page.entities.length, page.hasMore]).toEqual([4, 3, true]);
    expect(page.entities[0]?.claims).toHaveLength(1);
  });

  it('takes a key for itself, whatever else ends in it', async () => {
    await using store = await filled(open);
    expect(await store.candidates(repository.key, 5)).toEqual([repository.key]);
    expect(await store.candidates(job.key, 5)).toEqual([job.key]);
  });

  it('looks keys up case-folded only where the provider ignores case', async () => {
    await using store = await filled(open);
    expect(await store.candidates('github:acme/SHOP', 5)).toEqual([repository.key]);
    expect(await store.candidates('GitHub:acme/shop', 5)).toEqual([repository.key]);
    expect(await store.candidates('aws:arn:aws:iam::111111111111:role/deploy', 5)).toEqual([]);
  });

  it('finds keys by their last part, and else by name', async () => {
    await using store = await filled(open);
    expect(await store.candidates('deploy', 5)).toEqual([job.key]);
    expect(await store.candidates('Deploy', 5)).toEqual([say.role('Deploy').key, job.key]);
    expect(await store.candidates('acme/shop', 5)).toEqual([repository.key]);
    expect(await store.candidates('customer-data', 5)).toEqual([say.bucket('customer-data').key]);
    expect(await store.candidates('ustomer-data', 5)).toEqual([]);
    expect(await store.candidates('Customer logs', 5)).toEqual([say.bucket('logs').key]);
    expect(await store.candidates('reader%', 5)).toEqual([]);
    expect(await store.candidates('nothing', 5)).toEqual([]);
  });

  it('limits candidates, by key', async () => {
    await using store = await open();
    await say.collect(store, 'aws', [{ entities: ['c', 'a', 'b'].map((x) => say.bucket(`${x}/same`)) }]);
    expect(await store.candidates('same', 2)).toEqual([say.bucket('a/same').key, say.bucket('b/same').key]);
  });

  it('searches a substring of key or name', async () => {
    await using store = await filled(open);
    const find = async (text: string, ...kinds: EntityFact['kind'][]) =>
      (await store.search(text, kinds, 10)).map((e) => e.key).sort();
    expect(await find('customer')).toEqual([say.bucket('customer-data').key, say.bucket('logs').key]);
    expect(await find('deploy')).toEqual([say.role('Deploy').key, job.key]);
    expect(await find('deploy', 'Pipeline')).toEqual([job.key]);
    expect(await find('ci')).toEqual([job.key]);
    expect((await store.search('a', [], 2)).length).toBe(2);
  });

  it('searches what was written, renamed and removed after a search', async () => {
    await using store = await filled(open);
    expect(await store.search('zebra', [], 5)).toEqual([]);
    const zebra = say.role('zebra');
    await say.collect(store, 'facts', [{ entities: [zebra] }]);
    expect((await store.search('zebra', [], 5)).map((e) => e.key)).toEqual([zebra.key]);
    await say.collect(store, 'facts', [{ entities: [{ ...zebra, name: 'Okapi' }] }]);
    expect((await store.search('okapi', [], 5)).map((e) => e.key)).toEqual([zebra.key]);
    expect((await store.search('zebra', [], 5)).map((e) => e.key)).toEqual([zebra.key]);
    await store.forget('facts');
    expect(await store.search('zebra', [], 5)).toEqual([]);
    expect(await store.search('okapi', [], 5)).toEqual([]);
  });
}
