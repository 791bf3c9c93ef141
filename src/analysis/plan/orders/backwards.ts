/**
 * The steps of a wave from the last to the first: last goes the step that the least weight waits for, for the time that it takes; what
 * it holds open is then done with. Good where time counts alike from begin to end. Linear but for a logarithm.
 */
import type { Draft } from '../input.ts';
import { type Clock, erlang, type ReachClass } from '../objective.ts';
import { createHeap } from './heap.ts';
import { holdingsOf, lengthOf } from './holdings.ts';

export function leastLast(wave: readonly Draft[], classes: readonly ReachClass[], { elapsedMs, hopMs }: Clock): Draft[] {
  const { holders, classes: classesOf } = holdingsOf(wave, classes);
  const end = elapsedMs + lengthOf(wave);
  const worth = classes.map(({ weight, hops }) => weight * (erlang(hops, end, hopMs) - erlang(hops, elapsedMs, hopMs)));
  const waits = Float64Array.from(classesOf, (mine) => mine.reduce((sum, c) => sum + worth[c]!, 0));
  const heap = createHeap(wave.length, {
    rank: (step) => waits[step]! / Math.max(1, wave[step]!.callMs),
    isBefore: (a, b) => wave[a]!.id > wave[b]!.id,
  });
  const isDone = new Uint8Array(classes.length);
  const order: Draft[] = [];
  for (let step = heap.pop(); step !== undefined; step = heap.pop()) {
    order.push(wave[step]!);
    for (const c of classesOf[step]!) {
      if (isDone[c]) continue;
      isDone[c] = 1;
      for (const other of holders[c]!) {
        waits[other]! -= worth[c]!;
        heap.lowered(other);
      }
    }
  }
  return order.reverse();
}
