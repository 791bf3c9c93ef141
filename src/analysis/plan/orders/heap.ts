/** The numbers 0 … count − 1 by rank, the least first; ranks may fall on the way. */
export interface Heap {
  /** Takes out the least; undefined when none is left. */
  pop(): number | undefined;
  /** Told when the rank of a number has fallen. */
  lowered(number: number): void;
}

/** `isBefore` decides between equal ranks. Each call takes logarithmic time. */
export function createHeap(
  count: number,
  { rank, isBefore }: { rank: (number: number) => number; isBefore: (a: number, b: number) => boolean },
): Heap {
  const heap = Int32Array.from({ length: count }, (_, i) => i);
  const at = Int32Array.from(heap);
  let size = count;
  const isLess = (a: number, b: number): boolean => {
    const [x, y] = [rank(a), rank(b)];
    return x < y || (x === y && isBefore(a, b));
  };
  const put = (number: number, place: number): void => {
    heap[place] = number;
    at[number] = place;
  };
  const up = (from: number): void => {
    const number = heap[from]!;
    let place = from;
    for (let parent = (place - 1) >> 1; place > 0 && isLess(number, heap[parent]!); parent = (place - 1) >> 1) {
      put(heap[parent]!, place);
      place = parent;
    }
    put(number, place);
  };
  const down = (from: number): void => {
    const number = heap[from]!;
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= size) break;
      if (child + 1 < size && isLess(heap[child + 1]!, heap[child]!)) child++;
      if (!isLess(heap[child]!, number)) break;
      put(heap[child]!, place);
      place = child;
    }
    put(number, place);
  };
  for (let place = (size >> 1) - 1; place >= 0; place--) down(place);
  return {
    pop() {
      if (size === 0) return undefined;
      const least = heap[0]!;
      const last = heap[--size]!;
      at[least] = -1;
      if (size > 0) {
        put(last, 0);
        down(0);
      }
      return least;
    },
    lowered(number) {
      if (at[number]! >= 0) up(at[number]!);
    },
  };
}
