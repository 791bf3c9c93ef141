/** NHI9:2025 NHI Reuse: one credential, several consumers or several places. */
import { type AccessGraph, basisAt, entityKindAt, relationshipKindAt } from '../../graph/access-graph.ts';
import { isHypotheticalJob } from '../../model/keys.ts';
import type { EntityKind } from '../../model/kinds.ts';
import { type Detector, type DetectorInput, entityDetector, type Observation, type SeenEntity } from './detector.ts';

const about = {
  id: 'reuse',
  nhi: 'NHI9',
  group: 'reuse',
  blindSpots: ['gateways make several consumers look like one', 'values that no source shows cannot be compared'],
  needs: { entities: ['Credential'], relationships: [] },
} as const satisfies Omit<Detector, 'detect'>;

export const nhi9Reuse = entityDetector(about, ['Credential'], observe);

const CONSUMERS: ReadonlySet<EntityKind> = new Set(['Workload', 'Pipeline', 'Agent', 'User']);

function observe({ graph }: DetectorInput, { key: subject }: SeenEntity): Observation | undefined {
  const credential = graph.indexOf(subject);
  if (credential === undefined) return undefined;
  const { consumers, declared, places } = tiesOf(graph, credential);
  const isOverused = consumers.size > Math.max(1, declared.size);
  if (!isOverused && places.size < 2) return undefined;
  const keys = (entities: ReadonlySet<number>): string[] => [...entities].map((entity) => graph.keys[entity]!).sort();
  const parts = [
    isOverused && `${consumers.size} consumers, ${declared.size} declared`,
    places.size > 1 && `${places.size} places`,
  ];
  return {
    subject,
    severity: isOverused ? 'medium' : 'low',
    weight: isOverused ? 0.3 : 0.15,
    summary: `one credential in use by or kept in several: ${parts.filter(Boolean).join('; ')}`,
    evidence: [...keys(consumers).map((key) => `${key} consumes it`), ...keys(places).map((key) => `${key} EXPOSES ${subject}`)],
  };
}

/** Who consumes it by use or by reading a place, whom a person declared, and the places that hold its current value. */
function tiesOf(graph: AccessGraph, credential: number) {
  const consumers = new Set<number>();
  const declared = new Set<number>();
  const places = new Set<number>();
  const consume = (r: number): void => {
    const source = graph.sources[r]!;
    if (!CONSUMERS.has(entityKindAt(graph, source)) || isHypotheticalJob(graph.keys[source]!)) return;
    consumers.add(source);
    if (relationshipKindAt(graph, r) === 'USES' && basisAt(graph, r) === 'declared') declared.add(source);
  };
  for (const r of into(graph, credential)) {
    if (relationshipKindAt(graph, r) === 'USES') consume(r);
    const place = graph.sources[r]!;
    const isPlace = relationshipKindAt(graph, r) === 'EXPOSES' && entityKindAt(graph, place) === 'Secret';
    if (!isPlace || graph.details.get(r)?.version === 'previous') continue;
    places.add(place);
    for (const read of into(graph, place)) if (relationshipKindAt(graph, read) === 'READS') consume(read);
  }
  return { consumers, declared, places };
}

const into = (graph: AccessGraph, entity: number): Uint32Array =>
  graph.inRelationships.subarray(graph.inStarts[entity]!, graph.inStarts[entity + 1]!);
