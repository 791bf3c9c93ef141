/** Entities and relationships of one place into the graph, inside a transaction that holds the head. */
import type { EntityFact, RelationshipFact, RelationshipName } from '../../model/entity.ts';
import { InputError } from '../../model/errors.ts';
import { distinctEntities, distinctRelationships } from '../../model/fact-text.ts';
import { relationshipId } from '../../model/relationship-id.ts';
import {
  type EntityWrites,
  type FoundEntity,
  type FoundRelationship,
  nameOf,
  noWrites,
  type RelationshipWrites,
  type SaidEntity,
  sayEntity,
  sayRelationship,
  type Writing,
} from './change-set.ts';
import { inBatches, type Run } from './client.ts';
import { entitiesAreNew, type Load, sortRelationships } from './first-load.ts';
import { loadRelationships } from './load-relationships.ts';
import * as facts from './queries/facts.ts';
import type { Recorder } from './recorder.ts';

export interface SaidEntities {
  readonly writing: Writing;
  readonly entities: readonly EntityFact[];
}

/**
 * Returns how many of the facts show. What several places say of one thing, such as an organisation of which every repository speaks,
 * is written once: each write of a thing costs as much as all of its claims.
 */
export async function writeEntities(run: Run, recorder: Recorder, said: readonly SaidEntities[], load?: Load): Promise<number> {
  const [first] = said;
  if (!first) return 0;
  const byKey = new Map<string, SaidEntity[]>();
  for (const { writing, entities } of said) {
    for (const fact of distinctEntities(entities)) {
      const list = byKey.get(fact.key);
      if (list) list.push({ writing, fact });
      else byKey.set(fact.key, [{ writing, fact }]);
    }
  }
  const isNew = load !== undefined && said.every(({ entities }) => entitiesAreNew(load, entities));
  const found = isNew ? new Map<string, FoundEntity>() : await findEntities(run, [...byKey.keys()]);
  const writes = noWrites();
  let shown = 0;
  for (const [key, list] of byKey) shown += sayEntity(writes, recorder, list, found.get(key));
  for (const { key, node } of await applyEntities(run, writes, first.writing)) load?.now.nodes.set(key, node);
  return shown;
}

export async function findEntities(run: Run, keys: readonly string[]): Promise<Map<string, FoundEntity>> {
  const rows = await inBatches(keys, (portion) => run(facts.findEntities, { keys: portion }));
  return new Map(rows.map((row) => [row.key, row]));
}

/** Merges before deletions, so that nobody sees a graph with a hole that is filled a moment later. */
export async function applyEntities(run: Run, writes: EntityWrites, { at, generation }: Life): Promise<readonly MadeEntity[]> {
  const made = await inBatches(writes.created, (rows) => run(facts.createEntities, { rows }));
  await inBatches(writes.updated, (rows) => run(facts.updateEntities, { rows }));
  await inBatches(writes.refreshed, (rows) => run(facts.refreshEntities, { rows, at, generation }));
  await inBatches(writes.deleted, (keys) => run(facts.deleteEntities, { keys }));
  return made;
}

interface MadeEntity {
  readonly key: string;
  /** The number of its node. */
  readonly node: number;
}

type Life = Pick<Writing, 'at' | 'generation'>;

export async function writeRelationships(
  run: Run,
  recorder: Recorder,
  writing: Writing,
  said: readonly RelationshipFact[],
  load?: Load,
): Promise<number> {
  if (!load) return mergeRelationships(run, recorder, writing, said);
  const { fresh, others } = sortRelationships(load, said);
  const made = await loadRelationships(run, recorder, writing, fresh, load.now.ids);
  return others.length === 0 ? made : made + (await mergeRelationships(run, recorder, writing, others));
}

async function mergeRelationships(
  run: Run,
  recorder: Recorder,
  writing: Writing,
  said: readonly RelationshipFact[],
): Promise<number> {
  const distinct = distinctRelationships(said);
  const found = await findRelationships(run, distinct);
  const writes = noWrites();
  let shown = 0;
  for (const [place, fact] of distinct.entries()) {
    if (sayRelationship(writes, recorder, writing, fact, found.get(place))) shown++;
  }
  await applyRelationships(run, writes);
  return shown;
}

/** Below this a graph is read whole: Neo4j would plan a scan for each row, over the space of everything that was ever deleted. */
const FEW = 1_000;

/** By place in the list. Throws an InputError that names an end that nobody claims. */
async function findRelationships(run: Run, names: readonly RelationshipName[]): Promise<Map<number, FoundRelationship>> {
  if (names.length === 0) return new Map();
  const asked = numbered(names);
  const [size] = await run(facts.size, {});
  if ((size?.relationships ?? 0) <= FEW) return findAmongFew(run, asked);
  const found = new Map<number, FoundRelationship>();
  for (const row of await inBatches(asked, (rows) => run(facts.findRelationships, { rows: rows as never }))) {
    const name = names[row.place] as RelationshipName;
    if (row.noSource || row.noTarget) throw unclaimedEnd(name, row.noSource ? name.source : name.target);
    found.set(row.place, { ...(row as unknown as FoundRelationship), ...name });
  }
  return found;
}

type Asked = RelationshipName & { readonly place: number };

const numbered = (names: readonly RelationshipName[]): Asked[] =>
  names.map(({ source, kind, target }, place) => ({ place, source, kind, target }));

async function findAmongFew(run: Run, asked: readonly Asked[]): Promise<Map<number, FoundRelationship>> {
  await refuseMissingEnds(run, asked);
  const rows = await run(facts.fewRelationships, { limit: FEW + 1 });
  const byId = new Map(rows.map((row) => [relationshipId(nameOf(row)), row]));
  const found = new Map<number, FoundRelationship>();
  for (const name of asked) {
    const row = byId.get(relationshipId(name));
    if (row) found.set(name.place, row);
  }
  return found;
}

async function refuseMissingEnds(run: Run, asked: readonly Asked[]): Promise<void> {
  const [row] = await inBatches(asked, (rows) => run(facts.missingEnds, { rows: rows as never }));
  const name = row && asked[row.place];
  if (name) throw unclaimedEnd(name, row.noSource ? name.source : name.target);
}

const unclaimedEnd = (name: RelationshipName, end: string): InputError =>
  new InputError(`${relationshipId(name)}: nobody claims ${end}; a collector says at least a stub of what it names`);

export async function applyRelationships(run: Run, writes: RelationshipWrites): Promise<void> {
  await inBatches(writes.created, (rows) => run(facts.createRelationships, { rows }));
  await inBatches(writes.updated, (rows) => run(facts.updateRelationships, { rows }));
  await inBatches(writes.refreshed, (rows) => run(facts.refreshRelationships, { rows }));
  await inBatches(writes.deleted, (elements) => run(facts.deleteRelationships, { elements }));
}
