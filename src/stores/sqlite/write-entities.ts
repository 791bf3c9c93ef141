import type { EntityFact } from '../../model/entity.ts';
import { distinctEntities, entityFactFrom, entityFactText } from '../../model/fact-text.ts';
import { foldKey } from '../../model/keys.ts';
import { heldEntities } from './claims.ts';
import { type Connection, marks, pieces, type SqlValue } from './connection.ts';
import { lookUpIds, nextEntityId } from './entity-ids.ts';
import { type ChangeDraft, closingOf, recordChanges, recordVersions } from './history.ts';
import {
  columnText,
  isStated,
  leavesColumns,
  refreshShown,
  type ShownRow,
  saysSameColumns,
  shownColumns,
  shownRows,
} from './shown-columns.ts';
import { addToTextIndex, type TextRow } from './text-index.ts';

/** Who says it, and when. */
export interface Stamp {
  readonly origin: number;
  readonly generation: number;
  readonly at: number;
  /** A first load: one rebuild mark is written at its end instead of a change for each row. */
  readonly bulk: boolean;
  /** No relationship was claimed when the run began. */
  readonly alone: boolean;
  /** What the origin said before gives way, also to something weaker of the same generation. */
  readonly anew?: true;
}

interface Said {
  readonly id: number;
  readonly fact: EntityFact;
  readonly text: string;
}

/** Upserts claims; returns how many are new or differ. Ids of all keys are in `ids` afterwards. */
export function writeEntities(db: Connection, stamp: Stamp, facts: readonly EntityFact[], ids: Map<string, number>): number {
  const distinct = distinctEntities(facts);
  lookUpIds(
    db,
    distinct.map((fact) => fact.key),
    ids,
  );
  const made = new Map<string, Said[]>();
  const known: Said[] = [];
  let next = nextEntityId(db);
  for (const fact of distinct) {
    const text = entityFactText(fact);
    const id = ids.get(fact.key);
    const siblings = made.get(fact.key);
    if (id === undefined) made.set(fact.key, [{ id: next, fact, text }]);
    else if (siblings) siblings.push({ id, fact, text });
    else known.push({ id, fact, text });
    if (id === undefined) ids.set(fact.key, next++);
  }
  insertEntities(db, stamp, [...made.values()]);
  return made.size + updateClaims(db, stamp, known);
}

function insertEntities(db: Connection, stamp: Stamp, made: readonly (readonly Said[])[]): void {
  if (made.length === 0) return;
  const rows: SqlValue[] = [];
  const indexed: TextRow[] = [];
  for (const said of made) {
    const { id, fact } = (said.find((s) => !s.fact.stub) ?? said[0]) as Said;
    rows.push(id, fact.key, foldedOf(fact.key), ...shownColumns({ ...fact, state: fact.state ?? 'unknown' }), stamp.generation);
    indexed.push([id, fact.key, columnText(fact.name)]);
  }
  db.insert('entity', 12, rows);
  upsertClaims(db, stamp, made.flat());
  addToTextIndex(db, indexed);
  const several = made.filter((said) => said.length > 1).map((said) => (said[0] as Said).id);
  if (several.length > 0) refreshShown(db, stamp, several);
  if (!stamp.bulk)
    recordChanges(
      db,
      stamp.generation,
      indexed.map(([, key]): ChangeDraft => ['upsert', 'entity', key]),
    );
}

const foldedOf = (key: string): string | null => {
  const folded = foldKey(key);
  return folded === key ? null : folded;
};

function upsertClaims(db: Connection, { origin, generation, at }: Stamp, said: readonly Said[]): void {
  const rows: SqlValue[] = [];
  for (const { id, fact, text } of said) rows.push(id, origin, fact.stub ? 1 : 0, generation, at, at, text);
  db.insert(
    'entity_claim',
    7,
    rows,
    'ON CONFLICT DO UPDATE SET generation = excluded.generation, last_seen = excluded.last_seen, fact = excluded.fact',
  );
}

function updateClaims(db: Connection, stamp: Stamp, said: readonly Said[]): number {
  const texts = claimTexts(db, stamp.origin, said);
  const same: Said[] = [];
  const different: Said[] = [];
  for (const one of said) (texts.get(claimName(one)) === one.text ? same : different).push(one);
  for (const stub of [0, 1])
    touchClaims(
      db,
      stamp,
      stub,
      same.filter(({ fact }) => (fact.stub ? 1 : 0) === stub),
    );
  if (different.length === 0) return 0;
  const ids = [...new Set(different.map(({ id }) => id))];
  const shown = shownRows(db, ids);
  closeVersions(
    db,
    stamp,
    ids.filter((id) => (shown.get(id)?.changed ?? 0) < stamp.generation),
  );
  upsertClaims(db, stamp, different);
  const moved = movedBy(db, different, texts, shown);
  refreshShown(db, stamp, [...moved]);
  markChanged(
    db,
    stamp,
    ids.filter((id) => !moved.has(id)),
  );
  if (!stamp.bulk) {
    const keys = new Set(different.map(({ fact }) => fact.key));
    recordChanges(
      db,
      stamp.generation,
      [...keys].map((key): ChangeDraft => ['upsert', 'entity', key]),
    );
  }
  return different.length;
}

/** Whose columns the new claims may move. */
function movedBy(
  db: Connection,
  different: readonly Said[],
  texts: ReadonlyMap<number, string>,
  shown: ReadonlyMap<number, ShownRow>,
): Set<number> {
  const moving = different.filter((one) => {
    const before = texts.get(claimName(one));
    if (before !== undefined) return !saysSameColumns(entityFactFrom(one.fact.key, before), one.fact);
    const row = shown.get(one.id);
    if (row === undefined) return true;
    return !leavesColumns(row, one.fact, () => isStated(db, one.id));
  });
  return new Set(moving.map(({ id }) => id));
}

/** What was shown until now. What this generation has changed already has no version to close, however many claim it. */
function closeVersions(db: Connection, { generation }: Stamp, ids: readonly number[]): void {
  const before = heldEntities(db, ids);
  recordVersions(
    db,
    generation,
    before.map(({ entity, changed }) => closingOf(entity, changed)),
  );
}

function markChanged(db: Connection, { generation }: Stamp, ids: readonly number[]): void {
  for (const some of pieces(ids)) {
    db.run(`UPDATE entity SET changed = ? WHERE id IN ${marks(some.length)}`, [generation, ...some]);
  }
}

const claimName = ({ id, fact }: Said): number => id * 2 + (fact.stub ? 1 : 0);

function claimTexts(db: Connection, origin: number, said: readonly Said[]): Map<number, string> {
  const texts = new Map<number, string>();
  for (const some of pieces(said)) {
    const rows = db.iterate<[number, number, string]>(
      `SELECT entity, stub, fact FROM entity_claim WHERE entity IN ${marks(some.length)} AND origin = ?`,
      [...some.map(({ id }) => id), origin],
    );
    for (const [entity, stub, text] of rows) texts.set(entity * 2 + stub, text);
  }
  return texts;
}

function touchClaims(db: Connection, { origin, generation, at }: Stamp, stub: number, same: readonly Said[]): void {
  for (const some of pieces(same)) {
    db.run(
      `UPDATE entity_claim SET generation = ?, last_seen = ? WHERE entity IN ${marks(some.length)} AND origin = ? AND stub = ?`,
      [generation, at, ...some.map(({ id }) => id), origin, stub],
    );
  }
}
