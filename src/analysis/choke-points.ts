/**
 * Choke points: single relationships whose removal cuts entry points off from what matters.
 *
 * For a target t a relationship lies on every way from an entry point to t iff it dominates that entry point in the transposed
 * graph rooted at t; so the entry points that it cuts are those in its subtree of the dominator tree. One depth-first search and
 * one dominator tree per target.
 *
 * CONTAINS is passed at several levels, by several vertices, and may cut what none of them cuts alone: those that lie on the way of
 * some entry point are removed and recounted.
 */
import { type AccessGraph, entityKindAt, nameAt, relationshipKindAt, tierAt } from '../graph/access-graph.ts';
import { immediateDominators } from '../graph/dominators.ts';
import { levelsTo } from '../graph/levels-to.ts';
import type { Walk } from '../graph/reach.ts';
import { searchTransposed, type TransposedSearch } from '../graph/transposed.ts';
import type { RelationshipName } from '../model/entity.ts';
import { isProviderService } from '../model/keys.ts';
import { type EntityKind, WEIGHED_KINDS } from '../model/kinds.ts';
import { tierWeight, type Weights } from '../model/weights.ts';

export interface ChokePoint extends RelationshipName {
  /** Σ over targets of the target's weight × the entry points that reach it, but not without this relationship. */
  readonly weightCut: number;
  /** Of the same sum over all entry points that reach the targets. */
  readonly share: number;
  /** Whether some target is cut off from every entry point. */
  readonly separates: boolean;
}

export interface ChokePointOptions {
  readonly weights: Weights;
  /** One target; otherwise the heaviest Resources and Secrets. */
  readonly target?: number;
  /** How many of the heaviest are asked when no target is named: the lowest tiers first, then by key. */
  readonly maxTargets?: number;
  /** More entry points, such as internet-facing workloads and subjects of open incidents. */
  readonly entryPoints?: readonly number[];
  /** `hi` unless given: what cuts every way that there may be. */
  readonly walk?: Walk;
}

/** The heaviest first; relationships that cut nothing are left out. */
export function chokePoints(graph: AccessGraph, options: ChokePointOptions): ChokePoint[] {
  const { weights, walk = 'hi' } = options;
  const entries = entryPoints(graph, options.entryPoints);
  const targets = options.target === undefined ? heaviest(graph, options) : [options.target];
  const cut = new Map<number, { weight: number; separates: boolean }>();
  let whole = 0;
  for (const target of targets) {
    const weight = tierWeight(weights, tierAt(graph, target));
    const { cuts, all } = cutsOf(graph, { target, entries, walk });
    whole += weight * all;
    for (const [r, count] of cuts) {
      const sum = cut.get(r) ?? { weight: 0, separates: false };
      cut.set(r, { weight: sum.weight + weight * count, separates: sum.separates || count === all });
    }
  }
  return [...cut]
    .map(([r, { weight, separates }]) => ({ ...nameAt(graph, r), weightCut: weight, share: weight / whole, separates }))
    .sort((a, b) => b.weightCut - a.weightCut || (nameText(a) < nameText(b) ? -1 : 1));
}

const nameText = ({ source, kind, target }: RelationshipName): string => `${source} ${kind} ${target}`;

/** Where an attacker may begin: externals (anyone included, services of the provider not), users, leaked credentials, and those named. Never an Origin. */
export function entryPoints(graph: AccessGraph, named: readonly number[] = []): number[] {
  const found = new Set(named);
  for (let entity = 0; entity < graph.order; entity++) {
    const kind = entityKindAt(graph, entity);
    const isOutside = kind === 'External' && !isProviderService(graph.keys[entity]!);
    if (isOutside || kind === 'User' || (kind === 'Credential' && isLeaked(graph, entity))) found.add(entity);
  }
  return [...found].filter((entity) => entityKindAt(graph, entity) !== 'Origin' && !graph.over[entity]);
}

function isLeaked(graph: AccessGraph, entity: number): boolean {
  for (let r = graph.starts[entity]!; r < graph.starts[entity + 1]!; r++) {
    if (relationshipKindAt(graph, r) === 'LEAKED_IN') return true;
  }
  return false;
}

const DEFAULT_MAX_TARGETS = 50;

function heaviest(graph: AccessGraph, { weights, maxTargets = DEFAULT_MAX_TARGETS }: ChokePointOptions): number[] {
  const weighed: ReadonlySet<EntityKind> = new Set(WEIGHED_KINDS);
  const found: number[] = [];
  for (let entity = 0; entity < graph.order; entity++) if (weighed.has(entityKindAt(graph, entity))) found.push(entity);
  const weight = (entity: number) => tierWeight(weights, tierAt(graph, entity));
  return found.sort((a, b) => weight(b) - weight(a) || (graph.keys[a]! < graph.keys[b]! ? -1 : 1)).slice(0, maxTargets);
}

interface CutQuestion {
  readonly target: number;
  readonly entries: readonly number[];
  readonly walk: Walk;
}

/** Relationship → entry points that it alone holds, and how many reach the target at all. */
function cutsOf(graph: AccessGraph, question: CutQuestion): { cuts: Map<number, number>; all: number } {
  const { target, walk } = question;
  const search = searchTransposed(graph, target, { walk });
  const entries = question.entries.filter((entity) => entity !== target && search.controls[entity]! >= 0);
  const cuts = new Map<number, number>();
  if (entries.length === 0) return { cuts, all: 0 };
  const below = (parents: Int32Array): Uint32Array => countBelow(parents, search, entries);
  const dominated = below(immediateDominators(search));
  const onTheWay = below(search.parents);
  const { levels, ways } = verticesByRelationship(search, onTheWay);
  for (let v = 1; v < search.parents.length; v++) {
    const r = search.relationships[v]!;
    if (r >= 0 && levels.get(r) === 1 && dominated[v]! > 0) cuts.set(r, dominated[v]!);
  }
  for (const [r, count] of levels) {
    if (count === 1 || !ways.get(r)) continue;
    const lost = recount(graph, { target, entries, walk }, r);
    if (lost > 0) cuts.set(r, lost);
  }
  return { cuts, all: entries.length };
}

/** Entry points in each vertex's subtree of a tree whose parents have lower numbers. */
function countBelow(parents: Int32Array, { controls }: TransposedSearch, entries: readonly number[]): Uint32Array {
  const counts = new Uint32Array(parents.length);
  for (const entity of entries) counts[controls[entity]!]!++;
  for (let v = parents.length - 1; v > 0; v--) counts[parents[v]!]! += counts[v]!;
  return counts;
}

/** How many vertices a relationship has, and how many entry points pass it in the tree of the search. */
function verticesByRelationship({ relationships }: TransposedSearch, onTheWay: Uint32Array) {
  const levels = new Map<number, number>();
  const ways = new Map<number, number>();
  for (let v = 1; v < relationships.length; v++) {
    const r = relationships[v]!;
    if (r < 0) continue;
    levels.set(r, (levels.get(r) ?? 0) + 1);
    ways.set(r, (ways.get(r) ?? 0) + onTheWay[v]!);
  }
  return { levels, ways };
}

function recount(graph: AccessGraph, { target, entries, walk }: CutQuestion, relationship: number): number {
  const without = new Uint8Array(graph.size);
  without[relationship] = 1;
  const { levels } = levelsTo(graph, target, { walk, without });
  return entries.reduce((lost, entity) => lost + (levels[entity] ? 0 : 1), 0);
}
