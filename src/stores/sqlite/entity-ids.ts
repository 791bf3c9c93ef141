/**
 * Keys as numbers, remembered per connection for as long as no other connection commits (`PRAGMA data_version`): a load names the
 * same entities over and over. What was looked up or made in a transaction that fails is forgotten with it.
 */
import { type Connection, marks, pieces } from './connection.ts';

/** Some 40 MB of keys, however large the load; what is asked for again is looked up again. */
const REMEMBERED = 250_000;

interface Memory {
  dataVersion: number;
  readonly ids: Map<string, number>;
}
const memories = new WeakMap<Connection, Memory>();

/** To be called once at the start of a write transaction. */
export function rememberedIds(db: Connection): Map<string, number> {
  const dataVersion = Number(db.get('PRAGMA data_version')?.[0]);
  const memory = memories.get(db);
  if (memory && memory.dataVersion === dataVersion && memory.ids.size < REMEMBERED) return memory.ids;
  const ids = new Map<string, number>();
  memories.set(db, { dataVersion, ids });
  return ids;
}

export const forgetIds = (db: Connection): boolean => memories.delete(db);

/** Fills `ids` with those of `keys` that exist. */
export function lookUpIds(db: Connection, keys: readonly string[], ids: Map<string, number>): void {
  const unknown = keys.filter((key) => !ids.has(key));
  for (const some of pieces(unknown)) {
    for (const [id, key] of db.iterate<[number, string]>(`SELECT id, key FROM entity WHERE key IN ${marks(some.length)}`, some)) {
      ids.set(key, id);
    }
  }
}

/** Ids of the keys that exist, without remembering. */
export function idsOf(db: Connection, keys: readonly string[]): Map<string, number> {
  const ids = new Map<string, number>();
  lookUpIds(db, [...new Set(keys)], ids);
  return ids;
}

export function nextEntityId(db: Connection): number {
  return Number(db.get('SELECT coalesce(max(id), 0) + 1 FROM entity')?.[0]);
}
