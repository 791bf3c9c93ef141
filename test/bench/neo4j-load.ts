/**
 * What loading costs in Neo4j: first and again, and reading the graph back, as one JSON document. INTERLOCK_TEST_NEO4J names the database; it is
 * wiped before and after, so one that is not a test's is left alone. The processor seconds are the client's.
 */
import { openNeo4jStore } from '../../src/stores/neo4j/neo4j-store.ts';
import { openLiveDatabase } from '../stores/neo4j/live-database.ts';
import { takeTurn } from '../turn.ts';
import { estate, load, processorSecondsOf, secondsOf } from './load-facts.ts';

export interface Neo4jLoadFigures {
  readonly entities: number;
  readonly relationships: number;
  readonly firstLoadSeconds: number;
  readonly firstLoadProcessorSeconds: number;
  readonly upsertSeconds: number;
  readonly upsertProcessorSeconds: number;
  readonly readGraphSeconds: number;
  readonly peakMegabytes: number;
}

export async function neo4jLoad(url: string, entities = 100_000, relationships = 400_000): Promise<Neo4jLoadFigures> {
  using _turn = await takeTurn(url);
  await using database = await openLiveDatabase(url);
  await database.wipe();
  try {
    await using store = await openNeo4jStore({ url });
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
    return {
      entities,
      relationships: rows,
      firstLoadSeconds,
      firstLoadProcessorSeconds,
      upsertSeconds,
      upsertProcessorSeconds,
      readGraphSeconds,
      peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1e3),
    };
  } finally {
    await database.wipe();
  }
}

const url = process.env['INTERLOCK_TEST_NEO4J'];
if (!url) throw new Error('INTERLOCK_TEST_NEO4J is not set: bash .ci/services.sh start');
const [entities, relationships] = process.argv.slice(2).map(Number);
process.stdout.write(`${JSON.stringify(await neo4jLoad(url, entities, relationships), null, 2)}\n`);
