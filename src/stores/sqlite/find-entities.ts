/** Pages, look-ups and search. */
import type { Entity } from '../../model/entity.ts';
import { foldKey } from '../../model/keys.ts';
import type { EntityKind } from '../../model/kinds.ts';
import { endsInPart } from '../../model/lookup.ts';
import type { EntityFilter, EntityOrder, EntityPage, EntityPageRequest } from '../../ports/store.ts';
import type { Access } from './access.ts';
import { heldEntities } from './claims.ts';
import { type Connection, marks, type SqlValue } from './connection.ts';
import { idsOf } from './entity-ids.ts';
import { buildTextIndex, isTextIndexCurrent, textQuery } from './text-index.ts';

interface Condition {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

const equal = (column: string, value: SqlValue | undefined): Condition[] =>
  value === undefined ? [] : [{ sql: `${column} = ?`, values: [value] }];

const among = (column: string, values: readonly string[]): Condition => ({ sql: `${column} IN ${marks(values.length)}`, values });

function holding(text: string): Condition {
  const query = textQuery(text);
  if (query !== undefined) return { sql: 'id IN (SELECT rowid FROM entity_text WHERE entity_text MATCH ?)', values: [query] };
  return { sql: '(instr(lower(key), lower(?)) > 0 OR instr(lower(name), lower(?)) > 0)', values: [text, text] };
}

function conditionsOf(filter: EntityFilter): Condition[] {
  return [
    ...(filter.kinds ? [among('kind', filter.kinds)] : []),
    ...equal('provider', filter.provider),
    ...equal('tier', filter.tier),
    ...equal('environment', filter.environment),
    ...equal('owner', filter.owner),
    ...equal('state', filter.state),
    ...(filter.text ? [holding(filter.text)] : []),
  ];
}

const whereAll = (conditions: readonly Condition[]): Condition => ({
  sql: conditions.length === 0 ? '' : `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`,
  values: conditions.flatMap(({ values }) => values),
});

const ORDERS: Readonly<Record<EntityOrder, string>> = { key: 'key', name: 'name', kind: 'kind' };

function page(db: Connection, { filter, orderBy, first, after }: EntityPageRequest): EntityPage {
  const all = conditionsOf(filter);
  const column = ORDERS[orderBy];
  const total = whereAll(all);
  const rest = whereAll(after ? [...all, { sql: `(${column}, key) > (?, ?)`, values: [after.value, after.key] }] : all);
  const rows = db.all<[number]>(`SELECT id FROM entity ${rest.sql} ORDER BY ${column}, key LIMIT ?`, [...rest.values, first + 1]);
  return {
    entities: inOrder(
      db,
      rows.slice(0, first).map(([id]) => id),
    ),
    hasMore: rows.length > first,
    total: Number(db.get(`SELECT count(*) FROM entity ${total.sql}`, total.values)?.[0]),
  };
}

function inOrder(db: Connection, ids: readonly number[]): Entity[] {
  const held = new Map(heldEntities(db, ids).map(({ id, entity }) => [id, entity]));
  return ids.flatMap((id) => held.get(id) ?? []);
}

function candidates(db: Connection, text: string, limit: number): string[] {
  const keys = (sql: string, values: SqlValue[]): string[] =>
    db.all<[string]>(`SELECT key FROM entity WHERE ${sql} ORDER BY key`, values).map(([key]) => key);
  const folded = foldKey(text);
  const exact = keys('key IN (?, ?) OR folded = ?', [text, folded, folded]);
  if (exact.length > 0) return exact.slice(0, limit);
  const { sql, values } = holding(text);
  const parts = text === '' ? [] : keys(sql, [...values]).filter((key) => endsInPart(key, text));
  return (parts.length > 0 ? parts : keys('name = ?', [text])).slice(0, limit);
}

function search(db: Connection, text: string, kinds: readonly EntityKind[], limit: number): Entity[] {
  const where = whereAll([holding(text), ...(kinds.length > 0 ? [among('kind', kinds)] : [])]);
  const rows = db.all<[number]>(`SELECT id FROM entity ${where.sql} ORDER BY key LIMIT ?`, [...where.values, limit]);
  return inOrder(
    db,
    rows.map(([id]) => id),
  );
}

/** Reads with the text index brought up to date where the text needs it. */
async function readWithIndex<T>(access: Access, text: string | undefined, work: (db: Connection) => T): Promise<T> {
  const needed = text !== undefined && textQuery(text) !== undefined;
  if (needed && !(await access.read(isTextIndexCurrent))) await access.write(buildTextIndex);
  return access.read(work);
}

export const createEntityFinder = (access: Access) => ({
  entities: (keys: readonly string[]) =>
    access.read((db) => heldEntities(db, [...idsOf(db, keys).values()]).map(({ entity }) => entity)),
  page: (request: EntityPageRequest) => readWithIndex(access, request.filter.text, (db) => page(db, request)),
  candidates: (text: string, limit: number) => readWithIndex(access, text, (db) => candidates(db, text, limit)),
  search: (text: string, kinds: readonly EntityKind[], limit: number) =>
    readWithIndex(access, text, (db) => search(db, text, kinds, limit)),
});
