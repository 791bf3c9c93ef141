import { afterAll, beforeAll } from 'vitest';
import { openNeo4jStore } from '../../../src/stores/neo4j/neo4j-store.ts';
import { storeContract } from '../../contracts/store.ts';
import { describeLive } from '../../live.ts';
import { type LiveDatabase, openLiveDatabase } from './live-database.ts';
import { serverSuite } from './server-suite.ts';

describeLive('neo4j', 'the Neo4j store', (url) => {
  let database: LiveDatabase;
  beforeAll(async () => {
    database = await openLiveDatabase(url);
  });
  afterAll(() => database[Symbol.asyncDispose]());

  const open = async () => {
    await database.wipe();
    return openNeo4jStore({ url });
  };
  serverSuite(url);
  storeContract('neo4j', open, { reopen: () => openNeo4jStore({ url }) });
});
