/** Who needs a proof, and where it is kept: what a replacement has to reach. */
import { type AccessGraph, entityKindAt, tierAt } from '../../graph/access-graph.ts';
import { RELATIONSHIP_KINDS, type RelationshipKind } from '../../model/kinds.ts';
import { consumptionOf } from '../outage/consumers.ts';
import { isBacked } from '../outage/evidence.ts';
import { keysOf } from './draft.ts';
import { enteringBy, isProof } from './footholds.ts';
import type { Replacement } from './steps/subject.ts';

export interface Dependence extends Replacement {
  readonly isNeeded: boolean;
  /** Dependences that end well once the consumers were seen on the replacement. */
  readonly releases: readonly number[];
  readonly hasTierZero: boolean;
  /** 0 not needed, or there is a fallback · 1 one consumer · 2 shared · 3 touches tier 0. */
  readonly rank: number;
}

/** Declared or observed use of a proof, or of the proofs of an identity, and the readers of the places that hold them. */
export function dependenceOn(graph: AccessGraph, target: number, targets: readonly number[]): Dependence {
  const holding = enteringBy(graph, target, ['EXPOSES', 'HOLDS']).filter((r) => graph.details.get(r)?.version !== 'previous');
  const leaked = new Set(leaksOf(graph, target));
  const places = [...new Set(holding.map((r) => graph.sources[r]!))].filter((place) => !leaked.has(place));
  const uses = isProof(graph, target) ? enteringBy(graph, target, ['USES']) : consumptionOf(graph, target);
  const reads = places.flatMap((place) => enteringBy(graph, place, ['READS']));
  const releases = [...new Set([...uses, ...reads])].filter((r) => isBacked(graph, r, undefined));
  const users = [...new Set(releases.map((r) => graph.sources[r]!))];
  const unexplained = users.filter((one) => entityKindAt(graph, one) === 'Origin');
  const consumers = users.filter((one) => entityKindAt(graph, one) !== 'Origin');
  const hasTierZero = users.some((one) => tierAt(graph, one) === 0);
  const isSpare = releases.every((r) => hasOtherOption(graph, r, targets));
  return {
    places: keysOf(graph, places),
    consumers: keysOf(graph, consumers),
    unexplained: keysOf(graph, unexplained),
    isNeeded: users.length > 0,
    releases,
    hasTierZero,
    rank: hasTierZero ? 3 : isSpare ? 0 : users.length === 1 ? 1 : 2,
  };
}

/** A place where a leak was found is cleaned, not filled again. */
function leaksOf(graph: AccessGraph, credential: number): number[] {
  const leaks: number[] = [];
  for (const r of outOf(graph, credential)) if (isKind(graph, r, 'LEAKED_IN')) leaks.push(graph.targets[r]!);
  return leaks;
}

/** Whether the consumer has another option for the same purpose, which this plan leaves alone. */
function hasOtherOption(graph: AccessGraph, relationship: number, targets: readonly number[]): boolean {
  const mine = graph.details.get(relationship)?.alternative;
  if (!mine) return false;
  return outOf(graph, graph.sources[relationship]!).some((r) => {
    const other = graph.details.get(r)?.alternative;
    return other?.group === mine.group && other.option !== mine.option && !targets.includes(graph.targets[r]!);
  });
}

const outOf = (graph: AccessGraph, entity: number): number[] =>
  Array.from({ length: graph.starts[entity + 1]! - graph.starts[entity]! }, (_, i) => graph.starts[entity]! + i);

const isKind = (graph: AccessGraph, relationship: number, kind: RelationshipKind): boolean =>
  RELATIONSHIP_KINDS[graph.relationshipKinds[relationship]!] === kind;
