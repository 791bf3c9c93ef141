/**
 * The steps of a wave by what they hold open: each thing counts for its holders in equal parts, more the fewer are left, and less the
 * more surely it is lost by now. Good where what counts is the beginning: an attacker who is faster than the plan. Things with very many
 * holders come last whatever the order, and are left out. Linear but for a logarithm, times that constant.
 */
import type { Draft } from '../input.ts';
import { type Clock, erlang, type ReachClass } from '../objective.ts';
import { createHeap } from './heap.ts';
import { holdingsOf, lengthOf } from './holdings.ts';

const MOST_HOLDERS = 64;

export function sharesFirst(wave: readonly Draft[], classes: readonly ReachClass[], { elapsedMs, hopMs }: Clock): Draft[] {
  const { holders, classes: classesOf } = holdingsOf(wave, classes);
  const end = elapsedMs + lengthOf(wave);
  const left = Uint32Array.from(holders, ({ length }) => (length > MOST_HOLDERS ? 0 : length));
  const worth = new Float64Array(classes.length);
  const shares = new Float64Array(wave.length);
  const isTaken = new Uint8Array(wave.length);
  /** What each thing is still worth to be quick about, as the steps before have taken so long. */
  const weigh = (spent: number): void => {
    const risk = remembered((hops) => erlang(hops, end, hopMs) - erlang(hops, elapsedMs + spent, hopMs));
    shares.fill(0);
    classes.forEach(({ hops, weight }, c) => {
      if (left[c] === 0) return;
      worth[c] = weight * risk(hops);
      for (const step of holders[c]!) shares[step]! += worth[c]! / left[c]!;
    });
  };
  const order: Draft[] = [];
  const take = (step: number): void => {
    isTaken[step] = 1;
    order.push(wave[step]!);
    for (const c of classesOf[step]!) {
      if (left[c] === 0) continue;
      const before = worth[c]! / left[c]!;
      left[c]!--;
      const gain = left[c] === 0 ? 0 : worth[c]! / left[c]! - before;
      for (const other of gain > 0 ? holders[c]! : []) {
        if (isTaken[other]) continue;
        shares[other]! += gain;
        heap.lowered(other);
      }
    }
  };
  const newHeap = () =>
    createHeap(wave.length, {
      rank: (step) => (isTaken[step] ? Number.POSITIVE_INFINITY : -shares[step]! / Math.max(1, wave[step]!.callMs)),
      isBefore: (a, b) => wave[a]!.id < wave[b]!.id,
    });
  weigh(0);
  let heap = newHeap();
  let spent = 0;
  for (let nextLook = 0; order.length < wave.length; ) {
    const step = heap.pop()!;
    take(step);
    spent += wave[step]!.callMs;
    if (spent < nextLook) continue;
    nextLook = 2 * spent;
    weigh(spent);
    heap = newHeap();
  }
  return order;
}

function remembered(ask: (hops: number) => number): (hops: number) => number {
  const known = new Map<number, number>();
  return (hops) => {
    const value = known.get(hops) ?? ask(hops);
    known.set(hops, value);
    return value;
  };
}
