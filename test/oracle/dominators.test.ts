import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupBy } from '../../src/graph/access-graph.ts';
import { components } from '../../src/graph/components.ts';
import { immediateDominators, type SearchTree } from '../../src/graph/dominators.ts';

const ORDER = 9;
type Edge = readonly [number, number];
const edges = fc.array(fc.tuple(fc.nat({ max: ORDER - 1 }), fc.nat({ max: ORDER - 1 })), { maxLength: 22, size: 'max' });

function reached(list: readonly Edge[], from: number, without = -1): Set<number> {
  const found = new Set(from === without ? [] : [from]);
  for (const vertex of found) for (const [a, b] of list) if (a === vertex && b !== without) found.add(b);
  return found;
}

/** Depth first from 0; vertices are numbered as they are found. */
function searched(list: readonly Edge[]): { tree: SearchTree; numbers: Map<number, number> } {
  const numbers = new Map([[0, 0]]);
  const parents = [-1];
  const visit = (vertex: number): void => {
    for (const [a, b] of list) {
      if (a !== vertex || numbers.has(b)) continue;
      numbers.set(b, parents.length);
      parents.push(numbers.get(vertex)!);
      visit(b);
    }
  };
  visit(0);
  const known = list.filter(([a]) => numbers.has(a));
  const column = (end: 0 | 1) => Uint32Array.from(known, (edge) => numbers.get(edge[end])!);
  return { tree: { parents: Int32Array.from(parents), from: column(0), to: column(1) }, numbers };
}

describe('immediate dominators', () => {
  it('make a tree whose ancestors are exactly what cuts a vertex off when it is removed', () => {
    fc.assert(
      fc.property(edges, (list) => {
        const { tree, numbers } = searched(list);
        const idom = immediateDominators(tree);
        for (const [vertex, number] of numbers) {
          const above = new Set<number>();
          for (let at = number; at !== 0; at = idom[at]!) above.add(at);
          above.add(0);
          const cutting = [...numbers].filter(([one]) => one === vertex || !reached(list, 0, one).has(vertex)).map(([, n]) => n);
          expect(new Set(cutting)).toEqual(above);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('components', () => {
  it('are the vertices that reach each other, children first', () => {
    fc.assert(
      fc.property(edges, (list) => {
        const { starts, members } = groupBy(
          Uint32Array.from(list, ([a]) => a),
          ORDER,
        );
        const { of, count } = components({ starts, targets: Uint32Array.from(members, (edge) => list[edge]![1]) });
        for (let a = 0; a < ORDER; a++) {
          expect(of[a]).toBeLessThan(count);
          for (let b = 0; b < ORDER; b++) {
            expect(of[a] === of[b]).toBe(reached(list, a).has(b) && reached(list, b).has(a));
            if (reached(list, a).has(b)) expect(of[b]).toBeLessThanOrEqual(of[a]!);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('takes a chain of a hundred thousand', () => {
    const length = 100_000;
    const starts = Uint32Array.from({ length: length + 1 }, (_, v) => Math.min(v, length - 1));
    const targets = Uint32Array.from({ length: length - 1 }, (_, v) => v + 1);
    expect(components({ starts, targets }).count).toBe(length);
  });
});
