import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { poissonBinomial, quantileOf } from '../../src/analysis/ambiguity/entropy.ts';
import type { AmbiguityInput } from '../../src/analysis/ambiguity/input.ts';
import { ambiguity, attribution } from '../../src/analysis/ambiguity.ts';
import type { AccessGraph } from '../../src/graph/access-graph.ts';
import { DEFAULT_WEIGHTS } from '../../src/model/weights.ts';
import { CASE_NOW, caseGraph, entityIndices, relationshipMask } from './case-graph.ts';

type Range = readonly [number, number];

interface AmbiguityCase {
  readonly name: string;
  readonly entities: Readonly<Record<string, string>>;
  readonly relationships: readonly string[];
  readonly credential?: string;
  /** So many users may read the place `secret`. */
  readonly readers?: number;
  readonly fits?: Readonly<Record<string, readonly string[]>>;
  readonly logical?: Readonly<Record<string, string>>;
  readonly incident?: readonly string[];
  readonly logged: number;
  readonly verdict?: string;
  readonly reason?: string;
  readonly probabilities?: Readonly<Record<string, Range>>;
  readonly entropyBits?: Range;
  readonly effectiveConsumers?: Range;
  readonly attributionBits?: Range;
  readonly unattributedShare?: Range;
  readonly consumers?: Readonly<Record<string, number>>;
  readonly noCandidate?: readonly string[];
  readonly originCount?: number;
  readonly copyCount?: number;
}

const cases = JSON.parse(
  readFileSync(new URL('../cases/analysis/ambiguity.json', import.meta.url), 'utf8'),
) as readonly AmbiguityCase[];

function graphOf({ entities, relationships, readers = 0 }: AmbiguityCase): AccessGraph {
  const people = Array.from({ length: readers }, (_, i) => `reader-${i}`);
  return caseGraph(
    {
      ...entities,
      ...Object.fromEntries(people.flatMap((person) => [[person, 'User'] as const, [`${person}-grant`, 'Permission'] as const])),
    },
    [
      ...relationships,
      ...people.flatMap((person) => [`${person} HAS_GRANT ${person}-grant entitled`, `${person}-grant CAN_READ secret entitled`]),
    ],
  );
}

function inputOf(graph: AccessGraph, given: AmbiguityCase): AmbiguityInput {
  const index = (key: string) => entityIndices(graph, [key])[0] as number;
  const fits = Object.entries(given.fits ?? {}).map(([origin, keys]) => [index(origin), keys.map(index)] as const);
  const logical = Object.entries(given.logical ?? {}).map(([from, to]) => [index(from), index(to)] as const);
  return {
    credential: index(given.credential ?? 'key'),
    window: { end: CASE_NOW, days: 90, logged: given.logged },
    fits: new Map(fits),
    logical: new Map(logical),
    ...(given.incident && { incident: relationshipMask(graph, given.incident) }),
  };
}

const expectWithin = (value: number, range: Range | undefined): void => {
  if (!range) return;
  expect(value).toBeGreaterThanOrEqual(range[0]);
  expect(value).toBeLessThanOrEqual(range[1]);
};

describe('shared-credential ambiguity', () => {
  it.each(cases)('$name', (given) => {
    const graph = graphOf(given);
    const answer = ambiguity(graph, inputOf(graph, given), DEFAULT_WEIGHTS);
    if (given.verdict) expect(answer.verdict).toBe(given.verdict);
    if (given.reason) expect(answer.reasons).toContain(given.reason);
    for (const [key, range] of Object.entries(given.probabilities ?? {})) {
      expectWithin(answer.candidates.find((candidate) => candidate.key === key)?.probability ?? Number.NaN, range);
    }
    expectWithin(answer.entropyBits, given.entropyBits);
    expectWithin(answer.effectiveConsumers, given.effectiveConsumers);
    expectWithin(answer.attributionBits, given.attributionBits);
    expectWithin(answer.unattributedShare, given.unattributedShare);
    expect(answer.consumers).toMatchObject(given.consumers ?? {});
    for (const key of given.noCandidate ?? []) expect(answer.candidates.map((candidate) => candidate.key)).not.toContain(key);
    if (given.originCount !== undefined) expect(answer.origins).toHaveLength(given.originCount);
    if (given.copyCount !== undefined) expect(answer.copies).toHaveLength(given.copyCount);
    const shares = answer.candidates.reduce((sum, { share }) => sum + share, answer.unattributedShare);
    if (answer.origins.length > 0) expect(shares).toBeCloseTo(1, 9);
  });

  it('attributes one use no more surely than its inputs are', () => {
    const graph = caseGraph({ key: 'Credential', app: 'Workload', 'origin:198.51.100.7/sdk': 'Origin' }, [
      'app USES key declared',
    ]);
    const [key, app, origin] = entityIndices(graph, ['key', 'app', 'origin:198.51.100.7/sdk']) as [number, number, number];
    const input = { credential: key, window: { end: CASE_NOW, days: 90, logged: 1 }, fits: new Map([[origin, [app]]]) };
    const one = attribution(graph, input, { entity: origin, isAttributed: false, certainty: 'definite' });
    expect(one.shares[0]).toEqual({ key: 'app', probability: 0.9 });
    expect(one.none).toBeCloseTo(0.1, 9);
    const named = attribution(graph, input, { entity: app, isAttributed: true, certainty: 'possible' });
    expect(named.shares[0]?.probability).toBeCloseTo(0.49, 9);
  });

  it('proposes a credential for each consumer: with a fallback first, tier 0 last, each with the scope it was seen using', () => {
    const graph = caseGraph(
      {
        key: 'Credential',
        spare: 'Credential',
        bank: 'Workload tier=0',
        mail: 'Workload',
        shop: 'Workload',
        web: 'Workload',
        bucket: 'Resource',
      },
      [
        'bank USES key observed uses=5',
        'shop USES key observed uses=5',
        'mail USES key observed uses=5 send/first',
        'mail USES spare declared send/second',
        'web DEPENDS_ON shop declared',
        'shop ACCESSED bucket observed',
      ],
    );
    const [credential] = entityIndices(graph, ['key']) as [number];
    const { split } = ambiguity(graph, { credential, window: { end: CASE_NOW, days: 90, logged: 1 } }, DEFAULT_WEIGHTS);
    expect(split.steps.map(({ consumer, scope }) => [consumer, scope])).toEqual([
      ['mail', []],
      ['shop', ['bucket']],
      ['bank', []],
    ]);
  });
});

describe('the Poisson-binomial distribution', () => {
  it('equals counting all outcomes one by one', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 9 }), (probabilities) => {
        const expected = new Float64Array(probabilities.length + 1);
        for (let outcome = 0; outcome < 1 << probabilities.length; outcome++) {
          let chance = 1;
          let count = 0;
          probabilities.forEach((p, i) => {
            const happens = (outcome >> i) & 1;
            chance *= happens ? p : 1 - p;
            count += happens;
          });
          expected[count]! += chance;
        }
        const exactly = poissonBinomial(probabilities);
        exactly.forEach((p, n) => {
          expect(p).toBeCloseTo(expected[n]!, 9);
        });
      }),
    );
  });

  it('has its median at 2 for four fair coins', () => {
    expect(quantileOf(poissonBinomial([0.5, 0.5, 0.5, 0.5]), 0.5)).toBe(2);
  });
});
