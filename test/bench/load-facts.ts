/** Facts for loading, and what loading costs: the same for both stores. */
import { performance } from 'node:perf_hooks';
import type { EntityFact, RelationshipFact } from '../../src/model/entity.ts';
import type { FactBatch, Store } from '../../src/ports/store.ts';

const AT_ONCE = 10_000;

/** Roles and buckets in the shape of a real estate: principal by principal, properties and reasons on most, conditions on few, some hubs. */
export function estate(entities: number, relationships: number): FactBatch[] {
  const made = Array.from({ length: entities }, (_, n): EntityFact => {
    const role = n % 2 === 0;
    return {
      key: `aws:arn:aws:${role ? `iam::${100000000000 + (n % 40)}:role/service-${n}` : `s3:::bucket-${n}`}`,
      kind: role ? 'Role' : 'Resource',
      name: role ? `service-${n}` : `bucket-${n}`,
      provider: 'aws',
      properties: { path: '/', created: '2024-03-01T00:00:00.000Z', index: n },
      ...(n % 10 === 0 ? { tier: 1 as const, environment: 'prod' as const } : {}),
    };
  });
  let seed = 42;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const ties = Array.from({ length: relationships }, (_, n): RelationshipFact => {
    const source = n % 20 === 0 ? random(50) : Math.floor((n / relationships) * entities);
    return {
      source: (made[source] as EntityFact).key,
      kind: n % 3 === 0 ? 'CAN_ASSUME' : n % 3 === 1 ? 'CAN_READ' : 'CAN_WRITE',
      target: (made[random(entities)] as EntityFact).key,
      basis: 'entitled',
      certainty: n % 15 === 0 ? 'conditional' : 'definite',
      reason: `statement ${n % 500} of policy app-${n % 5000}`,
      ...(n % 15 === 0 ? { condition: 'multi-factor authentication is present', conditionClass: 'possession' as const } : {}),
    };
  });
  const cut = <T>(list: readonly T[]): T[][] =>
    Array.from({ length: Math.ceil(list.length / AT_ONCE) }, (_, n) => list.slice(n * AT_ONCE, (n + 1) * AT_ONCE));
  const empty = { scope: 'all', entities: [], relationships: [], documents: [] };
  return [
    ...cut(made).map((some) => ({ ...empty, entities: some })),
    ...cut(ties).map((some) => ({ ...empty, relationships: some })),
  ];
}

export async function load(store: Store, id: string, batches: readonly FactBatch[]): Promise<void> {
  const run = await store.beginCollection('bench', id, '2026-01-05T08:00:00.000Z');
  for (const batch of batches) await store.writeFacts(run, batch);
  const scopes = [{ scope: 'all', coverage: 'complete', missing: [] } as const];
  await store.commitCollection(run, { type: 'aws', scopes, layersMissing: [] });
}

export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return Math.round(performance.now() - start) / 1000;
}

/** Of all cores: what a loaded machine does not blur. */
export async function processorSecondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return Math.round((user + system) / 1000) / 1000;
}
