/** What loading costs in the embedded store: 100 k entities with 400 k relationships, first and again, and reading the graph back. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts';
import { estate, load, processorSecondsOf, secondsOf } from './load-facts.ts';

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
      fileMegabytes: Math.round((statSync(path).size + statSync(`${path}-wal`).size) / 1e6),
      peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1e3),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [entities, relationships] = process.argv.slice(2).map(Number);
process.stdout.write(`${JSON.stringify(await storeLoad(entities, relationships), null, 2)}\n`);
