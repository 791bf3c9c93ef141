/** Who works through an identity: what breaks when it loses a right. */
import { type AccessGraph, entityKindAt, relationshipKindAt } from '../../graph/access-graph.ts';
import type { RelationshipKind } from '../../model/kinds.ts';
import { isObserved } from './evidence.ts';

/** Relationships by which something works as a thing at their target; the others lead on to what stands for it. */
const CONSUMING: ReadonlySet<RelationshipKind> = new Set(['RUNS_AS', 'USES', 'READS']);
const LEADING: ReadonlySet<RelationshipKind> = new Set(['AUTHENTICATES_AS', 'ACTS_FOR', 'MEMBER_OF']);

/**
 * The consuming relationships of an identity: it is run as, its proofs are used, the places of its proofs are read; the same for
 * its members and for those who were seen to assume it.
 */
export function consumptionOf(graph: AccessGraph, identity: number): number[] {
  const seen = new Set([identity]);
  const waiting = [identity];
  const found: number[] = [];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (let k = graph.inStarts[at]!; k < graph.inStarts[at + 1]!; k++) {
      const r = graph.inRelationships[k]!;
      const kind = relationshipKindAt(graph, r);
      const source = graph.sources[r]!;
      if (CONSUMING.has(kind)) found.push(r);
      if (!leads(graph, r) || seen.has(source)) continue;
      seen.add(source);
      waiting.push(source);
    }
  }
  return found;
}

function leads(graph: AccessGraph, relationship: number): boolean {
  const kind = relationshipKindAt(graph, relationship);
  if (kind === 'CAN_ASSUME') return isObserved(graph, relationship, undefined);
  return LEADING.has(kind) || isCurrentPlace(graph, relationship);
}

/** Whether the relationship says that a place holds the current value of a credential. Unless said otherwise, it does. */
export const isCurrentPlace = (graph: AccessGraph, relationship: number): boolean =>
  relationshipKindAt(graph, relationship) === 'EXPOSES' &&
  entityKindAt(graph, graph.sources[relationship]!) === 'Secret' &&
  graph.details.get(relationship)?.version !== 'previous';
