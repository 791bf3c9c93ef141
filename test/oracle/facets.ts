/** The obvious algorithm: every facet a vertex, every step an edge, plain searches. Slow, and right by inspection. */
import type { AccessGraph } from '../../src/graph/access-graph.ts';
import { certaintyAt, entityKindAt, relationshipKindAt, SAME } from '../../src/graph/access-graph.ts';
import type { Walk } from '../../src/graph/reach.ts';
import { CERTAINTIES, LEVEL_BIT, LEVELS, type Level, spreadsFrom } from '../../src/model/kinds.ts';

export interface Step {
  readonly from: string;
  readonly to: string;
  /** -1 for a move inside an entity. */
  readonly relationship: number;
}

const INSIDE: readonly (readonly [Level, Level])[] = [
  ['control', 'write'],
  ['write', 'read'],
  ['write', 'put'],
];

export const facetName = (entity: number, level: Level): string => `${entity}.${level}`;

/** All steps of one bound, without the relationships that are cut. */
export function facetSteps(graph: AccessGraph, walk: Walk, cut: ReadonlySet<number> = new Set()): Step[] {
  const steps: Step[] = [];
  for (let entity = 0; entity < graph.order; entity++) {
    for (const [above, below] of INSIDE) {
      steps.push({ from: facetName(entity, above), to: facetName(entity, below), relationship: -1 });
    }
  }
  const allowed = CERTAINTIES.slice(0, { lo: 1, sure: 2, hi: 3 }[walk]);
  for (let r = 0; r < graph.size; r++) {
    if (cut.has(r) || !allowed.includes(certaintyAt(graph, r)) || graph.over[graph.sources[r]!]) continue;
    for (const [needs, gives] of levelsOf(graph, r)) {
      steps.push({ from: facetName(graph.sources[r]!, needs), to: facetName(graph.targets[r]!, gives), relationship: r });
    }
  }
  return steps;
}

function levelsOf(graph: AccessGraph, r: number): [Level, Level][] {
  const spreads = spreadsFrom(relationshipKindAt(graph, r), entityKindAt(graph, graph.sources[r]!));
  if (spreads === null) return [];
  if (spreads !== 'same') return [[spreads.needs, spreads.gives]];
  if (graph.gives[r] !== SAME) throw new Error('CONTAINS gives what it needs');
  return LEVELS.filter((level) => graph.needs[r]! & LEVEL_BIT[level]).map((level) => [level, level]);
}

/** Facet → fewest relationships from the starts. */
export function facetDistances(starts: readonly string[], steps: readonly Step[]): Map<string, number> {
  const found = new Map(starts.map((start) => [start, 0]));
  for (let isChanged = true; isChanged; ) {
    isChanged = false;
    for (const { from, to, relationship } of steps) {
      const before = found.get(from);
      const distance = before === undefined ? undefined : before + (relationship < 0 ? 0 : 1);
      if (distance === undefined || distance >= (found.get(to) ?? Number.POSITIVE_INFINITY)) continue;
      found.set(to, distance);
      isChanged = true;
    }
  }
  return found;
}

/** Facets of an entity that are among those found, as bits. */
export function facetsAt(found: ReadonlyMap<string, number>, entity: number): number {
  return LEVELS.reduce((mask, level) => (found.has(facetName(entity, level)) ? mask | LEVEL_BIT[level] : mask), 0);
}
