import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_DETECTOR_SETTINGS, type DetectorInput, type SeenEntity } from '../../../src/analysis/findings/detector.ts';
import { DETECTORS, findings } from '../../../src/analysis/findings/index.ts';
import { basisAt, certaintyAt, entityKindAt, nameAt, tierAt } from '../../../src/graph/access-graph.ts';
import { reachFrom } from '../../../src/graph/reach.ts';
import type { Properties } from '../../../src/model/entity.ts';
import type { Environment, State } from '../../../src/model/kinds.ts';
import { CASE_NOW, caseGraph } from '../case-graph.ts';

interface FindingCase {
  readonly name: string;
  readonly entities: Readonly<Record<string, string>>;
  readonly relationships: readonly string[];
  readonly properties?: Readonly<Record<string, Properties>>;
  /** By `source KIND target`. */
  readonly trusts?: Readonly<Record<string, Properties>>;
  readonly verified?: Readonly<Record<string, boolean>>;
  readonly found: Readonly<Record<string, string>>;
}

const cases = JSON.parse(
  readFileSync(new URL('../../cases/analysis/findings.json', import.meta.url), 'utf8'),
) as readonly FindingCase[];

function inputOf({ entities, relationships, properties = {}, verified = {}, trusts = {} }: FindingCase): DetectorInput {
  const graph = caseGraph(entities, relationships);
  const anyone = graph.indexOf('external:anyone');
  const seen = graph.keys.map((key, index): SeenEntity => {
    const { state, expiresAt, environment, intendedUse, ...rest } = (properties[key] ?? {}) as Readonly<Record<string, string>>;
    const tier = tierAt(graph, index);
    return {
      key,
      kind: entityKindAt(graph, index),
      name: key,
      properties: rest,
      state: (state ?? 'unknown') as State,
      ...(expiresAt && { expiresAt }),
      ...(tier !== undefined && { tier }),
      ...(intendedUse && { intendedUse }),
      ...(environment && { environment: environment as Environment }),
    };
  });
  return {
    graph,
    entities: new Map(seen.map((entity) => [entity.key, entity])),
    relationships: Array.from({ length: graph.size }, (_, r) => {
      const name = nameAt(graph, r);
      const id = `${name.source} ${name.kind} ${name.target}`;
      const said = { ...(verified[id] !== undefined && { verified: verified[id] }), ...trusts[id] };
      const lastUsed = graph.details.get(r)?.lastUsed;
      return {
        ...name,
        basis: basisAt(graph, r),
        certainty: certaintyAt(graph, r),
        properties: said,
        ...(lastUsed !== undefined && { lastUsed }),
      };
    }),
    open: anyone === undefined ? undefined : reachFrom(graph, [anyone], { walk: 'lo' }).facets,
    now: CASE_NOW,
    settings: DEFAULT_DETECTOR_SETTINGS,
  };
}

describe('detectors', () => {
  it.each(cases)('$name', (given) => {
    const found = findings(inputOf(given));
    expect(Object.fromEntries(found.map(({ id, severity }) => [id, severity]))).toEqual(given.found);
    for (const { evidence, blindSpots, weight } of found) {
      expect(evidence.length).toBeGreaterThan(0);
      expect(blindSpots.length).toBeGreaterThan(0);
      expect(weight).toBeGreaterThan(0);
      expect(weight).toBeLessThan(1);
    }
  });

  it('have ids of their own', () => {
    expect(new Set(DETECTORS.map(({ id }) => id)).size).toBe(DETECTORS.length);
  });
});
