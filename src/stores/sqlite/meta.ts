/** Single values of the store. */
import type { Connection } from './connection.ts';

export type MetaName =
  | 'generation'
  | 'analysis-head'
  | 'changes-head'
  | 'changes-floor'
  | 'paused'
  | 'fingerprint-check'
  | 'text-index';

export const metaText = (db: Connection, name: MetaName): string | undefined =>
  db.get<[string]>('SELECT value FROM meta WHERE name = ?', [name])?.[0];

export const metaNumber = (db: Connection, name: MetaName): number => Number(metaText(db, name) ?? 0);

export function setMeta(db: Connection, name: MetaName, value: string | number): void {
  db.run('INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value', [name, String(value)]);
}
