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
import { groupBy } from './access-graph.ts';
import type { Columns } from './columns.ts';
import { type Adjacency, components } from './components.ts';

const BLOCK_WORDS = 128;

/** A run of words of a block whose bits count for one signature. */
interface Run {
  readonly signature: number;
  readonly from: number;
  readonly to: number;
  /** Of a pair: how many words further its other half lies; 0 for single columns. */
  readonly partner: number;
}

interface Block {
  readonly runs: readonly Run[];
  /** Vertex and bit of each column. */
  readonly vertices: readonly number[];
  readonly bits: readonly number[];
}

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

interface Rows {
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
function rowsOf(graph: Adjacency): Rows {
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

function askedRows({ of, count }: Rows, asked: Uint32Array): { slots: Int32Array; count: number } {
  const slots = new Int32Array(count).fill(-1);
  let next = 0;
  for (const vertex of asked) if (slots[of[vertex]!] === -1) slots[of[vertex]!] = next++;
  return { slots, count: next };
}

/**
 * Columns in the order of their first parents, so that a block is seen by few rows, and in a block those of one signature side by
 * side. Numbers of columns are those of the single ones, then of the pairs.
 */
function blocksOf({ signatures, vertices, signatureOf, pairs }: Columns, rows: Rows): Block[] {
  const singles = vertices.length;
  const readOf = (column: number): number => (column < singles ? vertices[column]! : pairs[column - singles]!.read);
  const firstParents = Uint32Array.from({ length: singles + pairs.length }, (_, column) => {
    const row = rows.of[readOf(column)]!;
    const at = rows.parentStarts[row]!;
    return at < rows.parentStarts[row + 1]! ? rows.parents[at]! : row;
  });
  const layout = createLayout(signatures.length);
  for (const column of groupBy(firstParents, rows.count).members) {
    if (column < singles) layout.add(signatureOf[column]!, [vertices[column]!]);
    else {
      const { signature, read, put } = pairs[column - singles]!;
      layout.add(signatures.length + signature, [read, put]);
    }
  }
  return layout.finish();
}

/** Fills blocks group by group; every group of a block starts at a word of its own. Groups past `width` are pairs. */
function createLayout(width: number) {
  const blocks: Block[] = [];
  let groups = new Map<number, number[][]>();
  let words = 0;
  const close = (): void => {
    if (groups.size > 0) blocks.push(layOut(groups, width));
    groups = new Map();
    words = 0;
  };
  return {
    /** One vertex, or both of a pair. */
    add(group: number, members: number[]): void {
      const isNewWord = (): boolean => (groups.get(group)?.length ?? 0) % 32 === 0;
      if (isNewWord() && words + members.length > BLOCK_WORDS) close();
      if (isNewWord()) words += members.length;
      const known = groups.get(group);
      if (known) known.push(members);
      else groups.set(group, [members]);
    },
    finish(): Block[] {
      close();
      return blocks;
    },
  };
}

function layOut(groups: ReadonlyMap<number, readonly number[][]>, width: number): Block {
  const runs: Run[] = [];
  const vertices: number[] = [];
  const bits: number[] = [];
  let word = 0;
  for (const [group, columns] of groups) {
    const isPair = group >= width;
    const words = Math.ceil(columns.length / 32);
    columns.forEach((members, i) => {
      members.forEach((vertex, half) => {
        vertices.push(vertex);
        bits.push((word + half * words) * 32 + i);
      });
    });
    runs.push({ signature: isPair ? group - width : group, from: word, to: word + words, partner: isPair ? words : 0 });
    word += isPair ? 2 * words : words;
  }
  return { runs, vertices, bits };
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

/** Bit rows of one block, numbered from 1. */
function createBank() {
  let words = new Int32Array(BLOCK_WORDS * 64);
  let tallies: (Uint32Array | undefined)[] = [];
  let top = 0;
  let free: number[] = [];
  const take = (): number => {
    const row = free.pop() ?? ++top;
    if ((row + 1) * BLOCK_WORDS > words.length) {
      const more = new Int32Array(words.length * 2);
      more.set(words);
      words = more;
    }
    words.fill(0, row * BLOCK_WORDS, (row + 1) * BLOCK_WORDS);
    tallies[row] = undefined;
    return row;
  };
  const tally = (row: number, runs: readonly Run[]): Uint32Array => {
    const bits = words;
    const sums = new Uint32Array(runs.length);
    for (let i = 0; i < runs.length; i++) {
      const { from, to, partner } = runs[i]!;
      let sum = 0;
      for (let w = row * BLOCK_WORDS + from, end = row * BLOCK_WORDS + to; w < end; w++) {
        const word = partner === 0 ? bits[w]! : bits[w]! & bits[w + partner]!;
        if (word !== 0) sum += popCount(word);
      }
      sums[i] = sum;
    }
    return sums;
  };
  return {
    take,
    clear(): void {
      top = 0;
      free = [];
      tallies = [];
    },
    release(row: number): void {
      free.push(row);
    },
    set(row: number, bit: number): void {
      words[row * BLOCK_WORDS + (bit >> 5)]! |= 1 << (bit & 31);
    },
    /** Adds the other row's bits; true where the result is the other row. */
    addTo(row: number, other: number): boolean {
      const bits = words;
      let isOther = 0;
      for (let a = row * BLOCK_WORDS, b = other * BLOCK_WORDS, end = a + BLOCK_WORDS; a < end; a++, b++) {
        const added = bits[b]!;
        const united = bits[a]! | added;
        isOther |= united ^ added;
        bits[a] = united;
      }
      return isOther === 0;
    },
    /** One of the two where it holds the other, else a new row. */
    union(one: number, other: number): number {
      const bits = words;
      let isOne = 0;
      let isOther = 0;
      for (let a = one * BLOCK_WORDS, b = other * BLOCK_WORDS, end = a + BLOCK_WORDS; a < end; a++, b++) {
        const united = bits[a]! | bits[b]!;
        isOne |= united ^ bits[a]!;
        isOther |= united ^ bits[b]!;
        if (isOne && isOther) break;
      }
      if (isOne === 0) return one;
      if (isOther === 0) return other;
      const row = take();
      const grown = words;
      for (let i = row * BLOCK_WORDS, a = one * BLOCK_WORDS, b = other * BLOCK_WORDS, end = i + BLOCK_WORDS; i < end; ) {
        grown[i++] = grown[a++]! | grown[b++]!;
      }
      return row;
    },
    addCounts(row: number, runs: readonly Run[], counts: Uint32Array, at: number): void {
      const sums = tallies[row] ?? tally(row, runs);
      tallies[row] = sums;
      for (let i = 0; i < sums.length; i++) {
        const sum = sums[i]!;
        if (sum !== 0) counts[at + runs[i]!.signature]! += sum;
      }
    },
  };
}

function popCount(bits: number): number {
  let x = bits - ((bits >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
