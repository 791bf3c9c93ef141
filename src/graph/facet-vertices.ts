/**
 * The facet graph with as few vertices as the truth needs: a vertex (entity, top) for each level at which the entity is really
 * entered, and the control of subjects. What an entity holds at a top includes the levels below it:
 *
 *     (entity, control) ──► (entity, write) ──► (entity, read)
 *                                          └──► (entity, put)
 *
 * and a relationship leaves the lowest vertex that meets its need. Most entities are entered at one level and are one vertex.
 */
import { CONTROL, type FacetMask, IMPLIED, LEVEL_BIT, LEVELS, PUT, READ, WRITE } from '../model/kinds.ts';
import { type AccessGraph, groupBy, SAME, SAME_GIVES } from './access-graph.ts';
import type { Adjacency } from './components.ts';
import { MOST, type Walk } from './reach.ts';

export interface FacetVertices extends Adjacency {
  readonly count: number;
  /** By vertex. */
  readonly entities: Uint32Array;
  /** By vertex: the one bit of its top. */
  readonly tops: Uint8Array;
  /** By entity: tops at which relationships from reachable vertices enter it. */
  readonly entered: Uint8Array;
  vertexOf(entity: number, top: FacetMask): number;
}

const TOPS = [READ, PUT, WRITE, CONTROL] as const;
const CLOSURE = Uint8Array.from({ length: 16 }, (_, bits) =>
  LEVELS.reduce((mask, level) => (bits & LEVEL_BIT[level] ? mask | IMPLIED[level] : mask), 0),
);
/** The tops of a closed mask. */
const TOPS_OF = Uint8Array.from({ length: 16 }, (_, mask) =>
  mask & CONTROL ? CONTROL : mask & WRITE ? WRITE : mask & (READ | PUT),
);
export const closureOf = (bits: FacetMask): FacetMask => CLOSURE[bits]!;

export interface VertexOptions {
  readonly walk: Walk;
  readonly subjects: Iterable<number>;
}

export function facetVertices(graph: AccessGraph, { walk, subjects }: VertexOptions): FacetVertices {
  const { entered, held } = enteredTops(graph, { walk, subjects });
  const bases = new Uint32Array(graph.order + 1);
  for (let e = 0; e < graph.order; e++) bases[e + 1] = bases[e]! + bitCount(held[e]!);
  const count = bases[graph.order]!;
  const entities = new Uint32Array(count);
  const tops = new Uint8Array(count);
  const vertexOf = (entity: number, top: FacetMask): number => bases[entity]! + bitCount(held[entity]! & (top - 1));
  for (let e = 0; e < graph.order; e++) {
    for (const top of TOPS) {
      if (!(held[e]! & top)) continue;
      entities[vertexOf(e, top)] = e;
      tops[vertexOf(e, top)] = top;
    }
  }
  const adjacency = edgesOf(graph, { walk, held, count, vertexOf });
  return { ...adjacency, count, entities, tops, entered, vertexOf };
}

const bitCount = (mask: FacetMask): number => (mask & 1) + ((mask >> 1) & 1) + ((mask >> 2) & 1) + ((mask >> 3) & 1);

/** Tops that can be entered at all, and those with the subjects' own control. */
function enteredTops(graph: AccessGraph, { walk, subjects }: VertexOptions) {
  const { starts, targets, needs, gives, certainties, over } = graph;
  const most = MOST[walk];
  const entered = new Uint8Array(graph.order);
  const held = new Uint8Array(graph.order);
  const waiting: number[] = [];
  for (const subject of subjects) {
    if (held[subject]) continue;
    held[subject] = CONTROL;
    waiting.push(subject, CONTROL);
  }
  while (waiting.length > 0) {
    const top = waiting.pop()!;
    const entity = waiting.pop()!;
    if (over[entity]) continue;
    for (let r = starts[entity]!; r < starts[entity + 1]!; r++) {
      const met = needs[r]! & CLOSURE[top]!;
      if (!met || certainties[r]! > most) continue;
      const reached = TOPS_OF[gives[r] === SAME ? SAME_GIVES[met]! : gives[r]!]!;
      const target = targets[r]!;
      entered[target]! |= reached;
      const fresh = reached & ~held[target]!;
      held[target]! |= fresh;
      for (const one of TOPS) if (fresh & one) waiting.push(target, one);
    }
  }
  return { entered, held };
}

interface EdgeInput {
  readonly walk: Walk;
  readonly held: Uint8Array;
  readonly count: number;
  vertexOf(entity: number, top: FacetMask): number;
}

function edgesOf(graph: AccessGraph, { walk, held, count, vertexOf }: EdgeInput): Adjacency {
  const { starts, targets, needs, gives, certainties, over } = graph;
  const most = MOST[walk];
  let from = new Uint32Array(graph.size + graph.order + 16);
  let to = new Uint32Array(from.length);
  let size = 0;
  const add = (source: number, target: number): void => {
    if (source === target) return;
    if (size === from.length) {
      from = grown(from);
      to = grown(to);
    }
    from[size] = source;
    to[size++] = target;
  };
  for (let entity = 0; entity < graph.order; entity++) {
    for (const top of TOPS) {
      if (!(held[entity]! & top)) continue;
      const vertex = vertexOf(entity, top);
      const below = held[entity]! & CLOSURE[top]! & ~top;
      for (const lower of TOPS) if (TOPS_OF[CLOSURE[below]!]! & lower & below) add(vertex, vertexOf(entity, lower));
      if (over[entity]) continue;
      const inherited = CLOSURE[below]!;
      for (let r = starts[entity]!; r < starts[entity + 1]!; r++) {
        const met = needs[r]! & CLOSURE[top]!;
        if (!met || certainties[r]! > most) continue;
        const isSame = gives[r] === SAME;
        if (isSame ? SAME_GIVES[met] === SAME_GIVES[needs[r]! & inherited] : needs[r]! & inherited) continue;
        const reached = TOPS_OF[isSame ? SAME_GIVES[met]! : gives[r]!]!;
        for (const one of TOPS) if (reached & one) add(vertex, vertexOf(targets[r]!, one));
      }
    }
  }
  const { starts: first, members } = groupBy(from.subarray(0, size), count);
  return { starts: first, targets: Uint32Array.from(members, (edge) => to[edge]!) };
}

function grown(values: Uint32Array): Uint32Array<ArrayBuffer> {
  const more = new Uint32Array(values.length * 2);
  more.set(values);
  return more;
}
