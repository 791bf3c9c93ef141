/**
 * A bank of bit rows, each as wide as a block of columns: made, united and counted.
 */

/** Words of 32 bits in a row. */
export const BLOCK_WORDS = 128;

/** A run of words of a block whose bits count for one signature. */
export interface Run {
  readonly signature: number;
  readonly from: number;
  readonly to: number;
  /** Of a pair: how many words further its other half lies; 0 for single columns. */
  readonly partner: number;
}

/** Bit rows of one block, numbered from 1. */
export function createBank() {
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
