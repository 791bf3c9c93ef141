import type { Time } from '../../model/entity.ts';
import { RefusedError } from '../../model/errors.ts';
import type { Hold } from '../../model/plan.ts';
import type { PlanStore } from '../../ports/store.ts';
import type { Connection, SqlValue } from './connection.ts';

/** Once per id. */
export function placeHold(db: Connection, hold: Hold): void {
  db.run('INSERT INTO hold VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING', [
    hold.id,
    hold.target,
    hold.control,
    hold.holder,
    hold.since,
    hold.released ?? null,
    JSON.stringify(hold),
  ]);
}

/** By since, then id. */
export function findHolds(db: Connection, filter: Parameters<PlanStore['holds']>[0] = {}): Hold[] {
  const conditions: string[] = [];
  const values: SqlValue[] = [];
  for (const column of ['id', 'target', 'control', 'holder'] as const) {
    const value = filter[column];
    if (value === undefined) continue;
    conditions.push(`${column} = ?`);
    values.push(value);
  }
  if (filter.open !== undefined) conditions.push(filter.open ? 'released IS NULL' : 'released IS NOT NULL');
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  const rows = db.all<[string]>(`SELECT body FROM hold ${where} ORDER BY since, id`, values);
  return rows.map(([body]) => JSON.parse(body) as Hold);
}

function requireHold(db: Connection, id: string): Hold {
  const row = db.get<[string]>('SELECT body FROM hold WHERE id = ?', [id]);
  if (!row) throw new RefusedError(`hold ${id}: the store has no such hold; list them with \`interlock holds\``);
  return JSON.parse(row[0]) as Hold;
}

export function changeHold(db: Connection, id: string, change: Partial<Hold>): boolean {
  const hold = requireHold(db, id);
  if (hold.released !== undefined) return false;
  db.run('UPDATE hold SET body = ? WHERE id = ?', [JSON.stringify({ ...hold, ...change }), id]);
  return true;
}

/** Returns the holds of the same control that are still open. Released once; the first time stays. */
export function releaseHold(db: Connection, id: string, at: Time): Hold[] {
  const hold = requireHold(db, id);
  if (hold.released === undefined) {
    const released: Hold = { ...hold, released: at };
    db.run('UPDATE hold SET released = ?, body = ? WHERE id = ?', [at, JSON.stringify(released), id]);
  }
  return findHolds(db, { target: hold.target, control: hold.control, open: true });
}
