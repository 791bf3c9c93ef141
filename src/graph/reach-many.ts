/**
 * Up to 32 searches at once: one bit each, in one walk over the facets. For questions that share most of what they reach, which is
 * what plans ask: it costs little more than one search.
 */
import { CONTROL, type FacetMask, IMPLIED, LEVELS, PUT, READ, WRITE } from '../model/kinds.ts';
import { type AccessGraph, SAME } from './access-graph.ts';
import { MOST, type ReachOptions } from './reach.ts';

export const MOST_AT_ONCE = 32;

export interface Search {
  readonly from: Iterable<number>;
  /** Of the relationships that are cut: those that this search walks all the same. */
  readonly reopened?: Iterable<number>;
}

export interface ReachedByMany {
  /** Facets that the i-th search has of an entity. */
  facetsOf(search: number, entity: number): FacetMask;
  /** Bit i is set where the i-th search reaches the entity at any level. */
  readonly any: Uint32Array;
}

/** At most MOST_AT_ONCE searches. Inactive and expired entities are reached but spread nothing. */
export function reachFromMany(graph: AccessGraph, searches: readonly Search[], { walk, without }: ReachOptions): ReachedByMany {
  const { starts, targets, needs, gives, certainties, over } = graph;
  const most = MOST[walk];
  const seen = LEVELS.map(() => new Uint32Array(graph.order));
  const fresh = LEVELS.map(() => new Uint32Array(graph.order));
  const any = new Uint32Array(graph.order);
  const isWaiting = new Uint8Array(graph.order);
  const passes = passesOf(searches);
  let waiting: number[] = [];
  let next: number[] = [];
  const enter = (entity: number, facets: FacetMask, bits: number): void => {
    let isNew = 0;
    for (let level = 0; level < LEVELS.length; level++) {
      if (!(facets & (1 << level))) continue;
      const more = bits & ~seen[level]![entity]!;
      if (!more) continue;
      seen[level]![entity]! |= more;
      fresh[level]![entity]! |= more;
      isNew |= more;
    }
    if (!isNew) return;
    any[entity]! |= isNew;
    if (over[entity] || isWaiting[entity]) return;
    isWaiting[entity] = 1;
    next.push(entity);
  };
  searches.forEach(({ from }, i) => {
    for (const entity of from) enter(entity, IMPLIED.control, 1 << i);
  });
  const taken = new Uint32Array(LEVELS.length);
  while (next.length > 0) {
    [waiting, next] = [next, []];
    for (const entity of waiting) {
      isWaiting[entity] = 0;
      for (let level = 0; level < LEVELS.length; level++) {
        taken[level] = fresh[level]![entity]!;
        fresh[level]![entity] = 0;
      }
      for (let r = starts[entity]!; r < starts[entity + 1]!; r++) {
        const need = needs[r]!;
        if (!need || certainties[r]! > most) continue;
        const open = without?.[r] ? (passes.get(r) ?? 0) : -1;
        for (let level = 0; open !== 0 && level < LEVELS.length; level++) {
          const bits = need & (1 << level) ? taken[level]! & open : 0;
          if (bits) enter(targets[r]!, gives[r] === SAME ? IMPLIED[LEVELS[level]!] : gives[r]!, bits);
        }
      }
    }
  }
  const [read, put, write, control] = seen as [Uint32Array, Uint32Array, Uint32Array, Uint32Array];
  const facetsOf = (search: number, entity: number): FacetMask => {
    const at = (words: Uint32Array, facet: FacetMask): FacetMask => ((words[entity]! >>> search) & 1 ? facet : 0);
    return at(read, READ) | at(put, PUT) | at(write, WRITE) | at(control, CONTROL);
  };
  return { facetsOf, any };
}

function passesOf(searches: readonly Search[]): ReadonlyMap<number, number> {
  const passes = new Map<number, number>();
  searches.forEach(({ reopened = [] }, i) => {
    for (const r of reopened) passes.set(r, (passes.get(r) ?? 0) | (1 << i));
  });
  return passes;
}

/** The searches in turns of MOST_AT_ONCE; `visit` gets the number of the first of each turn. */
export function reachInTurns(
  graph: AccessGraph,
  searches: readonly Search[],
  options: ReachOptions & { readonly visit: (reached: ReachedByMany, first: number, count: number) => void },
): void {
  for (let first = 0; first < searches.length; first += MOST_AT_ONCE) {
    const turn = searches.slice(first, first + MOST_AT_ONCE);
    options.visit(reachFromMany(graph, turn, options), first, turn.length);
  }
}
