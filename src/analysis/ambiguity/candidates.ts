/** Who may be consuming a credential, and on which evidence. */
import { type AccessGraph, basisAt, certaintyAt, entityKindAt, relationshipKindAt } from '../../graph/access-graph.ts';
import { levelsTo } from '../../graph/levels-to.ts';
import { DAY_MS } from '../../model/durations.ts';
import { CONTROL, type EntityKind } from '../../model/kinds.ts';
import type { AmbiguityInput } from './input.ts';
import type { UseCluster } from './uses.ts';

export const FAMILIES = ['use', 'declaration', 'ability'] as const;
export type Family = (typeof FAMILIES)[number];

export interface Evidence {
  readonly family: Family;
  /** 0 … 1, decay included. */
  readonly weight: number;
  readonly text: string;
}

export interface Candidate {
  readonly entity: number;
  readonly evidence: readonly Evidence[];
  /** r: 1 − Π over families of (1 − the strongest of the family). */
  readonly strength: number;
  /** Nothing but ability speaks for it. */
  readonly isAbleOnly: boolean;
}

/** Weights of evidence. */
const ATTRIBUTED_USE = 0.98;
const ONLY_FITTING_ORIGIN = 0.9;
const DECLARED = 0.9;
const READS_PLACE = 0.3;
const ENTITLED = 0.05;
/** What less than definite evidence is worth. */
const CERTAINTY_FACTOR = { definite: 1, conditional: 0.8, possible: 0.5 } as const;

/** Kinds that do work of their own; roles, groups and proofs stand for somebody. */
const WORKS: ReadonlySet<EntityKind> = new Set(['User', 'ServiceAccount', 'Agent', 'Workload', 'Pipeline']);
const PLACES: ReadonlySet<EntityKind> = new Set(['Secret', 'Repository', 'Workload', 'Resource']);
const DEFAULT_HALF_LIFE_DAYS = 30;

/** Strongest first, then by key; those who are merely able come last. Linear in what leads to the credential. */
export function candidatesOf(graph: AccessGraph, input: AmbiguityInput, clusters: readonly UseCluster[]): Candidate[] {
  const found = new Map<number, Evidence[]>();
  const add = (entity: number, evidence: Evidence): void => {
    const logical = input.logical?.get(entity) ?? entity;
    if (logical === input.credential || !WORKS.has(entityKindAt(graph, logical))) return;
    const known = found.get(logical);
    if (known) known.push(evidence);
    else found.set(logical, [evidence]);
  };
  addUses(graph, { input, clusters, add });
  addTies(graph, { input, add });
  if (input.maxAble !== 0) addEntitled(graph, { input, found, add });
  const candidates = [...found].map(([entity, evidence]) => candidateFrom(entity, evidence));
  const rank = (a: Candidate, b: Candidate): number =>
    Number(a.isAbleOnly) - Number(b.isAbleOnly) ||
    b.strength - a.strength ||
    (graph.keys[a.entity]! < graph.keys[b.entity]! ? -1 : 1);
  return candidates.sort(rank);
}

type Add = (entity: number, evidence: Evidence) => void;

function candidateFrom(entity: number, evidence: readonly Evidence[]): Candidate {
  const strongest = FAMILIES.map((family) => Math.max(0, ...evidence.filter((e) => e.family === family).map((e) => e.weight)));
  return {
    entity,
    evidence,
    strength: 1 - strongest.reduce((doubt, weight) => doubt * (1 - weight), 1),
    isAbleOnly: evidence.every(({ family }) => family === 'ability'),
  };
}

function addUses(
  graph: AccessGraph,
  { input, clusters, add }: { input: AmbiguityInput; clusters: readonly UseCluster[]; add: Add },
): void {
  for (const cluster of clusters) {
    const fits = cluster.isAttributed ? [cluster.entity] : input.fits?.get(cluster.entity);
    const consumer = fits?.length === 1 ? fits[0] : undefined;
    if (consumer === undefined) continue;
    const weight = (cluster.isAttributed ? ATTRIBUTED_USE : ONLY_FITTING_ORIGIN) * CERTAINTY_FACTOR[cluster.certainty];
    const decayed = weight * decayOf(cluster, consumer, input);
    const where = cluster.isAttributed ? 'observed use' : `use from ${graph.keys[cluster.entity]}, where only it works`;
    const when = cluster.lastSeen ? `, last ${cluster.lastSeen}` : '';
    add(consumer, { family: 'use', weight: decayed, text: `${where}: ${cluster.uses}${when}` });
  }
}

/** 2^(−age / half-life); the half-life is at least twice the gap between uses, so that a monthly run does not fade in between. */
function decayOf(cluster: UseCluster, consumer: number, { window, halfLifeDays, scheduleDays }: AmbiguityInput): number {
  if (cluster.lastSeen === null) return 1;
  const ageDays = Math.max(0, (Date.parse(window.end) - Date.parse(cluster.lastSeen)) / DAY_MS);
  const gapDays = Math.max(scheduleDays?.get(consumer) ?? 0, meanGapDays(cluster));
  return 2 ** (-ageDays / Math.max(halfLifeDays ?? DEFAULT_HALF_LIFE_DAYS, 2 * gapDays));
}

function meanGapDays({ firstSeen, lastSeen, uses }: UseCluster): number {
  if (!firstSeen || !lastSeen || uses < 2) return 0;
  return (Date.parse(lastSeen) - Date.parse(firstSeen)) / DAY_MS / (uses - 1);
}

/** Relationships of the credential and of the places of its value. */
function addTies(graph: AccessGraph, { input, add }: { input: AmbiguityInput; add: Add }): void {
  const { credential, incident } = input;
  for (const r of into(graph, credential)) {
    const source = graph.sources[r]!;
    const kind = relationshipKindAt(graph, r);
    if (incident?.[r]) continue;
    if (kind === 'USES' && basisAt(graph, r) === 'declared') add(source, declaration(graph, r));
    else if (kind === 'USES' && basisAt(graph, r) !== 'observed') add(source, ability(graph, r));
    else if (kind === 'HOLDS') add(source, ability(graph, r));
    else if (kind === 'EXPOSES' && PLACES.has(entityKindAt(graph, source))) addReaders(graph, { place: source, exposes: r, add });
  }
}

function addReaders(graph: AccessGraph, { place, exposes, add }: { place: number; exposes: number; add: Add }): void {
  const factor = CERTAINTY_FACTOR[certaintyAt(graph, exposes)];
  if (entityKindAt(graph, place) === 'Workload') add(place, weaken(ability(graph, exposes), factor));
  for (const r of into(graph, place)) {
    const kind = relationshipKindAt(graph, r);
    if (kind === 'READS') {
      const evidence = basisAt(graph, r) === 'declared' ? declaration(graph, r) : ability(graph, r);
      add(graph.sources[r]!, weaken(evidence, factor));
    } else if (kind === 'ACCESSED') add(graph.sources[r]!, weaken(ability(graph, r), factor));
  }
}

const declaration = (graph: AccessGraph, r: number): Evidence => tie(graph, r, { family: 'declaration', weight: DECLARED });
const ability = (graph: AccessGraph, r: number): Evidence => tie(graph, r, { family: 'ability', weight: READS_PLACE });
const weaken = (evidence: Evidence, factor: number): Evidence => ({ ...evidence, weight: evidence.weight * factor });

function tie(graph: AccessGraph, r: number, { family, weight }: Pick<Evidence, 'family' | 'weight'>): Evidence {
  const text = `${graph.keys[graph.sources[r]!]} ${relationshipKindAt(graph, r)} ${graph.keys[graph.targets[r]!]} (${basisAt(graph, r)})`;
  return { family, weight: weight * CERTAINTY_FACTOR[certaintyAt(graph, r)], text };
}

interface Entitled {
  readonly input: AmbiguityInput;
  readonly found: ReadonlyMap<number, readonly Evidence[]>;
  readonly add: Add;
}

/** Who could come to know the value by what they may do; whom the credential itself stands for is no reader of it. */
function addEntitled(graph: AccessGraph, { input, found, add }: Entitled): void {
  const { levels, distances } = levelsTo(graph, input.credential, { walk: 'hi' });
  const stoodFor = new Set(out(graph, input.credential).map((r) => graph.targets[r]!));
  const able: number[] = [];
  for (let entity = 0; entity < graph.order; entity++) {
    const isAble = (levels[entity]! & CONTROL) !== 0 && WORKS.has(entityKindAt(graph, entity));
    if (isAble && !found.has(entity) && !stoodFor.has(entity)) able.push(entity);
  }
  able.sort((a, b) => distances[a]! - distances[b]! || (graph.keys[a]! < graph.keys[b]! ? -1 : 1));
  for (const entity of able.slice(0, input.maxAble ?? 200)) {
    add(entity, { family: 'ability', weight: ENTITLED, text: `may come to know it, ${distances[entity]} relationships away` });
  }
}

const into = (graph: AccessGraph, entity: number): Uint32Array =>
  graph.inRelationships.subarray(graph.inStarts[entity]!, graph.inStarts[entity + 1]!);
const out = (graph: AccessGraph, entity: number): number[] =>
  Array.from({ length: graph.starts[entity + 1]! - graph.starts[entity]! }, (_, i) => graph.starts[entity]! + i);
