/**
 * The trigram index over keys and names. A large load leaves it behind (it would cost more than the load itself); the next search
 * builds it anew, and from then on it is kept with every write.
 */
import type { Connection } from './connection.ts';
import { metaText, setMeta } from './meta.ts';

/** New entities in one batch above which the index is left behind. */
const LARGE = 1000;

export const isTextIndexCurrent = (db: Connection): boolean => metaText(db, 'text-index') === 'current';

export function buildTextIndex(db: Connection): void {
  if (isTextIndexCurrent(db)) return;
  db.run("INSERT INTO entity_text (entity_text) VALUES ('rebuild')");
  setMeta(db, 'text-index', 'current');
}

export type TextRow = readonly [id: number, key: string, name: string];

/** After the rows were inserted. */
export function addToTextIndex(db: Connection, rows: readonly TextRow[]): void {
  if (!isTextIndexCurrent(db)) return;
  if (rows.length > LARGE) setMeta(db, 'text-index', 'behind');
  else for (const row of rows) db.run('INSERT INTO entity_text (rowid, key, name) VALUES (?, ?, ?)', row);
}

/** With the values that the index holds. */
export function removeFromTextIndex(db: Connection, rows: readonly TextRow[]): void {
  if (!isTextIndexCurrent(db)) return;
  if (rows.length > LARGE) setMeta(db, 'text-index', 'behind');
  else for (const row of rows) db.run("INSERT INTO entity_text (entity_text, rowid, key, name) VALUES ('delete', ?, ?, ?)", row);
}

/** A query for exactly this substring; undefined where the index cannot answer. */
export function textQuery(text: string): string | undefined {
  if (Array.from(text).length < 3 || text.includes('\0')) return undefined;
  return `"${text.replaceAll('"', '""')}"`;
}
