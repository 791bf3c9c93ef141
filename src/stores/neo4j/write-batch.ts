/** Entities and relationships of one place into the graph, inside a transaction that holds the head. */
import type { EntityFact, RelationshipFact, RelationshipName } from '../../model/entity.ts';
import { InputError } from '../../model/errors.ts';
import { distinctEntities, distinctRelationships } from '../../model/fact-text.ts';
import {
  type EntityWrites,
  type FoundEntity,
  type FoundRelationship,
  noWrites,
  type RelationshipWrites,
  sayEntity,
  sayRelationship,
  type Writing,
} from './change-set.ts';
import { inBatches, type Run } from './client.ts';
import * as facts from './queries/facts.ts';
import type { Recorder } from './recorder.ts';

/** Returns how many of the facts show. */
export async function writeEntities(
  run: Run,
  recorder: Recorder,
  writing: Writing,
  said: readonly EntityFact[],
): Promise<number> {
  let shown = 0;
  for (const portion of oncePerKey(distinctEntities(said))) {
    const found = await findEntities(
      run,
      portion.map((fact) => fact.key),
    );
    const writes = noWrites();
    for (const fact of portion) if (sayEntity(writes, recorder, writing, fact, found.get(fact.key))) shown++;
    await applyEntities(run, writes, writing);
  }
  return shown;
}

/** A thing and a stub of it may come together; the second is said of what the first left. */
function oncePerKey(said: readonly EntityFact[]): EntityFact[][] {
  const keys = new Set<string>();
  const again: EntityFact[] = [];
  const first = said.filter((fact) => {
    if (keys.has(fact.key)) again.push(fact);
    else return keys.add(fact.key);
    return false;
  });
  return again.length === 0 ? [first] : [first, again];
}

export async function findEntities(run: Run, keys: readonly string[]): Promise<Map<string, FoundEntity>> {
  const rows = await inBatches(keys, (portion) => run(facts.findEntities, { keys: portion }));
  return new Map(rows.map((row) => [row.key, row]));
}

/** Merges before deletions, so that nobody sees a graph with a hole that is filled a moment later. */
export async function applyEntities(run: Run, writes: EntityWrites, { at, generation }: Life): Promise<void> {
  await inBatches(writes.created, (rows) => run(facts.createEntities, { rows }));
  await inBatches(writes.updated, (rows) => run(facts.updateEntities, { rows }));
  await inBatches(writes.refreshed, (rows) => run(facts.refreshEntities, { rows, at, generation }));
  await inBatches(writes.deleted, (keys) => run(facts.deleteEntities, { keys }));
}

type Life = Pick<Writing, 'at' | 'generation'>;

export async function writeRelationships(
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
  await applyRelationships(run, writes, writing);
  return shown;
}

/** By place in the list. Throws an InputError that names an end that nobody claims. */
async function findRelationships(run: Run, names: readonly RelationshipName[]): Promise<Map<number, FoundRelationship>> {
  const asked = names.map(({ source, kind, target }, place) => ({ place, source, kind, target }));
  const rows = await inBatches(asked, (portion) => run(facts.findRelationships, { rows: portion }));
  const found = new Map<number, FoundRelationship>();
  for (const row of rows) {
    const name = names[row.place] as RelationshipName;
    if (row.noSource || row.noTarget) throw unclaimedEnd(name, row.noSource ? name.source : name.target);
    found.set(row.place, { ...(row as unknown as FoundRelationship), ...name });
  }
  return found;
}

const unclaimedEnd = ({ source, kind, target }: RelationshipName, end: string): InputError =>
  new InputError(`${source} ${kind} ${target}: nobody claims ${end}; a collector says at least a stub of what it names`);

export async function applyRelationships(run: Run, writes: RelationshipWrites, { at, generation }: Life): Promise<void> {
  await inBatches(writes.created, (rows) => run(facts.createRelationships, { rows }));
  await inBatches(writes.updated, (rows) => run(facts.updateRelationships, { rows }));
  await inBatches(writes.refreshed, (rows) => run(facts.refreshRelationships, { rows, at, generation }));
  await inBatches(writes.deleted, (elements) => run(facts.deleteRelationships, { elements }));
}
