/** The one locked node: change sequence, generation and the end of the ledger. Whoever holds it is the only writer. */
import { chainRecord, type LedgerDraft, type LedgerRecord } from '../../model/ledger.ts';
import type { Client, Run } from './client.ts';
import * as ledger from './queries/ledger.ts';
import * as meta from './queries/meta.ts';

export interface Head {
  generation: number;
  seq: number;
  /** Changes up to here are gone. */
  floor: number;
  /** How many runs there were: their numbers. */
  runs: number;
  /** The only run that has written since the store was empty, while it runs. */
  soleRun: number | null;
  ledgerSeq: number;
  ledgerHash: string;
  paused: boolean;
  fingerprintCheck: string | null;
}

/** One transaction that holds the head from its beginning to its end; what the work changes of the head is kept with it. */
export function locked<T>(client: Client, work: (run: Run, head: Head) => Promise<T>): Promise<T> {
  return client.write(async (run) => {
    const head: Head = { ...(await lockHead(run)) };
    const before = { ...head };
    const result = await work(run, head);
    if (Object.keys(head).some((name) => head[name as keyof Head] !== before[name as keyof Head])) {
      await run(meta.saveHead, { head: { ...head } });
    }
    return result;
  });
}

async function lockHead(run: Run): Promise<Head> {
  const [head] = await run(meta.lockHead, {});
  if (!head) throw new Error('the head node is missing: the database was emptied while it was open; open the store again');
  return head;
}

/** Appends to the chain unless the same draft is there; gives what it became. Needs the head locked. */
export async function appendTo(run: Run, head: Head, draft: LedgerDraft): Promise<LedgerRecord> {
  const [known] = await run(ledger.known, { ids: [draft.id] });
  if (known) return JSON.parse(known.body) as LedgerRecord;
  const [record] = await appendNew(run, head, [draft]);
  return record as LedgerRecord;
}

/** Drafts that are known not to be there. */
export async function appendNew(run: Run, head: Head, drafts: readonly LedgerDraft[]): Promise<LedgerRecord[]> {
  const records = drafts.map((draft) => {
    const record = chainRecord(draft, head.ledgerSeq + 1, head.ledgerHash);
    head.ledgerSeq = record.seq;
    head.ledgerHash = record.hash;
    return record;
  });
  if (records.length > 0) {
    await run(ledger.append, {
      rows: records.map((record) => ({ id: record.id, seq: record.seq, body: JSON.stringify(record) })),
    });
  }
  return records;
}
