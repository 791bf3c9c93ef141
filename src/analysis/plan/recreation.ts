/**
 * Precedence rule 4: what can make X again, and the attacker can reach, is cut with X or before it.
 *
 * One re-creates X when it reaches, for certain, a grant that controls an identity that X stands for, or a container that controls it.
 */
import { type AccessGraph, relationshipKindAt, SAME } from '../../graph/access-graph.ts';
import { reachFrom, reachTo } from '../../graph/reach.ts';
import { CONTROL, EXTERNAL_ANYONE } from '../../model/kinds.ts';
import { identitiesOf, isProof } from './footholds.ts';

/** Entities from whose control facet an identity of X is controlled in one relationship. */
function controllersOf(graph: AccessGraph, proofOrIdentity: number): number[] {
  const identities = isProof(graph, proofOrIdentity) ? identitiesOf(graph, proofOrIdentity) : [proofOrIdentity];
  const found = new Set<number>();
  for (const identity of identities) {
    for (let k = graph.inStarts[identity]!; k < graph.inStarts[identity + 1]!; k++) {
      const r = graph.inRelationships[k]!;
      const kind = relationshipKindAt(graph, r);
      const isGrant = kind === 'CAN_CONTROL';
      const isContainer = kind === 'CONTAINS' && graph.gives[r] === SAME && (graph.needs[r]! & CONTROL) !== 0;
      if ((isGrant || isContainer) && graph.certainties[r] === 0) found.add(graph.sources[r]!);
    }
  }
  return [...found];
}

/** Who reaches, for certain, a power to make X again: 1 at each entity. One search against the relationships. */
function recreators(graph: AccessGraph, proofOrIdentity: number): Uint8Array {
  const controllers = controllersOf(graph, proofOrIdentity);
  const able = new Uint8Array(graph.order);
  if (controllers.length === 0) return able;
  const { facets } = reachTo(graph, controllers, CONTROL, { walk: 'lo' });
  for (let entity = 0; entity < graph.order; entity++) if (facets[entity]! & CONTROL && !graph.over[entity]) able[entity] = 1;
  return able;
}

/** Proofs whose value the holder of the footholds knows for certain, and that still work. */
function reachableProofs(graph: AccessGraph, held: readonly number[]): number[] {
  const { facets } = reachFrom(graph, held, { walk: 'lo' });
  const known = new Set(held);
  const found: number[] = [];
  for (let entity = 0; entity < graph.order; entity++) {
    if (facets[entity]! & CONTROL && !known.has(entity) && !graph.over[entity] && isProof(graph, entity)) found.push(entity);
  }
  return found;
}

export interface Recreation {
  /** What the plan has to cut: the footholds, and the proofs within their reach that could make one of them again. */
  readonly cut: readonly number[];
  /** Of each: who, of `cut`, could make it again. */
  readonly by: ReadonlyMap<number, readonly number[]>;
  /** What a stranger can make again: cutting it is in vain. */
  readonly open: ReadonlySet<number>;
  /** What can make a proof for itself. */
  readonly self: ReadonlySet<number>;
}

/** The closure of rule 4: whoever is added has re-creators too. */
export function recreation(graph: AccessGraph, held: readonly number[], first: readonly number[]): Recreation {
  const candidates = [...held.filter((one) => !graph.over[one]), ...reachableProofs(graph, held)];
  const anyone = graph.indexOf(EXTERNAL_ANYONE);
  const cut = new Set(first);
  const by = new Map<number, number[]>();
  const open = new Set<number>();
  const self = new Set<number>();
  for (const one of cut) {
    const able = recreators(graph, one);
    by.set(
      one,
      candidates.filter((other) => other !== one && able[other]),
    );
    if (able[one]) self.add(one);
    if (anyone !== undefined && able[anyone]) open.add(one);
    for (const other of by.get(one)!) cut.add(other);
  }
  return { cut: [...cut], by, open, self };
}
