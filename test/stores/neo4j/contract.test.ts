import { afterAll, beforeAll } from 'vitest';
import { openNeo4jStore } from '../../../src/stores/neo4j/neo4j-store.ts';
import { storeContract } from '../../contracts/store.ts';
import { describeLive } from '../../live.ts';
import { TURN_TIMEOUT_MS, takeTurn } from '../../turn.ts';
import { type LiveDatabase, openLiveDatabase } from './live-database.ts';
import { serverSuite } from './server-suite.ts';

describeLive('neo4j', 'the Neo4j store', (url) => {
  let turn: Disposable;
  let database: LiveDatabase;
  beforeAll(async () => {
    turn = await takeTurn(url);
    database = await openLiveDatabase(url);
  }, TURN_TIMEOUT_MS);
  afterAll(async () => {
    await database[Symbol.asyncDispose]();
    turn[Symbol.dispose]();
  });

  const open = async () => {
    await database.wipe();
    return openNeo4jStore({ url });
  };
  serverSuite(url);
  storeContract('neo4j', open, { reopen: () => openNeo4jStore({ url }) });
});
