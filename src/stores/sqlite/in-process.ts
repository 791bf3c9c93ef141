import type { Store } from '../../ports/store.ts';
import { Access, type AccessOptions } from './access.ts';
import { createStoreAdmin } from './admin.ts';
import { createFactStore } from './collections.ts';
import { createFindingStore } from './findings.ts';
import { createGraphReader } from './graph-reader.ts';
import { createChangeReader } from './history.ts';
import { createJobStore, createLeaseStore } from './jobs.ts';
import { createLedgerStore } from './ledger.ts';
import { createPlanStore } from './plans.ts';
import { createTokenStore } from './tokens.ts';

/** The store in this thread: its calls are synchronous inside, so each holds up the thread for as long as it takes. */
export function createSqliteStore(options: AccessOptions): Store {
  const access = new Access(options);
  return {
    name: 'sqlite',
    ...createFactStore(access),
    ...createGraphReader(access),
    ...createChangeReader(access),
    ...createFindingStore(access),
    ...createPlanStore(access),
    ...createLedgerStore(access),
    ...createLeaseStore(access),
    ...createJobStore(access),
    ...createTokenStore(access),
    ...createStoreAdmin(access),
    [Symbol.asyncDispose]: () => access[Symbol.asyncDispose](),
  };
}
