/**
 * Attack reach (blast radius): what a holder of the subjects reaches, at which level, how far away, in both bounds.
 * Three breadth-first searches and one for `external:anyone`: linear in what is reached.
 */
import { type AccessGraph, entityKindAt, tierAt } from '../graph/access-graph.ts';
import { type ReachOptions, reachFrom, type Walk } from '../graph/reach.ts';
import {
  type Certainty,
  type EntityKind,
  EXTERNAL_ANYONE,
  type FacetMask,
  type Level,
  levelOf,
  type Tier,
  WEIGHED_KINDS,
} from '../model/kinds.ts';
import type { Bounds } from '../model/plan.ts';
import { levelWeight, tierWeight, type Weights } from '../model/weights.ts';

export interface ReachItem {
  readonly key: string;
  readonly kind: EntityKind;
  readonly level: Level;
  /** Null where the lower bound does not reach it. */
  readonly levelLo: Level | null;
  readonly tier: Tier | null;
  readonly distance: number;
  readonly certainty: Certainty;
}

export type KindCounts = Readonly<Record<string, number>>;

export interface ReachRow {
  readonly kind: EntityKind;
  readonly tier: Tier | null;
  readonly level: Level;
  readonly lo: number;
  readonly hi: number;
}

export interface AttackReach {
  readonly subjects: readonly string[];
  readonly counts: Bounds<KindCounts>;
  readonly countsBy: readonly ReachRow[];
  readonly weight: Bounds<number>;
  readonly share: Bounds<number>;
  readonly marginal: { readonly counts: Bounds<KindCounts>; readonly weight: Bounds<number> };
  /** Crown jewels first: by tier, level, distance, key. */
  readonly items: readonly ReachItem[];
  /** Reached proofs and identities that are inactive or expired: they spread nothing until somebody re-arms them. */
  readonly rearmable: readonly string[];
}

export interface AttackReachOptions {
  readonly weights: Weights;
  /** 1 where a relationship is cut. */
  readonly without?: Uint8Array;
}

/** Subjects are entity indices. Subjects and `external:anyone` are never items. */
export function attackReach(graph: AccessGraph, subjects: readonly number[], options: AttackReachOptions): AttackReach {
  const { weights } = options;
  const anyone = graph.indexOf(EXTERNAL_ANYONE);
  const walk = (bound: Walk, from: readonly number[]) => reachFrom(graph, from, walkOptions(bound, options));
  const from = anyone === undefined ? subjects : [...subjects, anyone];
  const hi = walk('hi', from);
  const sure = walk('sure', from).facets;
  const lo = walk('lo', from).facets;
  const open = {
    lo: anyone === undefined ? undefined : walk('lo', [anyone]).facets,
    hi: anyone === undefined ? undefined : walk('hi', [anyone]).facets,
  };
  const left = new Set<number>(from);
  const tally = createTally(graph, weights);
  const items: ReachItem[] = [];
  const rearmable: string[] = [];
  for (let entity = 0; entity < graph.order; entity++) {
    const facets = hi.facets[entity]!;
    if (!facets) continue;
    if (graph.over[entity]) rearmable.push(graph.keys[entity]!);
    if (left.has(entity)) continue;
    tally.add(entity, lo[entity]!, facets, { lo: open.lo?.[entity] ?? 0, hi: open.hi?.[entity] ?? 0 });
    items.push(itemOf(graph, entity, { lo: lo[entity]!, sure: sure[entity]!, hi: facets, distance: hi.distances[entity]! }));
  }
  items.sort(byImportance(weights));
  return { subjects: subjects.map((s) => graph.keys[s]!), ...tally.finish(), items, rearmable };
}

const walkOptions = (walk: Walk, { without }: AttackReachOptions): ReachOptions => (without ? { walk, without } : { walk });

function itemOf(
  graph: AccessGraph,
  entity: number,
  at: { lo: FacetMask; sure: FacetMask; hi: FacetMask; distance: number },
): ReachItem {
  const level = levelOf(at.hi) as Level;
  const levelLo = levelOf(at.lo) ?? null;
  return {
    key: graph.keys[entity]!,
    kind: entityKindAt(graph, entity),
    level,
    levelLo,
    tier: tierAt(graph, entity) ?? null,
    distance: at.distance,
    certainty: levelLo === level ? 'definite' : levelOf(at.sure) === level ? 'conditional' : 'possible',
  };
}

function byImportance(weights: Weights): (a: ReachItem, b: ReachItem) => number {
  const tier = (item: ReachItem) => item.tier ?? weights.unknownTier;
  const level = (item: ReachItem) => weights.levels[item.level];
  return (a, b) => tier(a) - tier(b) || level(b) - level(a) || a.distance - b.distance || (a.key < b.key ? -1 : 1);
}

/** Counts and weights of one reach, in both bounds and without what anyone reaches. */
function createTally(graph: AccessGraph, weights: Weights) {
  const counts = { lo: {} as Record<string, number>, hi: {} as Record<string, number> };
  const marginal = { lo: {} as Record<string, number>, hi: {} as Record<string, number> };
  const weight = { lo: 0, hi: 0 };
  const marginalWeight = { lo: 0, hi: 0 };
  const rows = new Map<string, { kind: EntityKind; tier: Tier | null; level: Level; lo: number; hi: number }>();
  const addBound = (bound: 'lo' | 'hi', entity: number, facets: FacetMask, open: FacetMask): void => {
    const level = levelOf(facets);
    if (level === undefined) return;
    const kind = entityKindAt(graph, entity);
    const tier = tierAt(graph, entity) ?? null;
    counts[bound][kind] = (counts[bound][kind] ?? 0) + 1;
    const id = `${kind} ${tier} ${level}`;
    let row = rows.get(id);
    if (!row) {
      row = { kind, tier, level, lo: 0, hi: 0 };
      rows.set(id, row);
    }
    row[bound]++;
    const counted = weightAt(graph, weights, entity) * levelWeight(weights, facets);
    weight[bound] += counted;
    if (facets & ~open) {
      marginal[bound][kind] = (marginal[bound][kind] ?? 0) + 1;
      marginalWeight[bound] += counted;
    }
  };
  return {
    add(entity: number, lo: FacetMask, hi: FacetMask, open: Bounds<FacetMask>) {
      addBound('lo', entity, lo, open.lo);
      addBound('hi', entity, hi, open.hi);
    },
    finish() {
      const whole = wholeWeight(graph, weights);
      const share = (part: number) => (whole === 0 ? 0 : part / whole);
      return {
        counts,
        countsBy: [...rows.values()],
        weight,
        share: { lo: share(weight.lo), hi: share(weight.hi) },
        marginal: { counts: marginal, weight: marginalWeight },
      };
    },
  };
}

/** What the entity weighs at control; 0 for kinds that are not weighed. */
export function weightAt(graph: AccessGraph, weights: Weights, entity: number): number {
  const kind = entityKindAt(graph, entity);
  return (WEIGHED_KINDS as readonly EntityKind[]).includes(kind) ? tierWeight(weights, tierAt(graph, entity)) : 0;
}

/** The weight of all Resources and Secrets at control. */
function wholeWeight(graph: AccessGraph, weights: Weights): number {
  let whole = 0;
  for (let entity = 0; entity < graph.order; entity++) whole += weightAt(graph, weights, entity);
  return whole;
}

/** Only the weights of `attackReach`, for many questions in a row: what is left to a holder of the subjects once relationships are cut. */
export function reachWeight(graph: AccessGraph, subjects: readonly number[], options: AttackReachOptions): Bounds<number> {
  const anyone = graph.indexOf(EXTERNAL_ANYONE);
  const from = anyone === undefined ? subjects : [...subjects, anyone];
  const left = new Set(from);
  const weigh = (walk: Walk): number => {
    const { facets } = reachFrom(graph, from, walkOptions(walk, options));
    let sum = 0;
    for (let entity = 0; entity < graph.order; entity++) {
      if (facets[entity] && !left.has(entity))
        sum += weightAt(graph, options.weights, entity) * levelWeight(options.weights, facets[entity]!);
    }
    return sum;
  };
  return { lo: weigh('lo'), hi: weigh('hi') };
}
