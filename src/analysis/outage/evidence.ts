/** How sure a dependence is: what the lower bound counts. */
import { type AccessGraph, basisAt, certaintyAt } from '../../graph/access-graph.ts';
import type { Time } from '../../model/entity.ts';

/** Seen in use since the time, when one is given. An observed relationship without a time was seen in the window. */
export function isObserved(graph: AccessGraph, relationship: number, since: Time | undefined): boolean {
  const detail = graph.details.get(relationship);
  if (detail?.lastUsed !== undefined) return since === undefined || detail.lastUsed >= since;
  return basisAt(graph, relationship) === 'observed' || (detail?.uses ?? 0) > 0;
}

/** Observed within the window, or declared. */
export const isBacked = (graph: AccessGraph, relationship: number, since: Time | undefined): boolean =>
  basisAt(graph, relationship) === 'declared' || isObserved(graph, relationship, since);

export const isDefinite = (graph: AccessGraph, relationship: number): boolean => certaintyAt(graph, relationship) === 'definite';
