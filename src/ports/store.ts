/**
 * What a store promises, in narrow pieces: a use case asks for the piece that it needs.
 *
 * Every method is atomic: it happened wholly, or not at all, also when the process dies in it. No method shows a session, a
 * transaction or a connection. Every append carries its own id, since drivers retry: the same call twice is one.
 * `test/contracts/store.ts` is the promise as a suite; each implementation runs it.
 */
import type { ChangeReader } from './store/change-reader.ts';
import type { FactStore } from './store/fact-store.ts';
import type { FindingStore } from './store/finding-store.ts';
import type { GraphReader } from './store/graph-reader.ts';
import type { JobStore } from './store/job-store.ts';
import type { LeaseStore } from './store/lease-store.ts';
import type { LedgerStore } from './store/ledger-store.ts';
import type { PlanStore } from './store/plan-store.ts';
import type { StoreAdmin } from './store/store-admin.ts';
import type { TokenStore } from './store/token-store.ts';

export type * from './store/change-reader.ts';
export type * from './store/fact-store.ts';
export type * from './store/finding-store.ts';
export type * from './store/graph-reader.ts';
export type * from './store/job-store.ts';
export type * from './store/lease-store.ts';
export type * from './store/ledger-store.ts';
export type * from './store/plan-store.ts';
export type * from './store/store-admin.ts';
export type * from './store/token-store.ts';
export { ROLES } from './store/token-store.ts';

export interface Store
  extends FactStore,
    GraphReader,
    ChangeReader,
    FindingStore,
    PlanStore,
    LedgerStore,
    LeaseStore,
    JobStore,
    TokenStore,
    StoreAdmin,
    AsyncDisposable {
  /** `sqlite` or `neo4j`. */
  readonly name: string;
}
