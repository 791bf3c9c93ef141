import { chainRecord, GENESIS, type LedgerDraft, type LedgerRecord } from '../../model/ledger.ts';
import type { LedgerStore } from '../../ports/store.ts';
import type { Access } from './access.ts';
import type { Connection } from './connection.ts';

export function ledgerRecord(db: Connection, id: string): LedgerRecord | undefined {
  const row = db.get<[string]>('SELECT body FROM ledger WHERE id = ?', [id]);
  return row && (JSON.parse(row[0]) as LedgerRecord);
}

/** The same id twice is one record. */
export function append(db: Connection, draft: LedgerDraft): LedgerRecord {
  const known = ledgerRecord(db, draft.id);
  if (known) return known;
  const [seq, previous] = db.get<[number, string]>('SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1') ?? [0, GENESIS];
  const record = chainRecord(draft, seq + 1, previous);
  writeLedgerRecord(db, record);
  return record;
}

export function writeLedgerRecord(db: Connection, record: LedgerRecord): void {
  db.run('INSERT INTO ledger VALUES (?, ?, ?, ?)', [record.seq, record.id, record.hash, JSON.stringify(record)]);
}

function readLedger(db: Connection, after: number, limit: number): LedgerRecord[] {
  const rows = db.all<[string]>('SELECT body FROM ledger WHERE seq > ? ORDER BY seq LIMIT ?', [after, limit]);
  return rows.map(([body]) => JSON.parse(body) as LedgerRecord);
}

export const createLedgerStore = (access: Access): LedgerStore => ({
  append: (draft) => access.write((db) => append(db, draft)),
  ledger: (after, limit) => access.read((db) => readLedger(db, after, limit)),
});
