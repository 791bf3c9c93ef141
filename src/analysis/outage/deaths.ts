/**
 * What dies with the dead: proofs whose every identity is dead, and places whose current value is.
 *
 *     identity ◄── AUTHENTICATES_AS ── proof ◄── EXPOSES ── place
 */
import { type AccessGraph, entityKindAt, relationshipKindAt } from '../../graph/access-graph.ts';
import { type EntityKind, IDENTITY_KINDS, PROOF_KINDS, type RelationshipKind } from '../../model/kinds.ts';
import { isCurrentPlace } from './consumers.ts';
import { isDefinite } from './evidence.ts';

/** A chain of causes, the last first. */
export interface Cause {
  readonly relationship: number;
  readonly before: Cause | undefined;
}

export interface Death {
  readonly depth: number;
  readonly cause: Cause | undefined;
}

export interface DeathQuestion {
  readonly dead: readonly number[];
  readonly removed: Uint8Array | undefined;
  readonly bound: 'lo' | 'hi';
}

export const isIdentity = (kind: EntityKind): boolean => (IDENTITY_KINDS as readonly EntityKind[]).includes(kind);
export const isProof = (kind: EntityKind): boolean => (PROOF_KINDS as readonly EntityKind[]).includes(kind);
const STANDS_FOR: ReadonlySet<RelationshipKind> = new Set(['AUTHENTICATES_AS', 'ACTS_FOR']);

/** In the order of death. lo counts what cannot be otherwise; hi what may be. Linear in the relationships of what dies. */
export function deaths(graph: AccessGraph, question: DeathQuestion): Map<number, Death> {
  const dead = new Map<number, Death>();
  for (const entity of question.dead) dead.set(entity, { depth: 0, cause: undefined });
  const orphans = createOrphans(graph, question, dead);
  for (const proof of orphans.cutOff())
    dead.set(proof.entity, { depth: 1, cause: { relationship: proof.by, before: undefined } });
  // A Map is walked in the order of insertion, what is added on the way included: this is a breadth-first search.
  for (const [entity, { depth, cause }] of dead) {
    for (let k = graph.inStarts[entity]!; k < graph.inStarts[entity + 1]!; k++) {
      const r = graph.inRelationships[k]!;
      const source = graph.sources[r]!;
      if (dead.has(source)) continue;
      const dies = isCurrentPlace(graph, r) ? empties(graph, r, question.bound) : orphans.loses(r);
      if (dies) dead.set(source, { depth: depth + 1, cause: { relationship: r, before: cause } });
    }
  }
  return dead;
}

/** Whether a place holds a proof's value as its current one, as far as the bound believes it. */
export const empties = (graph: AccessGraph, place: number, bound: 'lo' | 'hi'): boolean =>
  isCurrentPlace(graph, place) &&
  isProof(entityKindAt(graph, graph.targets[place]!)) &&
  (bound === 'hi' || isDefinite(graph, place));

/**
 * Proofs lose identities one by one and die with the last. lo: a proof that may stand for another living identity lives, and only
 * a definite relationship kills; hi: only one that definitely stands for a living identity lives.
 */
function createOrphans(graph: AccessGraph, { removed, bound }: DeathQuestion, dead: ReadonlyMap<number, Death>) {
  const left = new Map<number, number>();
  const keeps = (r: number): boolean =>
    STANDS_FOR.has(relationshipKindAt(graph, r)) &&
    !removed?.[r] &&
    !graph.over[graph.targets[r]!] &&
    (bound === 'lo' || isDefinite(graph, r));
  const isProofOf = (r: number): boolean =>
    STANDS_FOR.has(relationshipKindAt(graph, r)) && isProof(entityKindAt(graph, graph.sources[r]!));
  const keptBy = (proof: number, isLiving: (identity: number) => boolean): number => {
    let kept = 0;
    for (let r = graph.starts[proof]!; r < graph.starts[proof + 1]!; r++) if (keeps(r) && isLiving(graph.targets[r]!)) kept++;
    return kept;
  };
  const kills = (r: number): boolean => isProofOf(r) && (bound === 'hi' || isDefinite(graph, r));
  const killed = new Set<number>();
  return {
    /** Told once for each identity that dies: whether the proof at the source dies now. */
    loses(r: number): boolean {
      if (!isProofOf(r)) return false;
      const proof = graph.sources[r]!;
      const still = (left.get(proof) ?? keptBy(proof, () => true)) - (keeps(r) ? 1 : 0);
      left.set(proof, still);
      if (kills(r)) killed.add(proof);
      return still === 0 && killed.has(proof);
    },
    /** Proofs that stand for nobody once relationships are cut. */
    *cutOff(): Generator<{ readonly entity: number; readonly by: number }> {
      if (!removed) return;
      for (let r = 0; r < graph.size; r++) {
        if (!removed[r] || !kills(r)) continue;
        const proof = graph.sources[r]!;
        killed.add(proof);
        if (!dead.has(proof) && keptBy(proof, () => true) === 0) yield { entity: proof, by: r };
      }
    },
  };
}
