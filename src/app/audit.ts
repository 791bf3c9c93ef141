import { brokenLink, type LedgerRecord } from '../model/ledger.ts';
import type { LedgerStore } from '../ports/store.ts';

const PAGE = 1_000;

/** The whole ledger, oldest first. */
export async function* ledgerRecords(store: LedgerStore): AsyncIterable<LedgerRecord> {
  let after = 0;
  for (;;) {
    const page = await store.ledger(after, PAGE);
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    after = last.seq;
  }
}

export interface Verification {
  readonly holds: boolean;
  readonly records: number;
  /** The hash of the last record: kept elsewhere, it shows that nothing was cut off the end. */
  readonly head: string | null;
  /** The first broken link, in words. */
  readonly problem: string | null;
}

/** Follows the chain from its first record. `keptHead`: the hash of a record that somebody kept elsewhere, which must be in it. */
export async function verifyLedger(store: LedgerStore, keptHead?: string): Promise<Verification> {
  let last: LedgerRecord | undefined;
  let records = 0;
  let isKeptThere = keptHead === undefined;
  for await (const record of ledgerRecords(store)) {
    const problem = brokenLink([record], last);
    if (problem !== undefined) return { holds: false, records, head: last?.hash ?? null, problem };
    last = record;
    records++;
    isKeptThere ||= record.hash === keptHead;
  }
  const head = last?.hash ?? null;
  if (!isKeptThere) {
    const problem = `no record has the hash ${keptHead} that was kept: the end was cut off, or the chain was written anew`;
    return { holds: false, records, head, problem };
  }
  return { holds: true, records, head, problem: null };
}
