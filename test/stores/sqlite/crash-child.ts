/** Writes batch after batch until somebody kills it; says on stdout which batch is whole. */
import { openSqliteStore } from '../../../src/stores/sqlite/sqlite-store.ts';
import * as say from '../../contracts/store/samples.ts';

const store = await openSqliteStore({ path: process.argv[2] as string });
const run = await store.beginCollection('crash', 'run-crash', say.at(0));
for (let n = 0; ; n++) {
  const entities = Array.from({ length: 500 }, (_, i) => say.role(`b${n}-${i}`, { properties: { batch: n } }));
  const relationships = entities.slice(1).map((target) => say.edge(entities[0]!, 'CAN_ASSUME', target));
  await store.writeFacts(run, say.batch({ entities, relationships }));
  process.stdout.write(`${n}\n`);
}
