import type { SourceRecord } from '../../model/collection.ts';
import type { Entity, Json, Relationship } from '../../model/entity.ts';
import { foldKey } from '../../model/keys.ts';
import type { EntityKind, Tier } from '../../model/kinds.ts';
import { endsInPart } from '../../model/lookup.ts';
import type { EntityPageRequest, GraphEntity, GraphReader, GraphRelationship, GraphRows } from '../../ports/store.ts';
import { nameOf } from './change-set.ts';
import { type ClaimLists, entityFrom, heldFrom, type Runs, relationshipFrom } from './claims.ts';
import { type Client, inBatches, type Run } from './client.ts';
import * as facts from './queries/facts.ts';
import * as graph from './queries/graph.ts';
import * as meta from './queries/meta.ts';
import { readAhead } from './read-ahead.ts';
import type { RunTable } from './run-table.ts';
import type { ValuesOf } from './shapes.ts';

export const createGraphReader = (client: Client, runs: RunTable): GraphReader => ({
  generation: () => client.read(async (run) => (await run(meta.readHead, {}))[0]?.generation ?? 0),

  readGraph: () => readAhead(leanGraph(client)),

  async *readEntities({ kinds } = {}) {
    for await (const rows of client.stream(graph.entities, { kinds: kinds ?? null }))
      yield entitiesFrom(rows, await runs.of(rows));
  },

  async *readRelationships({ kinds } = {}) {
    for await (const rows of client.stream(graph.relationships, { kinds: kinds ?? null })) {
      yield relationshipsFrom(rows, await runs.of(rows));
    }
  },

  async entities(keys) {
    const distinct = [...new Set(keys)];
    const rows = await client.read((run) => inBatches(distinct, (some) => run(graph.entitiesByKey, { keys: some })));
    return entitiesFrom(rows, await runs.of(rows));
  },

  async relationships(names) {
    const asked = names.map(({ source, kind, target }) => ({ source, kind, target }));
    const rows = await client.read((run) => inBatches(asked, (some) => run(graph.relationshipsByName, { rows: some })));
    return relationshipsFrom(rows, await runs.of(rows));
  },

  async neighbours({ keys, direction, kinds, limit }) {
    const query = direction === 'out' ? graph.neighboursOut : graph.neighboursIn;
    const asked = { keys: [...new Set(keys)], kinds: kinds ?? null, limit };
    const rows = await client.read((run) => run(query, asked));
    return relationshipsFrom(rows, await runs.of(rows));
  },

  async page(request) {
    const { rows, total } = await client.read((run) => pageOf(run, request));
    const entities = entitiesFrom(rows.slice(0, request.first), await runs.of(rows));
    return { entities, hasMore: rows.length > request.first, total };
  },

  candidates: (text, limit) => client.read((run) => candidatesOf(run, text, limit)),

  async search(text, kinds, limit) {
    const rows = await client.read((run) => run(graph.search, { text: text.toLowerCase(), kinds, limit }));
    return entitiesFrom(rows, await runs.of(rows));
  },

  async *documents({ subject = null, type = null, origin = null } = {}) {
    for await (const rows of client.stream(graph.documents, { subject, type, origin })) {
      for (const { body, ...document } of rows) yield { ...document, body: JSON.parse(body) as Json };
    }
  },

  sources: () =>
    client.read(async (run) => (await run(facts.sources, {})).map(({ record }) => JSON.parse(record) as SourceRecord)),

  counts: () =>
    client.read(async (run) => ({
      entities: totals(await run(graph.countEntities, {})),
      relationships: totals(await run(graph.countRelationships, {})),
    })),
});

const totals = (rows: readonly { kind: string; total: number }[]): Record<string, number> =>
  Object.fromEntries(rows.map(({ kind, total }) => [kind, total]));

export const entitiesFrom = (rows: readonly (ClaimLists & { key: string })[], runs: Runs): Entity[] =>
  rows.map((row) => entityFrom(row.key, heldFrom(row), runs));

export const relationshipsFrom = (
  rows: readonly (ClaimLists & { source: string; kind: string; target: string })[],
  runs: Runs,
): Relationship[] => rows.map((row) => relationshipFrom(nameOf(row), heldFrom(row), runs));

/** Holds the head for as long as the rows take to arrive: writers wait. */
async function* leanGraph(client: Client): AsyncGenerator<GraphRows> {
  for await (const { query, rows } of client.alone(meta.lockHead, [graph.leanEntities, graph.leanRelationships])) {
    if (query === graph.leanEntities) yield { entities: (rows as unknown as EntityRow[]).map(leanEntity) };
    else yield { relationships: (rows as unknown as RelationshipRow[]).map(leanRelationship) };
  }
}

type EntityRow = ValuesOf<typeof graph.leanEntities.row>;
type RelationshipRow = ValuesOf<typeof graph.leanRelationships.row>;

const leanEntity = ({ key, kind, tier, state, expiresAt }: EntityRow): GraphEntity => ({
  key,
  kind: kind as EntityKind,
  ...(tier !== null && { tier: tier as Tier }),
  state: state as GraphEntity['state'],
  ...(expiresAt !== null && { expiresAt }),
});

function leanRelationship(row: RelationshipRow): GraphRelationship {
  const { group, option, ...fields } = row;
  const lean: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) if (value !== null) lean[name] = value;
  if (group !== null && option !== null) lean['alternative'] = { group, option };
  return lean as unknown as GraphRelationship;
}

async function pageOf(run: Run, { filter, orderBy, first, after }: EntityPageRequest) {
  const { kinds = null, provider = null, tier = null, environment = null, owner = null, state = null } = filter;
  const conditions = { kinds, provider, tier, environment, owner, state };
  const place = { orderBy, afterValue: after?.value ?? null, afterKey: after?.key ?? null, limit: first + 1 };
  const text = filter.text?.toLowerCase();
  if (text === undefined || text === '') {
    const [count] = await run(graph.count, conditions);
    return { rows: await run(graph.page, { ...conditions, ...place }), total: count?.total ?? 0 };
  }
  const [count] = await run(graph.countOfText, { text, ...conditions });
  return { rows: await run(graph.pageOfText, { text, ...conditions, ...place }), total: count?.total ?? 0 };
}

async function candidatesOf(run: Run, text: string, limit: number): Promise<string[]> {
  if (text === '') return [];
  const keysOf = (rows: readonly { key: string }[]) => rows.map(({ key }) => key);
  const exact = keysOf(await run(graph.exactKey, { key: text, folded: foldKey(text), limit }));
  if (exact.length > 0) return exact.includes(text) ? [text] : exact;
  const small = text.toLowerCase();
  const ending = keysOf(await run(graph.keysEnding, { text, small, limit })).filter((key) => endsInPart(key, text));
  return ending.length > 0 ? ending : keysOf(await run(graph.keysNamed, { text, small, limit }));
}
