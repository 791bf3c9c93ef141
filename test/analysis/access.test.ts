import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { accessPath } from '../../src/analysis/access-path.ts';
import { attackReach } from '../../src/analysis/attack-reach.ts';
import { chokePoints } from '../../src/analysis/choke-points.ts';
import { exposure } from '../../src/analysis/exposure.ts';
import { DEFAULT_WEIGHTS } from '../../src/model/weights.ts';
import { caseGraph, entityIndices } from './case-graph.ts';

interface AccessCase {
  readonly name: string;
  readonly entities: Readonly<Record<string, string>>;
  readonly relationships: readonly string[];
  /** Subject → item → level. */
  readonly reach: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly target: string;
  /** Who → `distance level [direct]`. */
  readonly exposure: Readonly<Record<string, string>>;
  /** Relationship → entry points that it cuts off. */
  readonly choke: Readonly<Record<string, number>>;
}

const cases = JSON.parse(
  readFileSync(new URL('../cases/analysis/access.json', import.meta.url), 'utf8'),
) as readonly AccessCase[];
/** Everything weighs 1, so that weight cut is a count. */
const weights = { ...DEFAULT_WEIGHTS, tiers: [1, 1, 1, 1] as const };

describe('reach, exposure and choke points', () => {
  it.each(cases)('$name', (given) => {
    const graph = caseGraph(given.entities, given.relationships);
    for (const [subject, expected] of Object.entries(given.reach)) {
      const { items } = attackReach(graph, entityIndices(graph, [subject]), { weights });
      expect(Object.fromEntries(items.map(({ key, level }) => [key, level]))).toEqual(expected);
    }
    const [target] = entityIndices(graph, [given.target]) as [number];
    const who = exposure(graph, target).items.map(({ key, distance, level, direct }) => [
      key,
      `${distance} ${level}${direct ? ' direct' : ''}`,
    ]);
    expect(Object.fromEntries(who)).toEqual(given.exposure);
    const points = chokePoints(graph, { weights, target }).map((p) => [`${p.source} ${p.kind} ${p.target}`, p.weightCut]);
    expect(Object.fromEntries(points)).toEqual(given.choke);
  });
});

describe('the access path', () => {
  const graph = caseGraph({ a: 'Role', b: 'Role', c: 'Role', d: 'Role' }, [
    'a CAN_ASSUME d entitled possible',
    'a CAN_ASSUME b entitled',
    'b CAN_ASSUME c entitled',
    'c CAN_ASSUME d entitled conditional',
  ]);
  const [from, to] = entityIndices(graph, ['a', 'd']) as [number, number];

  it('is longer rather than less sure', () => {
    const path = accessPath(graph, { from, to, level: 'read' });
    expect([path.found, path.certainty]).toEqual([true, 'conditional']);
    expect(path.hops.map(({ target }) => target)).toEqual(['b', 'c', 'd']);
  });

  it('is told not to exist where it does not', () => {
    expect(accessPath(graph, { from: to, to: from, level: 'read' })).toMatchObject({ found: false, certainty: null, hops: [] });
  });
});
