/**
 * All rows × all columns, a block of columns at a time.
 *
 * Rows are components of the facet graph, children first. In a block each row points at a bit row: the row of its one child, or the
 * OR of those that differ, and where the OR equals one of its parts, that part is shared. So most rows cost a pointer, and each
 * distinct bit row is counted once. Leaves are no rows: their bits are set in the rows of their parents.
 *
 * Work: (rows + edges between rows) × blocks, plus 128 words for each OR of rows that differ. Memory: 512 bytes for each distinct bit
 * row of one block, and four bytes × signatures × asked rows.
 */
import { createBank } from './bit-rows.ts';
import { type Block, blocksOf } from './block-layout.ts';
import type { Columns } from './columns.ts';
import { type Rows, rowsOf } from './component-rows.ts';
import type { Adjacency } from './components.ts';

export interface BlockOptions {
  readonly signal?: AbortSignal;
  /** 0 … 1. */
  readonly onProgress?: (done: number) => void;
}

export interface RowCounts {
  /** How many columns of a signature the vertex reaches; the vertex is one that was asked. */
  countOf(vertex: number, signature: number): number;
}

export interface BlockInput {
  readonly graph: Adjacency;
  readonly columns: Columns;
  /** Vertices whose counts are wanted. */
  readonly asked: Uint32Array;
}

/** Throws the signal's reason when it is aborted between two blocks. */
export function countReached({ graph, columns, asked }: BlockInput, { signal, onProgress }: BlockOptions = {}): RowCounts {
  const rows = rowsOf(graph);
  const slotOf = askedRows(rows, asked);
  const width = columns.signatures.length;
  const counts = new Uint32Array(slotOf.count * width);
  const kernel = createKernel(rows, { slots: slotOf.slots, width, counts });
  const blocks = blocksOf(columns, rows);
  blocks.forEach((block, done) => {
    signal?.throwIfAborted();
    kernel(block);
    onProgress?.((done + 1) / blocks.length);
  });
  return {
    countOf: (vertex, signature) => {
      const slot = slotOf.slots[rows.of[vertex]!]!;
      return slot < 0 ? 0 : counts[slot * width + signature]!;
    },
  };
}

function askedRows({ of, count }: Rows, asked: Uint32Array): { slots: Int32Array; count: number } {
  const slots = new Int32Array(count).fill(-1);
  let next = 0;
  for (const vertex of asked) if (slots[of[vertex]!] === -1) slots[of[vertex]!] = next++;
  return { slots, count: next };
}

interface KernelInput {
  readonly slots: Int32Array;
  readonly width: number;
  readonly counts: Uint32Array;
}

/** Bit row 0 is empty and stands for "nothing of this block". */
function createKernel(rows: Rows, { slots, width, counts }: KernelInput): (block: Block) => void {
  const pointers = new Int32Array(rows.count);
  const own = new Int32Array(rows.count);
  const bank = createBank();
  const { childStarts, children, isLeaf } = rows;

  /** A bit row of the row's own, for the columns that are set in it directly. */
  const ownRow = (row: number): number => {
    if (own[row] === 0) own[row] = bank.take();
    return own[row]!;
  };
  const setColumns = ({ vertices, bits }: Block): void => {
    for (let i = 0; i < vertices.length; i++) {
      const row = rows.of[vertices[i]!]!;
      if (!isLeaf[row] || slots[row]! >= 0) bank.set(ownRow(row), bits[i]!);
      if (!isLeaf[row]) continue;
      for (let k = rows.parentStarts[row]!; k < rows.parentStarts[row + 1]!; k++) bank.set(ownRow(rows.parents[k]!), bits[i]!);
    }
  };
  const unite = (row: number): number => {
    let current = own[row]!;
    let isOwned = current !== 0;
    own[row] = 0;
    for (let e = childStarts[row]!; e < childStarts[row + 1]!; e++) {
      const pointer = pointers[children[e]!]!;
      if (pointer === 0 || pointer === current) continue;
      if (current === 0) current = pointer;
      else if (isOwned) {
        if (bank.addTo(current, pointer)) {
          bank.release(current);
          current = pointer;
          isOwned = false;
        }
      } else {
        const united = bank.union(current, pointer);
        isOwned = united !== current && united !== pointer;
        current = united;
      }
    }
    return current;
  };
  return (block) => {
    bank.clear();
    setColumns(block);
    for (let row = 0; row < rows.count; row++) {
      if (isLeaf[row] && slots[row]! < 0) continue;
      const pointer = unite(row);
      pointers[row] = pointer;
      const slot = slots[row]!;
      if (slot >= 0 && pointer !== 0) bank.addCounts(pointer, block.runs, counts, slot * width);
    }
  };
}
