import type { EntityFact, RelationshipFact } from '../../src/model/entity.ts';
import { createFingerprinter } from '../../src/model/fingerprint.ts';
import type { CollectContext, Collected, Collector } from '../../src/ports/collector.ts';

export const SAMPLE_KEY = 'a fingerprint key of tests, 32 bytes and more';

export interface Outcome {
  readonly said: readonly Collected[];
  readonly entities: readonly EntityFact[];
  readonly relationships: readonly RelationshipFact[];
  readonly scopes: readonly Extract<Collected, { type: 'scope' }>[];
  readonly warnings: readonly string[];
  readonly errors: readonly string[];
  entity(key: string): EntityFact | undefined;
  /** `source KIND target`, sorted. */
  readonly edges: readonly string[];
}

/** Everything that a collector says of these settings. */
export async function collecting<C>(
  collector: Collector<C>,
  settings: C,
  changed: Partial<CollectContext> = {},
): Promise<Outcome> {
  const context: CollectContext = {
    source: 'test',
    fingerprint: createFingerprinter(SAMPLE_KEY),
    now: new Date('2026-01-15T12:00:00.000Z'),
    signal: new AbortController().signal,
    ...changed,
  };
  const said: Collected[] = [];
  for await (const one of collector.collect(settings, context)) said.push(one);
  const facts = said.filter((one) => one.type === 'facts');
  const entities = facts.flatMap((one) => one.entities);
  const relationships = facts.flatMap((one) => one.relationships);
  return {
    said,
    entities,
    relationships,
    scopes: said.filter((one) => one.type === 'scope'),
    warnings: said.filter((one) => one.type === 'warning').map((one) => one.text),
    errors: said.filter((one) => one.type === 'error').map((one) => one.text),
    entity: (key) => entities.find((entity) => entity.key === key),
    edges: relationships.map((edge) => `${edge.source} ${edge.kind} ${edge.target}`).sort(),
  };
}
