/**
 * Shared-credential ambiguity: who consumes a credential, how surely, and what that does to its outage and reach.
 * Linear in what leads to the credential and what it reaches, but for the number of candidates, which is squared.
 */
import { type AccessGraph, basisAt, certaintyAt, entityKindAt, relationshipKindAt } from '../graph/access-graph.ts';
import type { Time } from '../model/entity.ts';
import type { Basis, Certainty, EntityKind } from '../model/kinds.ts';
import type { Bounds, OutageCounts } from '../model/plan.ts';
import type { Weights } from '../model/weights.ts';
import { type Candidate, candidatesOf, type Evidence } from './ambiguity/candidates.ts';
import { binaryEntropyBits, entropyBits, poissonBinomial, quantileOf } from './ambiguity/entropy.ts';
import type { AmbiguityInput } from './ambiguity/input.ts';
import { type ObservedUse, type Posterior, posteriorOf } from './ambiguity/posterior.ts';
import { type Split, splitOf } from './ambiguity/split.ts';
import { type UseCluster, useClusters } from './ambiguity/uses.ts';
import { type Verdict, verdictOf } from './ambiguity/verdict.ts';
import { reachWeight } from './attack-reach.ts';
import { outageRadius } from './outage-radius.ts';

export interface AmbiguityCandidate {
  readonly key: string;
  readonly kind: EntityKind;
  /** That it is a consumer. */
  readonly probability: number;
  /** Of the use that was seen. */
  readonly share: number;
  readonly isAbleOnly: boolean;
  readonly evidence: readonly Evidence[];
}

export interface Ambiguity {
  readonly key: string;
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  /** Those who are merely able come last. */
  readonly candidates: readonly AmbiguityCandidate[];
  /** Places of the value, and places where a scanner saw it. */
  readonly copies: readonly {
    readonly key: string;
    readonly kind: EntityKind;
    readonly version: 'current' | 'previous' | 'leaked' | 'unknown';
    readonly basis: Basis;
    readonly certainty: Certainty;
  }[];
  readonly origins: readonly {
    readonly key: string;
    readonly uses: number;
    readonly firstSeen: Time | null;
    readonly lastSeen: Time | null;
    /** The likeliest consumer, or null for none of them. */
    readonly consumer: string | null;
    readonly probability: number;
  }[];
  /** How use is spread over consumers; never doubt. */
  readonly entropyBits: number;
  /** 2^entropyBits. */
  readonly effectiveConsumers: number;
  /** Doubt about who made a use. */
  readonly attributionBits: number;
  /** Doubt about who is a consumer. */
  readonly countEntropyBits: number;
  /** Of the number of consumers; those who are merely able count in p95 only. */
  readonly consumers: { readonly p05: number; readonly mean: number; readonly p95: number };
  readonly ownerEntropyBits: number;
  /** Use by none of the candidates. */
  readonly unattributedShare: number;
  readonly outage: Bounds<OutageCounts>;
  readonly reach: Bounds<number>;
  readonly split: Split;
}

export function ambiguity(graph: AccessGraph, input: AmbiguityInput, weights: Weights): Ambiguity {
  const { credential } = input;
  const clusters = useClusters(graph, input);
  const candidates = candidatesOf(graph, input, clusters);
  const posteriors = clusters.map((cluster) => posteriorOf(cluster, candidates, input));
  const probabilities = probabilitiesOf({ candidates, clusters, posteriors, input });
  const shares = sharesOf(candidates.length, clusters, posteriors);
  const { lo, hi } = outageRadius(graph, { dead: [credential] });
  const likely = candidates.filter(({ isAbleOnly }, i) => !isAbleOnly && probabilities[i]! >= 0.5).map(({ entity }) => entity);
  return {
    key: graph.keys[credential]!,
    ...verdictOf({ candidates, probabilities, posteriors, isUsed: clusters.length > 0, logged: input.window.logged }),
    candidates: candidates.map(({ entity, evidence, isAbleOnly }, i) => ({
      key: graph.keys[entity]!,
      kind: entityKindAt(graph, entity),
      probability: probabilities[i]!,
      share: shares.byCandidate[i]!,
      isAbleOnly,
      evidence,
    })),
    copies: copiesOf(graph, credential),
    origins: originsOf(graph, { clusters, posteriors, candidates }),
    ...spreadOf(graph, candidates, shares),
    attributionBits: attributionBits(clusters, posteriors),
    countEntropyBits: candidates.reduce((sum, c, i) => sum + (c.isAbleOnly ? 0 : binaryEntropyBits(probabilities[i]!)), 0),
    consumers: consumersOf(candidates, probabilities),
    unattributedShare: shares.none,
    outage: { lo, hi },
    reach: reachWeight(graph, [credential], { weights }),
    split: splitOf(graph, credential, likely),
  };
}

export interface Attribution {
  readonly shares: readonly { readonly key: string; readonly probability: number }[];
  /** None of the known consumers. */
  readonly none: number;
}

/** Who made one use: the same posterior, the likeliest first. */
export function attribution(graph: AccessGraph, input: AmbiguityInput, use: ObservedUse): Attribution {
  const candidates = candidatesOf(graph, input, useClusters(graph, input));
  const { shares, none } = posteriorOf(use, candidates, input);
  return {
    shares: candidates
      .map(({ entity }, i) => ({ key: graph.keys[entity]!, probability: shares[i]! }))
      .filter(({ probability }) => probability > 0)
      .sort((a, b) => b.probability - a.probability),
    none,
  };
}

/** Doubt about who made the uses of a credential, in bits, without a look at who is merely able. */
export function attributionDoubt(graph: AccessGraph, input: AmbiguityInput): number {
  const clusters = useClusters(graph, input);
  if (clusters.length === 0) return 0;
  const candidates = candidatesOf(graph, { ...input, maxAble: 0 }, clusters);
  return attributionBits(
    clusters,
    clusters.map((cluster) => posteriorOf(cluster, candidates, input)),
  );
}

interface Consumption {
  readonly candidates: readonly Candidate[];
  readonly clusters: readonly UseCluster[];
  readonly posteriors: readonly Posterior[];
  readonly input: AmbiguityInput;
}

/** P_i: strength, lowered by silence where a use would have been logged. Use that may have been theirs is no silence. */
function probabilitiesOf({ candidates, clusters, posteriors, input }: Consumption): number[] {
  const { days, logged } = input.window;
  return candidates.map(({ entity, strength }, i) => {
    const unseen = posteriors.reduce((doubt, { shares }) => doubt * (1 - shares[i]!), 1);
    const silence = 1 - logged + logged * Math.exp(-ratePerDay(entity, input) * days);
    const likelihood = isSeen(entity, clusters, input) ? 1 : 1 - unseen + unseen * silence;
    return (strength * likelihood) / (strength * likelihood + 1 - strength) || 0;
  });
}

const isSeen = (consumer: number, clusters: readonly UseCluster[], { logical }: AmbiguityInput): boolean =>
  clusters.some(({ isAttributed, entity }) => isAttributed && (logical?.get(entity) ?? entity) === consumer);

/** λ: scheduled, else once a day. */
function ratePerDay(consumer: number, { scheduleDays }: AmbiguityInput): number {
  const schedule = scheduleDays?.get(consumer);
  return schedule ? 1 / schedule : 1;
}

interface Shares {
  readonly byCandidate: readonly number[];
  readonly none: number;
}

/** Posterior-weighted uses, as shares of all uses. */
function sharesOf(count: number, clusters: readonly UseCluster[], posteriors: readonly Posterior[]): Shares {
  const all = clusters.reduce((sum, { uses }) => sum + uses, 0);
  const sum = (of: (posterior: Posterior) => number): number =>
    all === 0 ? 0 : clusters.reduce((part, { uses }, k) => part + uses * of(posteriors[k]!), 0) / all;
  return { byCandidate: Array.from({ length: count }, (_, i) => sum(({ shares }) => shares[i]!)), none: sum(({ none }) => none) };
}

function spreadOf(graph: AccessGraph, candidates: readonly Candidate[], { byCandidate }: Shares) {
  const attributed = byCandidate.reduce((a, b) => a + b, 0);
  const shares = attributed === 0 ? [] : byCandidate.map((share) => share / attributed);
  const owners = new Map<string, number>();
  shares.forEach((share, i) => {
    const owner = ownerOf(graph, candidates[i]!.entity);
    owners.set(owner, (owners.get(owner) ?? 0) + share);
  });
  const bits = entropyBits(shares);
  return { entropyBits: bits, effectiveConsumers: 2 ** bits, ownerEntropyBits: entropyBits(owners.values()) };
}

/** Things without an owner are each their own. */
function ownerOf(graph: AccessGraph, entity: number): string {
  for (let r = graph.starts[entity]!; r < graph.starts[entity + 1]!; r++) {
    if (relationshipKindAt(graph, r) === 'OWNED_BY') return graph.keys[graph.targets[r]!]!;
  }
  return graph.keys[entity]!;
}

function attributionBits(clusters: readonly UseCluster[], posteriors: readonly Posterior[]): number {
  const all = clusters.reduce((sum, { uses }) => sum + uses, 0);
  if (all === 0) return 0;
  return (
    clusters.reduce((sum, { uses }, k) => sum + uses * entropyBits([...posteriors[k]!.shares, posteriors[k]!.none]), 0) / all
  );
}

function consumersOf(candidates: readonly Candidate[], probabilities: readonly number[]): Ambiguity['consumers'] {
  const counted = probabilities.filter((_, i) => !candidates[i]!.isAbleOnly);
  return {
    p05: quantileOf(poissonBinomial(counted), 0.05),
    mean: counted.reduce((a, b) => a + b, 0),
    p95: quantileOf(poissonBinomial(probabilities), 0.95),
  };
}

function copiesOf(graph: AccessGraph, credential: number): Ambiguity['copies'] {
  const copies = new Map<string, Ambiguity['copies'][number]>();
  const add = (r: number, place: number, version: Ambiguity['copies'][number]['version']): void => {
    const key = graph.keys[place]!;
    if (copies.has(key)) return;
    copies.set(key, {
      key,
      kind: entityKindAt(graph, place),
      version,
      basis: basisAt(graph, r),
      certainty: certaintyAt(graph, r),
    });
  };
  for (let k = graph.inStarts[credential]!; k < graph.inStarts[credential + 1]!; k++) {
    const r = graph.inRelationships[k]!;
    if (relationshipKindAt(graph, r) === 'EXPOSES') add(r, graph.sources[r]!, graph.details.get(r)?.version ?? 'unknown');
  }
  for (let r = graph.starts[credential]!; r < graph.starts[credential + 1]!; r++) {
    if (relationshipKindAt(graph, r) === 'LEAKED_IN') add(r, graph.targets[r]!, 'leaked');
  }
  return [...copies.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Most used first. */
function originsOf(graph: AccessGraph, { clusters, posteriors, candidates }: Omit<Consumption, 'input'>): Ambiguity['origins'] {
  return clusters
    .map(({ entity, isAttributed, uses, firstSeen, lastSeen }, k) => {
      const { shares, none } = posteriors[k]!;
      const best = shares.reduce((at, share, i) => (share > (shares[at] ?? -1) ? i : at), 0);
      const isConsumer = (shares[best] ?? 0) > none;
      return {
        isAttributed,
        key: graph.keys[entity]!,
        uses,
        firstSeen,
        lastSeen,
        consumer: isConsumer ? graph.keys[candidates[best]!.entity]! : null,
        probability: isConsumer ? shares[best]! : none,
      };
    })
    .filter(({ isAttributed }) => !isAttributed)
    .map(({ isAttributed: _, ...origin }) => origin)
    .sort((a, b) => b.uses - a.uses || (a.key < b.key ? -1 : 1));
}
