/**
 * The facet graph turned round and searched from a target, with relationships as vertices of their own, so that a dominator may be a
 * relationship:
 *
 *     target facet ──► relationship ──► source facet ──► the facets above it in the same entity
 *
 * A relationship has one vertex, CONTAINS one for each level by which it is passed.
 */
import { type AccessGraph, SAME } from './access-graph.ts';
import type { SearchTree } from './dominators.ts';
import { facetOf } from './levels-to.ts';
import { MOST, type ReachOptions } from './reach.ts';

export interface TransposedSearch extends SearchTree {
  /** By vertex: the relationship that it stands for, or -1. */
  readonly relationships: Int32Array;
  /** Vertex of the control facet by entity, or -1 where control of it does not lead to the target. */
  readonly controls: Int32Array;
}

/** Facets directly above: read 0 and put 1 below write 2, write below control 3. */
const UP = [2, 2, 3, -1] as const;

/** Depth first from the target at any level. The root is vertex 0, above the target's read and put. */
export function searchTransposed(graph: AccessGraph, target: number, { walk, without }: ReachOptions): TransposedSearch {
  const { inStarts, inRelationships, sources, needs, gives, certainties, over } = graph;
  const most = MOST[walk];
  const vertexOf = new Int32Array(graph.order * 4).fill(-1);
  const parents: number[] = [-1];
  const relationships: number[] = [-1];
  const from: number[] = [];
  const to: number[] = [];
  const facets: number[] = [];
  const cursors: number[] = [];
  const add = (parent: number, relationship: number): number => {
    from.push(parent);
    to.push(parents.length);
    parents.push(parent);
    relationships.push(relationship);
    return parents.length - 1;
  };
  const visit = (parent: number, facet: number): void => {
    const known = vertexOf[facet]!;
    if (known >= 0) {
      from.push(parent);
      to.push(known);
      return;
    }
    vertexOf[facet] = add(parent, -1);
    facets.push(facet);
    cursors.push(-1);
  };
  /** The source facet of a relationship that enters this facet, or -1. */
  const leads = (r: number, facet: number): number => {
    const source = sources[r]!;
    if (!needs[r] || certainties[r]! > most || over[source] || without?.[r]) return -1;
    if (gives[r] === SAME) return needs[r]! & (1 << facet) ? source * 4 + facet : -1;
    return facetOf(gives[r]!) === facet ? source * 4 + facetOf(needs[r]!) : -1;
  };
  const follow = (): void => {
    while (facets.length > 0) {
      const top = facets.length - 1;
      const facet = facets[top]!;
      const entity = facet >> 2;
      const cursor = cursors[top]!++;
      if (cursor === -1) {
        const up = UP[facet & 3]!;
        if (up >= 0) visit(vertexOf[facet]!, entity * 4 + up);
        continue;
      }
      const k = inStarts[entity]! + cursor;
      if (k >= inStarts[entity + 1]!) {
        facets.pop();
        cursors.pop();
        continue;
      }
      const r = inRelationships[k]!;
      const source = leads(r, facet & 3);
      if (source >= 0) visit(add(vertexOf[facet]!, r), source);
    }
  };
  for (const lowest of [0, 1]) {
    visit(0, target * 4 + lowest);
    follow();
  }
  const controls = Int32Array.from({ length: graph.order }, (_, entity) => vertexOf[entity * 4 + 3]!);
  return {
    parents: Int32Array.from(parents),
    relationships: Int32Array.from(relationships),
    from: Uint32Array.from(from),
    to: Uint32Array.from(to),
    controls,
  };
}
