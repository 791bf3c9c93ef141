/**
 * Components of the facet graph as rows, children first, with the edges between them.
 */
import { groupBy } from './access-graph.ts';
import { type Adjacency, components } from './components.ts';

export interface Rows {
  readonly count: number;
  /** Rows that a row leads to, leaves left out: `children[childStarts[row] .. childStarts[row + 1])`. */
  readonly childStarts: Uint32Array;
  readonly children: Uint32Array;
  /** By vertex: its row, or of a leaf the row number that it would have. */
  readonly of: Int32Array;
  /** By row: 1 where it is a single vertex without edges, kept as bits in its parents only. */
  readonly isLeaf: Uint8Array;
  /** Rows that lead to each row. */
  readonly parentStarts: Uint32Array;
  readonly parents: Uint32Array;
}

/** Components with the edges between them, each once. */
export function rowsOf(graph: Adjacency): Rows {
  const { count, of } = components(graph);
  const byRow = groupBy(Uint32Array.from(of), count);
  const starts = new Uint32Array(count + 1);
  const targets = new Uint32Array(graph.targets.length);
  const sources = new Uint32Array(graph.targets.length);
  const seenFrom = new Int32Array(count).fill(-1);
  let size = 0;
  for (let row = 0; row < count; row++) {
    for (let k = byRow.starts[row]!; k < byRow.starts[row + 1]!; k++) {
      const vertex = byRow.members[k]!;
      for (let e = graph.starts[vertex]!; e < graph.starts[vertex + 1]!; e++) {
        const target = of[graph.targets[e]!]!;
        if (target === row || seenFrom[target] === row) continue;
        seenFrom[target] = row;
        sources[size] = row;
        targets[size++] = target;
      }
    }
    starts[row + 1] = size;
  }
  const up = groupBy(targets.subarray(0, size), count);
  const parents = Uint32Array.from(up.members, (edge) => sources[edge]!);
  const isLeaf = new Uint8Array(count);
  for (let row = 0; row < count; row++) isLeaf[row] = starts[row] === starts[row + 1] ? 1 : 0;
  return { count, of, isLeaf, parentStarts: up.starts, parents, ...withoutLeaves({ starts, targets }, isLeaf) };
}

function withoutLeaves({ starts, targets }: Adjacency, isLeaf: Uint8Array): Pick<Rows, 'childStarts' | 'children'> {
  const childStarts = new Uint32Array(starts.length);
  const children: number[] = [];
  for (let row = 0; row + 1 < starts.length; row++) {
    for (let e = starts[row]!; e < starts[row + 1]!; e++) if (!isLeaf[targets[e]!]) children.push(targets[e]!);
    childStarts[row + 1] = children.length;
  }
  return { childStarts, children: Uint32Array.from(children) };
}
