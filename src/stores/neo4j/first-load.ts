/**
 * The first load of an empty store needs to look nothing up: what this run did not write is not there, and what it wrote has a number.
 * That holds while this process knows all that it wrote and nobody else writes: the head remembers which run is the only one
 * (`soleRun`), under its lock.
 */
import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { strengthOf } from '../../model/merge.ts';
import { relationshipId } from '../../model/relationship-id.ts';

export interface Written {
  /** Numbers of entities' nodes, by key. */
  readonly nodes: Map<string, number>;
  /** Relationships. */
  readonly ids: Set<string>;
}

export interface FirstLoads {
  begin(collection: string): void;
  /** What a first load wrote; undefined when this is none, or no longer surely. */
  of(collection: string): Written | undefined;
  /** After an error nobody knows what was written; after the end nobody needs to. */
  end(collection: string): void;
}

const nothing = (): Written => ({ nodes: new Map(), ids: new Set() });

export function createFirstLoads(): FirstLoads {
  const loads = new Map<string, Written>();
  return {
    begin: (collection) => void loads.set(collection, nothing()),
    of: (collection) => loads.get(collection),
    end: (collection) => void loads.delete(collection),
  };
}

/** One transaction of a first load: what it writes counts once it is committed. */
export interface Load {
  readonly before: Written;
  readonly now: Written;
}

export const loadAfter = (before: Written): Load => ({ before, now: nothing() });

export function remember({ before, now }: Load): void {
  for (const [key, node] of now.nodes) before.nodes.set(key, node);
  for (const id of now.ids) before.ids.add(id);
}

export const entitiesAreNew = ({ before }: Load, said: readonly EntityFact[]): boolean =>
  said.every(({ key }) => !before.nodes.has(key));

export interface NewRelationship {
  readonly id: string;
  readonly source: number;
  readonly target: number;
  readonly fact: RelationshipFact;
}

export interface Sorted {
  /** Each once, the strongest of the same. */
  readonly fresh: readonly NewRelationship[];
  /** What is there already, or has an end that is not: to be looked up. */
  readonly others: readonly RelationshipFact[];
}

export function sortRelationships({ before, now }: Load, said: readonly RelationshipFact[]): Sorted {
  const nodeOf = (key: string): number | undefined => now.nodes.get(key) ?? before.nodes.get(key);
  const distinct = new Map<string, NewRelationship>();
  const others: RelationshipFact[] = [];
  for (const fact of said) {
    const id = relationshipId(fact);
    const [source, target] = [nodeOf(fact.source), nodeOf(fact.target)];
    if (source === undefined || target === undefined || before.ids.has(id)) {
      others.push(fact);
      continue;
    }
    const known = distinct.get(id);
    if (!known || strengthOf(fact) <= strengthOf(known.fact)) distinct.set(id, { id, source, target, fact });
  }
  return { fresh: [...distinct.values()], others };
}
