/** Who made the uses of a credential that are an incident's: those from where it was never used before the incident began. */
import { type AccessGraph, certaintyAt, entityKindAt, nameAt } from '../../graph/access-graph.ts';
import type { Relationship, RelationshipName, Time } from '../../model/entity.ts';
import { enteringBy } from '../plan/footholds.ts';
import { candidatesOf } from './candidates.ts';
import type { AmbiguityInput } from './input.ts';
import { posteriorOf } from './posterior.ts';
import { useClusters } from './uses.ts';

export interface IncidentQuestion {
  readonly since: Time;
  readonly factOf: ((name: RelationshipName) => Pick<Relationship, 'firstSeen'> | undefined) | undefined;
}

/**
 * How sure it is who that was, by the use that is the least sure: the posterior of the likeliest, none of the known consumers included.
 * Undefined where no such use was seen.
 */
export function incidentAttribution(
  graph: AccessGraph,
  input: AmbiguityInput,
  { since, factOf }: IncidentQuestion,
): number | undefined {
  const theirs = enteringBy(graph, input.credential, ['USES']).filter((r) => {
    const first = factOf?.(nameAt(graph, r))?.firstSeen ?? graph.details.get(r)?.firstSeen;
    return first !== undefined && first >= since && graph.details.get(r)?.lastUsed !== undefined;
  });
  if (theirs.length === 0) return undefined;
  const incident = new Uint8Array(graph.size);
  for (const r of theirs) incident[r] = 1;
  const asked: AmbiguityInput = { ...input, incident, maxAble: 0 };
  const candidates = candidatesOf(graph, asked, useClusters(graph, asked));
  const sure = theirs.map((r) => {
    const entity = graph.sources[r]!;
    const isAttributed = entityKindAt(graph, entity) !== 'Origin';
    const { shares, none } = posteriorOf({ entity, isAttributed, certainty: certaintyAt(graph, r) }, candidates, asked);
    return Math.max(none, ...shares);
  });
  return Math.min(...sure);
}
