/** (source or join, scope) as small numbers. */
import type { Connection } from './connection.ts';

export interface Origin {
  readonly name: string;
  readonly scope: string;
}

export function originId(db: Connection, { name, scope }: Origin): number {
  db.run('INSERT INTO origin (name, scope) VALUES (?, ?) ON CONFLICT DO NOTHING', [name, scope]);
  return db.get<[number]>('SELECT id FROM origin WHERE name = ? AND scope = ?', [name, scope])?.[0] as number;
}

export function originIds(db: Connection, name: string, scopes?: readonly string[]): number[] {
  const rows = db.all<[number, string]>('SELECT id, scope FROM origin WHERE name = ?', [name]);
  return rows.filter(([, scope]) => !scopes || scopes.includes(scope)).map(([id]) => id);
}

export function origins(db: Connection): Map<number, Origin> {
  const rows = db.all<[number, string, string]>('SELECT id, name, scope FROM origin');
  return new Map(rows.map(([id, name, scope]) => [id, { name, scope }]));
}
