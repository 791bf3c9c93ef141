/** What the attacker holds: the targets, and everything minted from them. */
import { type AccessGraph, entityKindAt, nameAt, relationshipKindAt } from '../../graph/access-graph.ts';
import type { Time } from '../../model/entity.ts';
import { UnknownEntityError } from '../../model/errors.ts';
import { type EntityKind, IDENTITY_KINDS, PROOF_KINDS, RELATIONSHIP_KINDS, type RelationshipKind } from '../../model/kinds.ts';
import type { PlanFacts } from './input.ts';

export interface Footholds {
  /** In the order of their keys. */
  readonly targets: readonly number[];
  /** Targets and what they minted, whenever: whose reach the figures show. */
  readonly held: readonly number[];
  /** Of `held`: what the plan acts on. What was minted before the incident began is not the attacker's. */
  readonly joined: ReadonlySet<number>;
  /** Of each held thing that was minted: the held things that minted it. */
  readonly minters: ReadonlyMap<number, readonly number[]>;
}

export const isProof = (graph: AccessGraph, entity: number): boolean =>
  (PROOF_KINDS as readonly EntityKind[]).includes(entityKindAt(graph, entity));

export const isIdentity = (graph: AccessGraph, entity: number): boolean =>
  (IDENTITY_KINDS as readonly EntityKind[]).includes(entityKindAt(graph, entity));

const MINTED = RELATIONSHIP_KINDS.indexOf('MINTED');

export function footholds(
  graph: AccessGraph,
  keys: readonly string[],
  { since, facts }: { since?: Time | undefined; facts: PlanFacts },
): Footholds {
  const targets = [...new Set(keys)].sort().map((key) => indexOrThrow(graph, key));
  const held = new Set(targets);
  const joined = new Set(targets);
  const minters = new Map<number, number[]>();
  for (const parent of held) {
    for (let r = graph.starts[parent]!; r < graph.starts[parent + 1]!; r++) {
      if (graph.relationshipKinds[r] !== MINTED) continue;
      const child = graph.targets[r]!;
      minters.set(child, [...(minters.get(child) ?? []), parent]);
      held.add(child);
      if (joined.has(parent) && isSince(graph, r, { since, facts })) joined.add(child);
    }
  }
  return { targets, held: [...held], joined, minters };
}

function isSince(
  graph: AccessGraph,
  relationship: number,
  { since, facts }: { since?: Time | undefined; facts: PlanFacts },
): boolean {
  if (since === undefined) return true;
  const seen = facts.relationship?.(nameAt(graph, relationship))?.firstSeen;
  return seen === undefined || seen >= since;
}

function indexOrThrow(graph: AccessGraph, key: string): number {
  const index = graph.indexOf(key);
  if (index === undefined) throw new UnknownEntityError(key, []);
  return index;
}

/** Relationships by which access spreads from an entity, but what it minted already: those live on their own. */
export function leavingOf(graph: AccessGraph, entity: number): number[] {
  const leaving: number[] = [];
  for (let r = graph.starts[entity]!; r < graph.starts[entity + 1]!; r++) {
    if (graph.needs[r] && graph.relationshipKinds[r] !== MINTED) leaving.push(r);
  }
  return leaving;
}

/** What a proof stands for. */
export function identitiesOf(graph: AccessGraph, proof: number): number[] {
  return targetsBy(graph, proof, ['AUTHENTICATES_AS', 'ACTS_FOR']);
}

/** What an identity is proven by. */
export function proofsOf(graph: AccessGraph, identity: number): number[] {
  return sourcesBy(graph, identity, ['AUTHENTICATES_AS', 'ACTS_FOR']).filter((source) => isProof(graph, source));
}

export function targetsBy(graph: AccessGraph, entity: number, kinds: readonly RelationshipKind[]): number[] {
  const found = new Set<number>();
  for (let r = graph.starts[entity]!; r < graph.starts[entity + 1]!; r++) {
    if (kinds.includes(relationshipKindAt(graph, r))) found.add(graph.targets[r]!);
  }
  return [...found];
}

export function sourcesBy(graph: AccessGraph, entity: number, kinds: readonly RelationshipKind[]): number[] {
  const found = new Set<number>();
  for (let k = graph.inStarts[entity]!; k < graph.inStarts[entity + 1]!; k++) {
    const r = graph.inRelationships[k]!;
    if (kinds.includes(relationshipKindAt(graph, r))) found.add(graph.sources[r]!);
  }
  return [...found];
}

/** The relationships of some kinds that end at an entity. */
export function enteringBy(graph: AccessGraph, entity: number, kinds: readonly RelationshipKind[]): number[] {
  const found: number[] = [];
  for (let k = graph.inStarts[entity]!; k < graph.inStarts[entity + 1]!; k++) {
    const r = graph.inRelationships[k]!;
    if (kinds.includes(relationshipKindAt(graph, r))) found.push(r);
  }
  return found;
}
