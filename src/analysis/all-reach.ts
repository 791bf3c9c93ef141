/**
 * Attack reach of every subject at once: counts by kind × tier × highest level, weights, and both without what anyone reaches, in
 * both bounds. Exact, and the same as `attackReach` for each; not one search per subject, but bit rows over blocks of targets
 * (`src/graph/blocks.ts`).
 */
import { type AccessGraph, entityKindAt } from '../graph/access-graph.ts';
import { type BlockOptions, countReached } from '../graph/blocks.ts';
import { type Change, type Columns, classParts, columnsOf, type Signature, TIER_SLOTS } from '../graph/columns.ts';
import { facetVertices } from '../graph/facet-vertices.ts';
import { reachFrom } from '../graph/reach.ts';
import {
  CONTROL,
  ENTITY_KINDS,
  type EntityKind,
  EXTERNAL_ANYONE,
  LEVELS,
  type Level,
  SUBJECT_KINDS,
  type Tier,
  WEIGHED_KINDS,
} from '../model/kinds.ts';
import type { Bounds } from '../model/plan.ts';
import { tierWeight, type Weights } from '../model/weights.ts';

export interface AllReachOptions extends BlockOptions {
  readonly weights: Weights;
  /** Entity indices; every entity of a subject kind unless given. */
  readonly subjects?: readonly number[];
}

export interface ReachCount {
  readonly kind: EntityKind;
  readonly tier: Tier | null;
  /** The highest that is reached. */
  readonly level: Level;
  readonly count: number;
}

export interface ReachSummary {
  readonly counts: readonly ReachCount[];
  readonly weight: number;
  /** Without what anyone reaches. */
  readonly marginal: { readonly counts: readonly ReachCount[]; readonly weight: number };
}

/** What risk is made of, in one bound: Σ levelWeight over what is reached beyond anyone, by tier. */
export interface TierSums {
  /** By tier, over anything that carries one. */
  readonly tiers: readonly [number, number, number, number];
  /** Over Resources and Secrets without a tier. */
  readonly unknown: number;
}

export interface AllReach {
  readonly subjects: Uint32Array;
  /** By subject, in their order. */
  readonly weight: Bounds<Float64Array>;
  readonly marginalWeight: Bounds<Float64Array>;
  /** Of the i-th subject. */
  summary(i: number, bound: 'lo' | 'hi'): ReachSummary;
  tierSums(i: number, bound: 'lo' | 'hi'): TierSums;
}

export function allReach(graph: AccessGraph, options: AllReachOptions): AllReach {
  const { weights, signal, onProgress } = options;
  const subjects = Uint32Array.from(options.subjects ?? subjectsOf(graph));
  const half = (begin: number) => (done: number) => onProgress?.(begin + done / 2);
  const lo = boundReach(graph, { bound: 'lo', subjects, weights, ...(signal && { signal }), onProgress: half(0) });
  const hi = boundReach(graph, { bound: 'hi', subjects, weights, ...(signal && { signal }), onProgress: half(0.5) });
  const of = { lo, hi };
  return {
    subjects,
    weight: { lo: lo.weight, hi: hi.weight },
    marginalWeight: { lo: lo.marginalWeight, hi: hi.marginalWeight },
    summary: (i, bound) => of[bound].summary(i),
    tierSums: (i, bound) => of[bound].tierSums(i),
  };
}

/** Every entity that somebody can hold. */
export function subjectsOf(graph: AccessGraph): number[] {
  const kinds = new Set<EntityKind>(SUBJECT_KINDS);
  const found: number[] = [];
  for (let entity = 0; entity < graph.order; entity++) if (kinds.has(entityKindAt(graph, entity))) found.push(entity);
  return found;
}

interface BoundInput extends BlockOptions {
  readonly bound: 'lo' | 'hi';
  readonly subjects: Uint32Array;
  readonly weights: Weights;
}

/** Kind × tier × level classes, each by number. */
const CLASSES = ENTITY_KINDS.length * TIER_SLOTS * LEVELS.length;

function boundReach(graph: AccessGraph, { bound, subjects, weights, ...options }: BoundInput) {
  const anyone = graph.indexOf(EXTERNAL_ANYONE);
  const open = anyone === undefined ? undefined : reachFrom(graph, [anyone], { walk: bound }).facets;
  const vertices = facetVertices(graph, { walk: bound, subjects });
  const columns = columnsOf(graph, { vertices, open, anyone });
  const asked = subjects.map((subject) => vertices.vertexOf(subject, CONTROL));
  const reached = countReached({ graph: vertices, columns, asked }, options);
  const worth = weightByClass(weights);
  const own = subjects.map((subject) => (columns.ownChange(subject).counts.size > 0 ? 1 : 0));
  const sums = (change: Change): number => [...change].reduce((sum, [id, count]) => sum + worth[id]! * count, 0);
  const signatureWeights = columns.signatures.map(({ counts, marginal }) => [sums(counts), sums(marginal)] as const);
  const baseWeight = sums(columns.base);
  const weight = new Float64Array(subjects.length);
  const marginalWeight = new Float64Array(subjects.length);
  for (let i = 0; i < subjects.length; i++) {
    let [all, beyond] = [baseWeight, 0];
    for (let s = 0; s < signatureWeights.length; s++) {
      const times = reached.countOf(asked[i]!, s);
      if (times === 0) continue;
      all += times * signatureWeights[s]![0];
      beyond += times * signatureWeights[s]![1];
    }
    const mine = own[i] ? columns.ownChange(subjects[i]!) : undefined;
    weight[i] = all - (mine ? sums(mine.counts) : 0);
    marginalWeight[i] = beyond - (mine ? sums(mine.marginal) : 0);
  }
  const classesOf = (i: number, of: keyof Signature): Float64Array =>
    classCounts({ columns, of, subject: subjects[i]!, countOf: (s) => reached.countOf(asked[i]!, s) });
  return {
    weight,
    marginalWeight,
    summary: (i: number): ReachSummary => ({
      counts: listed(classesOf(i, 'counts')),
      weight: weight[i]!,
      marginal: { counts: listed(classesOf(i, 'marginal')), weight: marginalWeight[i]! },
    }),
    tierSums: (i: number): TierSums => tierSumsOf(classesOf(i, 'marginal'), weights),
  };
}

interface ClassInput {
  readonly columns: Columns;
  readonly of: keyof Signature;
  readonly subject: number;
  countOf(signature: number): number;
}

/** Counts by class: what all have, and the changes of what is reached, without the subject itself. */
function classCounts({ columns, of, subject, countOf }: ClassInput): Float64Array {
  const classes = new Float64Array(CLASSES);
  const add = (change: Change, times: number): void => {
    for (const [id, count] of change) classes[id]! += count * times;
  };
  if (of === 'counts') add(columns.base, 1);
  columns.signatures.forEach((signature, s) => {
    const times = countOf(s);
    if (times !== 0) add(signature[of], times);
  });
  add(columns.ownChange(subject)[of], -1);
  return classes;
}

function listed(classes: Float64Array): ReachCount[] {
  const found: ReachCount[] = [];
  classes.forEach((count, id) => {
    if (count === 0) return;
    const { kind, tier, level } = classParts(id);
    found.push({ kind: ENTITY_KINDS[kind]!, tier: tier < 0 ? null : (tier as Tier), level, count });
  });
  return found;
}

const isWeighed = (kind: number): boolean => (WEIGHED_KINDS as readonly EntityKind[]).includes(ENTITY_KINDS[kind]!);

function weightByClass(weights: Weights): Float64Array {
  return Float64Array.from({ length: CLASSES }, (_, id) => {
    const { kind, tier, level } = classParts(id);
    return isWeighed(kind) ? tierWeight(weights, tier < 0 ? undefined : (tier as Tier)) * weights.levels[level] : 0;
  });
}

function tierSumsOf(classes: Float64Array, { levels }: Weights): TierSums {
  const tiers: [number, number, number, number] = [0, 0, 0, 0];
  let unknown = 0;
  classes.forEach((count, id) => {
    const { kind, tier, level } = classParts(id);
    if (tier >= 0) tiers[tier as Tier] += count * levels[level];
    else if (isWeighed(kind)) unknown += count * levels[level];
  });
  return { tiers, unknown };
}
