/**
 * Reach by breadth-first search over facets: exact, linear in what is reached.
 *
 * An entity may be entered up to four times, each time with facets that it did not have; only those spread on. Inactive and
 * expired entities are reached but spread nothing.
 */
import { CONTROL, type FacetMask, IMPLIED, PUT, READ, WRITE } from '../model/kinds.ts';
import { type AccessGraph, SAME, SAME_GIVES } from './access-graph.ts';

/** Which relationships are walked: up to `definite` (lo), up to `conditional` (sure), all (hi). */
export type Walk = 'lo' | 'sure' | 'hi';
/** Index in CERTAINTIES of the least sure relationship that is walked. */
export const MOST: Readonly<Record<Walk, number>> = { lo: 0, sure: 1, hi: 2 };

export interface ReachOptions {
  readonly walk: Walk;
  /** 1 where a relationship is cut. */
  readonly without?: Uint8Array;
}

export interface Reached {
  /** Facets per entity; 0 where it is not reached. Subjects have all. */
  readonly facets: Uint8Array;
  /** Fewest relationships to the entity at any level; -1 where it is not reached. */
  readonly distances: Int32Array;
}

/** What is reached from the control facets of the subjects. */
export function reachFrom(graph: AccessGraph, subjects: Iterable<number>, { walk, without }: ReachOptions): Reached {
  const { starts, targets, needs, gives, certainties, over } = graph;
  const most = MOST[walk];
  const facets = new Uint8Array(graph.order);
  const distances = new Int32Array(graph.order).fill(-1);
  let frontier: number[] = [];
  const enter = (entity: number, mask: FacetMask, distance: number, next: number[]): void => {
    const fresh = mask & ~facets[entity]!;
    if (!fresh) return;
    if (distances[entity] === -1) distances[entity] = distance;
    facets[entity]! |= fresh;
    if (!over[entity]) next.push(entity, fresh);
  };
  for (const subject of subjects) enter(subject, IMPLIED.control, 0, frontier);
  for (let distance = 1; frontier.length > 0; distance++) {
    const next: number[] = [];
    for (let i = 0; i < frontier.length; i += 2) {
      const entity = frontier[i]!;
      const fresh = frontier[i + 1]!;
      for (let r = starts[entity]!; r < starts[entity + 1]!; r++) {
        const met = needs[r]! & fresh;
        if (!met || certainties[r]! > most || without?.[r]) continue;
        const give = gives[r]!;
        enter(targets[r]!, give === SAME ? SAME_GIVES[met]! : give, distance, next);
      }
    }
    frontier = next;
  }
  return { facets, distances };
}

/** Upward closure: what a facet is reached from within its own entity. */
const ABOVE: Readonly<Record<FacetMask, FacetMask>> = {
  [READ]: READ | WRITE | CONTROL,
  [PUT]: PUT | WRITE | CONTROL,
  [WRITE]: WRITE | CONTROL,
  [CONTROL]: CONTROL,
};
const FACETS = [READ, PUT, WRITE, CONTROL] as const;
const aboveAll = (mask: FacetMask): FacetMask => FACETS.reduce((all, facet) => (mask & facet ? all | ABOVE[facet]! : all), 0);
const ABOVE_ALL = Uint8Array.from({ length: 16 }, (_, mask) => aboveAll(mask));

/**
 * From which facets of which entities one of the target's facets is reached. An entity *reaches* it when its own control facet is
 * among them. Distances count to that control facet. Of several targets, any will do.
 */
export function reachTo(
  graph: AccessGraph,
  target: number | readonly number[],
  facets: FacetMask,
  { walk, without }: ReachOptions,
): Reached {
  const { inStarts, inRelationships, sources, needs, gives, certainties, over } = graph;
  const most = MOST[walk];
  const seen = new Uint8Array(graph.order);
  const distances = new Int32Array(graph.order).fill(-1);
  let frontier: number[] = [];
  const enter = (entity: number, mask: FacetMask, distance: number, next: number[]): void => {
    const fresh = ABOVE_ALL[mask]! & ~seen[entity]!;
    if (!fresh) return;
    if (fresh & CONTROL) distances[entity] = distance;
    seen[entity]! |= fresh;
    next.push(entity, fresh);
  };
  for (const one of typeof target === 'number' ? [target] : target) enter(one, facets, 0, frontier);
  for (let distance = 1; frontier.length > 0; distance++) {
    const next: number[] = [];
    for (let i = 0; i < frontier.length; i += 2) {
      const entity = frontier[i]!;
      const fresh = frontier[i + 1]!;
      for (let k = inStarts[entity]!; k < inStarts[entity + 1]!; k++) {
        const r = inRelationships[k]!;
        const source = sources[r]!;
        if (!needs[r] || certainties[r]! > most || over[source] || without?.[r]) continue;
        const met = gives[r] === SAME ? needs[r]! & fresh : entersFresh(gives[r]!, fresh) ? needs[r]! : 0;
        if (met) enter(source, met, distance, next);
      }
    }
    frontier = next;
  }
  return { facets: seen, distances };
}

/** Whether the facet that a relationship enters (the top of its closed mask) is among the fresh ones. */
const entersFresh = (closed: FacetMask, fresh: FacetMask): boolean => (topOf(closed) & fresh) !== 0;
const topOf = (closed: FacetMask): FacetMask => (closed & CONTROL ? CONTROL : closed & WRITE ? WRITE : closed);
