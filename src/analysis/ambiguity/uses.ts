/** Observed uses of a credential, as clusters by origin and client. */
import { type AccessGraph, basisAt, certaintyAt, entityKindAt, relationshipKindAt } from '../../graph/access-graph.ts';
import type { Time } from '../../model/entity.ts';
import type { Certainty } from '../../model/kinds.ts';
import type { AmbiguityInput } from './input.ts';

export interface UseCluster {
  /** An Origin, or the consumer that the use was attributed to. */
  readonly entity: number;
  readonly isAttributed: boolean;
  readonly certainty: Certainty;
  /** At least 1. */
  readonly uses: number;
  readonly firstSeen: Time | null;
  readonly lastSeen: Time | null;
}

/** `AWS Internal` and service hostnames act for somebody else: where they call from says nothing. */
const NO_ORIGIN = /^origin:(aws internal|[^/]*\.amazonaws\.com)(\/|$)/i;

/** Uses by Origins, and those that were attributed to a consumer in the logs. Uses of an incident are left out. */
export function useClusters(graph: AccessGraph, { credential, incident }: AmbiguityInput): UseCluster[] {
  const found: UseCluster[] = [];
  for (let k = graph.inStarts[credential]!; k < graph.inStarts[credential + 1]!; k++) {
    const r = graph.inRelationships[k]!;
    if (relationshipKindAt(graph, r) !== 'USES' || incident?.[r]) continue;
    const entity = graph.sources[r]!;
    const isOrigin = entityKindAt(graph, entity) === 'Origin';
    const detail = graph.details.get(r);
    const isObserved = basisAt(graph, r) === 'observed' || detail?.lastUsed !== undefined || (detail?.uses ?? 0) > 0;
    if (!isObserved || NO_ORIGIN.test(graph.keys[entity]!)) continue;
    found.push({
      entity,
      isAttributed: !isOrigin,
      certainty: certaintyAt(graph, r),
      uses: Math.max(1, detail?.uses ?? 1),
      firstSeen: detail?.firstSeen ?? null,
      lastSeen: detail?.lastUsed ?? null,
    });
  }
  return found;
}
