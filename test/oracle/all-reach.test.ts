import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allReach } from '../../src/analysis/all-reach.ts';
import { attackReach } from '../../src/analysis/attack-reach.ts';
import { type AccessGraph, buildAccessGraph } from '../../src/graph/access-graph.ts';
import { BASES, type EntityKind, type RelationshipKind } from '../../src/model/kinds.ts';
import { DEFAULT_WEIGHTS } from '../../src/model/weights.ts';
import { caseGraph } from '../analysis/case-graph.ts';
import { randomGraphs } from './random-graph.ts';

const weights = DEFAULT_WEIGHTS;

/** Every entity as a subject, whatever its kind: each must equal the search for it alone. */
function expectEqualToEach(graph: AccessGraph): void {
  const subjects = Array.from({ length: graph.order }, (_, entity) => entity);
  const all = allReach(graph, { weights, subjects });
  for (const subject of subjects) {
    const one = attackReach(graph, [subject], { weights });
    for (const bound of ['lo', 'hi'] as const) {
      const summary = all.summary(subject, bound);
      const rows = (list: readonly { kind: string; tier: number | null; level: string; count: number }[]) =>
        new Map(list.map(({ kind, tier, level, count }) => [`${kind} ${tier} ${level}`, count]));
      const expected = one.countsBy.filter((row) => row[bound] > 0).map((row) => ({ ...row, count: row[bound] }));
      expect(rows(summary.counts)).toEqual(rows(expected));
      expect(summary.weight).toBeCloseTo(one.weight[bound], 6);
      expect(summary.marginal.weight).toBeCloseTo(one.marginal.weight[bound], 6);
      const byKind: Record<string, number> = {};
      for (const { kind, count } of summary.marginal.counts) byKind[kind] = (byKind[kind] ?? 0) + count;
      expect(byKind).toEqual(one.marginal.counts[bound]);
    }
  }
}

describe('the reach of all subjects', () => {
  it('equals the reach of each on random graphs', () => {
    fc.assert(fc.property(randomGraphs(), expectEqualToEach), { numRuns: 60 });
  });

  it('equals the reach of each where levels meet', () => {
    const levels = randomGraphs({
      entities: 8,
      relationships: 24,
      kinds: ['User', 'External', 'Resource', 'Scope', 'Repository', 'Secret'],
      relationshipKinds: ['CONTAINS', 'CAN_READ', 'CAN_PUT', 'CAN_WRITE', 'CAN_CONTROL', 'DEFINES', 'EXPOSES', 'READS'],
    });
    fc.assert(fc.property(levels, expectEqualToEach), { numRuns: 60 });
  });

  it('equals the reach of each on larger graphs with many strangers and cycles', () => {
    fc.assert(fc.property(randomGraphs({ entities: 60, relationships: 200 }), expectEqualToEach), { numRuns: 3 });
  });

  it('counts the end of a diamond once, whichever way it is entered first', () => {
    expectEqualToEach(
      caseGraph({ a: 'Role', b: 'Role', c: 'Role', d: 'Role', e: 'Resource tier=0' }, [
        'a CAN_ASSUME b',
        'a CAN_ASSUME c',
        'b CAN_ASSUME d',
        'c CAN_ASSUME d',
        'd CAN_READ e',
      ]),
    );
  });

  it('counts read and put of one thing from two sides as write', () => {
    const graph = caseGraph({ a: 'Role', one: 'Permission', two: 'Permission', log: 'Resource tier=1' }, [
      'a HAS_GRANT one',
      'a HAS_GRANT two',
      'one CAN_READ log',
      'two CAN_PUT log',
    ]);
    expectEqualToEach(graph);
    const summary = allReach(graph, { weights, subjects: [0] }).summary(0, 'lo');
    expect(summary.counts).toContainEqual({ kind: 'Resource', tier: 1, level: 'write', count: 1 });
  });

  it('spreads nothing from what is over, and counts it', () => {
    expectEqualToEach(
      caseGraph({ a: 'Role', key: 'Credential state=inactive', b: 'Role' }, ['a HOLDS key', 'key AUTHENTICATES_AS b']),
    );
  });

  it('survives a chain of ten thousand and counts past a block', () => {
    const length = 10_000;
    const graph = lineGraph(length, 'Role', 'CAN_ASSUME');
    const all = allReach(graph, { weights, subjects: [0, length / 2, length - 1] });
    expect([0, 1, 2].map((i) => all.summary(i, 'hi').counts[0]?.count ?? 0)).toEqual([length - 1, length / 2 - 1, 0]);
  });

  it('stops between two blocks when it is told to', () => {
    const abort = new AbortController();
    abort.abort(new Error('enough'));
    expect(() => allReach(lineGraph(20, 'Role', 'CAN_ASSUME'), { weights, signal: abort.signal })).toThrow('enough');
  });

  it('tells how far it is, up to the end', () => {
    const told: number[] = [];
    allReach(lineGraph(6000, 'Role', 'CAN_ASSUME'), { weights, onProgress: (done) => told.push(done) });
    expect(told.at(-1)).toBe(1);
    expect(told).toEqual([...told].sort((a, b) => a - b));
  });
});

function lineGraph(length: number, kind: EntityKind, relationship: RelationshipKind): AccessGraph {
  return buildAccessGraph({
    generation: 1,
    now: '2026-03-01T00:00:00.000Z',
    entities: Array.from({ length }, (_, i) => ({ key: `e${i}`, kind })),
    relationships: Array.from({ length: length - 1 }, (_, i) => ({
      source: `e${i}`,
      kind: relationship,
      target: `e${i + 1}`,
      basis: BASES[0],
      certainty: 'definite' as const,
    })),
  });
}
