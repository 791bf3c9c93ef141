import type { LedgerDraft, LedgerRecord } from '../../model/ledger.ts';

/** Appended to and never changed: each record carries the hash of the one before. */
export interface LedgerStore {
  append(draft: LedgerDraft): Promise<LedgerRecord>;
  ledger(after: number, limit: number): Promise<LedgerRecord[]>;
}
