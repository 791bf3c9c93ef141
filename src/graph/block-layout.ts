/**
 * Which bit of which block a column is.
 */
import { groupBy } from './access-graph.ts';
import { BLOCK_WORDS, type Run } from './bit-rows.ts';
import type { Columns } from './columns.ts';
import type { Rows } from './component-rows.ts';

export interface Block {
  readonly runs: readonly Run[];
  /** Vertex and bit of each column. */
  readonly vertices: readonly number[];
  readonly bits: readonly number[];
}

/**
 * Columns in the order of their first parents, so that a block is seen by few rows, and in a block those of one signature side by
 * side. Numbers of columns are those of the single ones, then of the pairs.
 */
export function blocksOf({ signatures, vertices, signatureOf, pairs }: Columns, rows: Rows): Block[] {
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
