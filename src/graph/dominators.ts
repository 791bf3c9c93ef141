/**
 * Immediate dominators by Lengauer and Tarjan ("A fast algorithm for finding dominators in a flowgraph", TOPLAS 1979), with path
 * compression: O(m log n), no recursion.
 */
import { groupBy } from './access-graph.ts';

/** A depth-first search: vertices are numbered in the order of discovery, 0 is the root. */
export interface SearchTree {
  /** Parent in the tree by vertex; the root's own entry is not read. */
  readonly parents: Int32Array;
  /** All edges between discovered vertices, those of the tree included. */
  readonly from: Uint32Array;
  readonly to: Uint32Array;
}

/** By vertex: the last vertex before it that lies on every way from the root to it; the root's own entry is 0. */
export function immediateDominators({ parents, from, to }: SearchTree): Int32Array {
  const order = parents.length;
  const { starts, members } = groupBy(to, order);
  const semi = Int32Array.from({ length: order }, (_, v) => v);
  const idom = new Int32Array(order);
  const forest = createForest(order, semi);
  const buckets = new Int32Array(order).fill(-1);
  const nextInBucket = new Int32Array(order).fill(-1);
  for (let w = order - 1; w > 0; w--) {
    for (let k = starts[w]!; k < starts[w + 1]!; k++) {
      const u = forest.best(from[members[k]!]!);
      if (semi[u]! < semi[w]!) semi[w] = semi[u]!;
    }
    nextInBucket[w] = buckets[semi[w]!]!;
    buckets[semi[w]!] = w;
    const parent = parents[w]!;
    forest.link(parent, w);
    for (let v = buckets[parent]!; v !== -1; v = nextInBucket[v]!) {
      const u = forest.best(v);
      idom[v] = semi[u]! < semi[v]! ? u : parent;
    }
    buckets[parent] = -1;
  }
  for (let w = 1; w < order; w++) if (idom[w] !== semi[w]) idom[w] = idom[idom[w]!]!;
  return idom;
}

/** Trees of what was processed; `best(v)` is the vertex of least semidominator on the way from v up to its root, the root left out. */
function createForest(order: number, semi: Int32Array) {
  const ancestor = new Int32Array(order).fill(-1);
  const label = Int32Array.from({ length: order }, (_, v) => v);
  const compress = (v: number): void => {
    const way: number[] = [];
    for (let at = v; ancestor[ancestor[at]!] !== -1; at = ancestor[at]!) way.push(at);
    for (let i = way.length - 1; i >= 0; i--) {
      const at = way[i]!;
      const above = ancestor[at]!;
      if (semi[label[above]!]! < semi[label[at]!]!) label[at] = label[above]!;
      ancestor[at] = ancestor[above]!;
    }
  };
  return {
    link(parent: number, child: number): void {
      ancestor[child] = parent;
    },
    best(v: number): number {
      if (ancestor[v] === -1) return v;
      compress(v);
      return label[v]!;
    },
  };
}
