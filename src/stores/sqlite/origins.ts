/** (source or join, scope) as small numbers. They are only ever added, so what a connection has read of them stays true. */
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

interface Memory {
  newest: number;
  readonly origins: Map<number, Origin>;
}
const memories = new WeakMap<Connection, Memory>();

/** What a transaction that fails has added is gone with it. */
export const forgetOrigins = (db: Connection): boolean => memories.delete(db);

/** All of them. A source may have thousands of scopes: only those that came since are read again. */
export function origins(db: Connection): ReadonlyMap<number, Origin> {
  const memory = memories.get(db) ?? { newest: 0, origins: new Map<number, Origin>() };
  memories.set(db, memory);
  const rows = db.all<[number, string, string]>('SELECT id, name, scope FROM origin WHERE id > ? ORDER BY id', [memory.newest]);
  for (const [id, name, scope] of rows) {
    memory.origins.set(id, { name, scope });
    memory.newest = id;
  }
  return memory.origins;
}
