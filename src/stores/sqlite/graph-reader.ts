import type { Relationship, RelationshipName } from '../../model/entity.ts';
import type { EntityKind, RelationshipKind } from '../../model/kinds.ts';
import type { GraphReader, NeighbourRequest } from '../../ports/store.ts';
import type { Access } from './access.ts';
import { type Ends, endsText, loadRelationships } from './claims.ts';
import { kindCode, kindName } from './codec.ts';
import { type Connection, marks } from './connection.ts';
import { createDocumentReader } from './documents.ts';
import { idsOf } from './entity-ids.ts';
import { createEntityFinder } from './find-entities.ts';
import { metaNumber } from './meta.ts';
import { batched, readGraph, wholeEntities, wholeRelationships } from './read-graph.ts';
import { readSources } from './sources.ts';

/** Whole entities and relationships are large: fewer at once than lean rows. */
const WHOLE_AT_ONCE = 1000;

function named(db: Connection, names: readonly RelationshipName[]): Relationship[] {
  const ids = idsOf(
    db,
    names.flatMap(({ source, target }) => [source, target]),
  );
  const ends = new Map<string, Ends>();
  for (const { source, kind, target } of names) {
    const [from, to] = [ids.get(source), ids.get(target)];
    if (from === undefined || to === undefined) continue;
    const found: Ends = [from, kindCode(kind), to];
    ends.set(endsText(found), found);
  }
  return loadRelationships(db, [...ends.values()]).map(({ relationship }) => relationship);
}

function neighbours(db: Connection, { keys, direction, kinds, limit }: NeighbourRequest): Relationship[] {
  const end = direction === 'out' ? 'source' : 'target';
  const only = kinds ? `AND kind IN ${marks(kinds.length)}` : '';
  const sql = `SELECT DISTINCT source, kind, target FROM relationship_claim WHERE ${end} = ? ${only} LIMIT ?`;
  const found = [...idsOf(db, keys).values()].flatMap((id) =>
    db.all<[number, number, number]>(sql, [id, ...(kinds ?? []).map(kindCode), limit]),
  );
  const distinct = new Map(found.map((ends) => [ends.join(' '), ends]));
  return loadRelationships(db, [...distinct.values()]).map(({ relationship }) => relationship);
}

function counts(db: Connection): { entities: Record<string, number>; relationships: Record<string, number> } {
  const entities = db.all<[string, number]>('SELECT kind, count(*) FROM entity GROUP BY kind');
  const relationships = db.all<[number, number]>(
    'SELECT kind, count(*) FROM (SELECT DISTINCT source, kind, target FROM relationship_claim) GROUP BY kind',
  );
  return {
    entities: Object.fromEntries(entities),
    relationships: Object.fromEntries(relationships.map(([kind, count]) => [kindName(kind), count])),
  };
}

function* plucked<T, K extends keyof T>(items: Iterable<T>, name: K): Generator<T[K]> {
  for (const item of items) yield item[name];
}

export const createGraphReader = (access: Access): GraphReader => ({
  ...createEntityFinder(access),
  ...createDocumentReader(access),
  generation: () => access.read((db) => metaNumber(db, 'generation')),
  readGraph: () => access.stream(readGraph),
  readEntities: (filter: { readonly kinds?: readonly EntityKind[] } = {}) =>
    access.stream((db) => batched(plucked(wholeEntities(db, filter.kinds), 'entity'), WHOLE_AT_ONCE)),
  readRelationships: (filter: { readonly kinds?: readonly RelationshipKind[] } = {}) =>
    access.stream((db) => batched(plucked(wholeRelationships(db, filter.kinds), 'relationship'), WHOLE_AT_ONCE)),
  relationships: (names) => access.read((db) => named(db, names)),
  neighbours: (request) => access.read((db) => neighbours(db, request)),
  sources: () => access.read((db) => readSources(db)),
  counts: () => access.read(counts),
});
