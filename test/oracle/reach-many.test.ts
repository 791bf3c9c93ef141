import fc from 'fast-check';
import { expect, it } from 'vitest';
import { reachFrom } from '../../src/graph/reach.ts';
import { MOST_AT_ONCE, reachFromMany, reachInTurns } from '../../src/graph/reach-many.ts';
import { describeGraph, randomGraphs } from './random-graph.ts';

const searches = fc.array(
  fc.record({ from: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), reopened: fc.array(fc.nat(), { maxLength: 6 }) }),
  { minLength: 1, maxLength: MOST_AT_ONCE, size: 'max' },
);
const walks = fc.constantFrom('lo' as const, 'sure' as const, 'hi' as const);

it('searches that walk together find what each finds alone', () => {
  fc.assert(
    fc.property(randomGraphs(), searches, fc.array(fc.nat(), { maxLength: 12 }), walks, (graph, asked, cut, walk) => {
      const size = Math.max(1, graph.size);
      const without = new Uint8Array(graph.size);
      for (const r of cut) if (graph.size > 0) without[r % size] = 1;
      const mine = asked.map(({ from, reopened }) => ({
        from: from.map((one) => one % graph.order),
        reopened: graph.size === 0 ? [] : reopened.map((r) => r % size),
      }));
      const together = reachFromMany(graph, mine, { walk, without });
      mine.forEach(({ from, reopened }, i) => {
        const own = without.slice();
        for (const r of reopened) own[r] = 0;
        const alone = reachFrom(graph, from, { walk, without: own }).facets;
        for (let entity = 0; entity < graph.order; entity++) {
          expect(together.facetsOf(i, entity), describeGraph(graph)).toBe(alone[entity]);
          expect((together.any[entity]! >>> i) & 1).toBe(alone[entity] ? 1 : 0);
        }
      });
    }),
    { numRuns: 150 },
  );
});

it('more searches than walk at once take turns', () => {
  const [graph] = fc.sample(randomGraphs({ entities: 50, relationships: 120 }), { seed: 4, numRuns: 1 }) as [never];
  const { order } = graph as { order: number };
  const all = Array.from({ length: 70 }, (_, i) => ({ from: [i % order] }));
  const turns: [number, number][] = [];
  reachInTurns(graph, all, {
    walk: 'hi',
    visit({ facetsOf }, first, count) {
      turns.push([first, count]);
      for (let i = 0; i < count; i++) {
        const alone = reachFrom(graph, all[first + i]!.from, { walk: 'hi' }).facets;
        for (let entity = 0; entity < order; entity++) expect(facetsOf(i, entity)).toBe(alone[entity]);
      }
    },
  });
  expect(turns).toEqual([
    [0, 32],
    [32, 32],
    [64, 6],
  ]);
});
