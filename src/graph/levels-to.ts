/** Who reaches a target, and at which levels: all four levels in one search against the relationships. */
import { CONTROL, type FacetMask, LEVELS, WRITE } from '../model/kinds.ts';
import { type AccessGraph, SAME } from './access-graph.ts';
import { MOST, type ReachOptions } from './reach.ts';

export interface LevelsTo {
  /** Facets of the target that control of the entity leads to; 0 where it leads to none. */
  readonly levels: Uint8Array;
  /** Fewest relationships from control of the entity to the target at any level; -1 where there is no way. */
  readonly distances: Int32Array;
}

/**
 * Each entity carries four sets of target facets, one for each of its own facets: 16 bits. Breadth first; an entity is entered again
 * when a set grows, at most 16 times, so the cost is linear.
 */
export function levelsTo(graph: AccessGraph, target: number, { walk, without }: ReachOptions): LevelsTo {
  const { inStarts, inRelationships, sources, needs, gives, certainties, over } = graph;
  const most = MOST[walk];
  const leads = new Uint16Array(graph.order);
  const distances = new Int32Array(graph.order).fill(-1);
  let frontier: number[] = [];
  const enter = (entity: number, sets: number, distance: number, next: number[]): void => {
    const fresh = sets & ~leads[entity]!;
    if (!fresh) return;
    if (fresh >>> 12 && distances[entity] === -1) distances[entity] = distance;
    leads[entity]! |= fresh;
    next.push(entity, fresh);
  };
  let own = 0;
  LEVELS.forEach((_, facet) => {
    own |= upwards(facet, 1 << facet);
  });
  enter(target, own, 0, frontier);
  for (let distance = 1; frontier.length > 0; distance++) {
    const next: number[] = [];
    for (let i = 0; i < frontier.length; i += 2) {
      const entity = frontier[i]!;
      const fresh = frontier[i + 1]!;
      for (let k = inStarts[entity]!; k < inStarts[entity + 1]!; k++) {
        const r = inRelationships[k]!;
        if (!needs[r] || certainties[r]! > most || over[sources[r]!] || without?.[r]) continue;
        enter(sources[r]!, gives[r] === SAME ? through(needs[r]!, fresh) : across(needs[r]!, gives[r]!, fresh), distance, next);
      }
    }
    frontier = next;
  }
  return { levels: Uint8Array.from(leads, (sets) => sets >>> 12), distances };
}

const setAt = (sets: number, facet: number): number => (sets >>> (4 * facet)) & 15;

/** What a facet leads to, the facets above it in the same entity lead to as well. Facets are read 0, put 1, write 2, control 3. */
const upwards = (facet: number, set: number): number =>
  facet < 2 ? (set << (4 * facet)) | (set << 8) | (set << 12) : facet === 2 ? (set << 8) | (set << 12) : set << 12;

/** Of CONTAINS: each of its levels leads to what the same level leads to. */
function through(levels: FacetMask, fresh: number): number {
  let sets = 0;
  for (let facet = 0; facet < 4; facet++) if (levels & (1 << facet)) sets |= upwards(facet, setAt(fresh, facet));
  return sets;
}

const across = (need: FacetMask, give: FacetMask, fresh: number): number => upwards(facetOf(need), setAt(fresh, facetOf(give)));

/** The highest facet of a mask. */
export const facetOf = (mask: FacetMask): number => (mask & CONTROL ? 3 : mask & WRITE ? 2 : mask & 2 ? 1 : 0);
