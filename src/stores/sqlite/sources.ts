import type { SourceRecord } from '../../model/collection.ts';
import type { Connection } from './connection.ts';

/** By name. */
export function readSources(db: Connection, name?: string): SourceRecord[] {
  const rows =
    name === undefined
      ? db.all<[string]>('SELECT body FROM source ORDER BY name')
      : db.all<[string]>('SELECT body FROM source WHERE name = ?', [name]);
  return rows.map(([body]) => JSON.parse(body) as SourceRecord);
}

export function writeSource(db: Connection, source: SourceRecord): void {
  db.run('INSERT OR REPLACE INTO source VALUES (?, ?)', [source.name, JSON.stringify(source)]);
}
