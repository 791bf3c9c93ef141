/**
 * What `src/ports/store.ts` promises, as a suite that every store runs.
 *
 * `open` gives an empty store. `reopen` gives a second handle on what a store holds, while the first is open or after it was closed.
 */
import { describe } from 'vitest';
import type { Store } from '../../src/ports/store.ts';
import { analysisContract } from './store/analysis.ts';
import { backupContract } from './store/backup.ts';
import { changesContract } from './store/changes.ts';
import { collectionContract } from './store/collection.ts';
import { concurrencyContract } from './store/concurrency.ts';
import { documentsContract } from './store/documents.ts';
import { factsContract } from './store/facts.ts';
import { jobsContract } from './store/jobs.ts';
import { ledgerContract } from './store/ledger.ts';
import { plansContract } from './store/plans.ts';
import { readingContract } from './store/reading.ts';
import { searchContract } from './store/search.ts';
import { tokensContract } from './store/tokens.ts';

export interface StoreContractOptions {
  readonly reopen?: (store: Store) => Promise<Store>;
}

export function storeContract(name: string, open: () => Promise<Store>, options: StoreContractOptions = {}): void {
  describe(`${name} keeps the store contract`, () => {
    describe('facts', () => factsContract(open));
    describe('collections', () => collectionContract(open));
    describe('reading', () => readingContract(open));
    describe('search', () => searchContract(open));
    describe('documents', () => documentsContract(open));
    describe('changes and versions', () => changesContract(open));
    describe('analysis', () => analysisContract(open));
    describe('plans and holds', () => plansContract(open));
    describe('ledger', () => ledgerContract(open));
    describe('leases and jobs', () => jobsContract(open));
    describe('tokens and the fingerprint key', () => tokensContract(open));
    describe('backup', () => backupContract(open));
    const { reopen } = options;
    if (reopen) describe('several handles', () => concurrencyContract(open, reopen));
  });
}
