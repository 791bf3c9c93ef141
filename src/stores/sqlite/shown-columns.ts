/**
 * The columns of an entity that order and search read; what is shown comes from the claims. They are what the claims merge to, but
 * a claim that cannot move them is told without merging: what a thousand scopes claim is not merged a thousand times over.
 */
import type { Entity, EntityFact } from '../../model/entity.ts';
import { heldEntities } from './claims.ts';
import { type Connection, marks, pieces, type SqlValue } from './connection.ts';
import { addToTextIndex, removeFromTextIndex } from './text-index.ts';

export const columnText = (name: string): string => name.replaceAll('\0', '\uFFFD');

type Shown = Pick<Entity, 'kind' | 'name' | 'provider' | 'tier' | 'environment' | 'owner' | 'state' | 'expiresAt'>;

export const shownColumns = (shown: Shown): SqlValue[] => [
  shown.kind,
  columnText(shown.name),
  shown.provider,
  shown.tier ?? null,
  shown.environment ?? null,
  shown.owner ?? null,
  shown.state,
  shown.expiresAt ?? null,
];
/** How many of them the strongest claim alone decides. */
const NAMING = 3;

export interface ShownRow {
  readonly columns: readonly SqlValue[];
  /** The generation since which the entity is as it is. */
  readonly changed: number;
}

export function shownRows(db: Connection, ids: readonly number[]): Map<number, ShownRow> {
  const rows = new Map<number, ShownRow>();
  for (const some of pieces(ids)) {
    const sql = `SELECT id, changed, kind, name, provider, tier, environment, owner, state, expires_at FROM entity WHERE id IN ${marks(some.length)}`;
    for (const [id, changed, ...columns] of db.iterate<[number, number, ...SqlValue[]]>(sql, some))
      rows.set(id, { columns, changed });
  }
  return rows;
}

/**
 * Whether a further claim leaves the columns as they are, wherever it ranks: it says what they say, or nothing. A stub beside what
 * states the thing does not name it.
 */
export function leavesColumns({ columns }: ShownRow, fact: EntityFact, isStated: () => boolean): boolean {
  const said = columnsOf(fact);
  const isSameName = columns.slice(0, NAMING).every((shown, at) => said[at] === shown);
  if (!isSameName && !(fact.stub && isStated())) return false;
  return columns.slice(NAMING).every((shown, at) => {
    if (said[NAMING + at] !== null) return said[NAMING + at] === shown;
    // What only one claim calls unknown gives way to another that says nothing.
    return shown !== 'unknown' || NAMING + at === STATE;
  });
}

const STATE = 6;

/** Whether a claim is no stub. */
export const isStated = (db: Connection, id: number): boolean =>
  db.get('SELECT 1 FROM entity_claim WHERE entity = ? AND stub = 0 LIMIT 1', [id]) !== undefined;

/** A state that is not said is not yet `unknown`: a claim that says so may be a person's word. */
const columnsOf = (fact: EntityFact): SqlValue[] => shownColumns(fact as Shown).map((value) => value ?? null);

/** Whether a claim that says `after` instead of `before` can move no column. */
export function saysSameColumns(before: EntityFact, after: EntityFact): boolean {
  const said = columnsOf(after);
  return before.overlay === after.overlay && columnsOf(before).every((value, at) => value === said[at]);
}

/** Brings entity rows and text index to what the claims merge to now. */
export function refreshShown(db: Connection, { generation }: { readonly generation: number }, ids: readonly number[]): void {
  for (const { id, entity } of heldEntities(db, ids)) {
    const indexed = db.get<[string]>('SELECT name FROM entity WHERE id = ?', [id])?.[0] as string;
    const name = columnText(entity.name);
    if (indexed !== name) removeFromTextIndex(db, [[id, entity.key, indexed]]);
    db.run(
      `UPDATE entity SET kind = ?, name = ?, provider = ?, tier = ?, environment = ?, owner = ?, state = ?, expires_at = ?, changed = ?
        WHERE id = ?`,
      [...shownColumns(entity), generation, id],
    );
    if (indexed !== name) addToTextIndex(db, [[id, entity.key, name]]);
  }
}
