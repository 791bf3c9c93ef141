/** What loading costs in the embedded store: 100 k entities with 400 k relationships, first and again, and reading the graph back. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { EntityFact, RelationshipFact } from '../../src/model/entity.ts';
import type { FactBatch, Store } from '../../src/ports/store.ts';
import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts';

const AT_ONCE = 10_000;

export interface StoreLoadFigures {
  readonly entities: number;
  readonly relationships: number;
  readonly firstLoadSeconds: number;
  readonly firstLoadProcessorSeconds: number;
  readonly upsertSeconds: number;
  readonly upsertProcessorSeconds: number;
  readonly readGraphSeconds: number;
  readonly firstSearchSeconds: number;
  readonly nextSearchSeconds: number;
  readonly fileMegabytes: number;
  readonly peakMegabytes: number;
}

/** Roles and buckets in the shape of a real estate: principal by principal, properties and reasons on most, conditions on few, some hubs. */
function estate(entities: number, relationships: number): FactBatch[] {
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

async function load(store: Store, id: string, batches: readonly FactBatch[]): Promise<void> {
  const run = await store.beginCollection('bench', id, '2026-01-05T08:00:00.000Z');
  for (const batch of batches) await store.writeFacts(run, batch);
  const scopes = [{ scope: 'all', coverage: 'complete', missing: [] } as const];
  await store.commitCollection(run, { type: 'aws', scopes, layersMissing: [] });
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return Math.round(performance.now() - start) / 1000;
}

/** Of all cores: what a loaded machine does not blur. */
async function processorSecondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return Math.round((user + system) / 1000) / 1000;
}

export async function storeLoad(entities = 100_000, relationships = 400_000): Promise<StoreLoadFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-bench-'));
  try {
    const path = join(folder, 'store.db');
    await using store = await openSqliteStore({ path });
    const batches = estate(entities, relationships);
    let [firstLoadProcessorSeconds, upsertProcessorSeconds] = [0, 0];
    const firstLoadSeconds = await secondsOf(async () => {
      firstLoadProcessorSeconds = await processorSecondsOf(() => load(store, 'first', batches));
    });
    const upsertSeconds = await secondsOf(async () => {
      upsertProcessorSeconds = await processorSecondsOf(() => load(store, 'again', batches));
    });
    let rows = 0;
    const readGraphSeconds = await secondsOf(async () => {
      for await (const some of store.readGraph()) rows += some.relationships?.length ?? 0;
    });
    const firstSearchSeconds = await secondsOf(() => store.search('service-777', [], 20));
    const nextSearchSeconds = await secondsOf(() => store.search('service-778', [], 20));
    return {
      entities,
      relationships: rows,
      firstLoadSeconds,
      firstLoadProcessorSeconds,
      upsertSeconds,
      upsertProcessorSeconds,
      readGraphSeconds,
      firstSearchSeconds,
      nextSearchSeconds,
      fileMegabytes: Math.round(statSync(path).size / 1e6),
      peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1e3),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
