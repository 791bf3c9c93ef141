/**
 * The order of steps within their waves: the best of several greedy orders, in which neighbours are swapped while that lowers the
 * objective.
 */
import type { Draft } from './input.ts';
import { type Clock, objective, type ReachClass } from './objective.ts';
import { leastLast } from './orders/backwards.ts';
import { bundlesFirst } from './orders/bundles.ts';
import { sharesFirst } from './orders/shares.ts';
import { schedule } from './schedule.ts';

type Waves = readonly (readonly Draft[])[];

const SWAP_ROUNDS = 4;
/** Above it a swap, and a look at every bundle, costs more than it saves. */
const MOST_COMPARED = 40;

export function orderedWaves(waves: Waves, classes: readonly ReachClass[], clock: Clock): Draft[][] {
  const waveOf = new Map(waves.flatMap((wave, i) => wave.map(({ id }) => [id, i] as const)));
  const ordered: Draft[][] = [];
  waves.forEach((wave, number) => {
    const mine = classes.filter(({ holders }) => holders.every((id) => (waveOf.get(id) ?? 0) <= number));
    const rest = waves.slice(number + 1);
    const costs = ordersOf(wave, mine, clock).map(
      (order) => [order, objectiveOf([...ordered, order, ...rest], classes, clock)] as const,
    );
    ordered.push(costs.reduce((best, one) => (one[1] < best[1] ? one : best))[0]);
  });
  return improved(ordered, classes, clock);
}

function ordersOf(wave: readonly Draft[], classes: readonly ReachClass[], clock: Clock): Draft[][] {
  const quick = longWaveOrders(wave, classes, clock);
  return wave.length <= MOST_COMPARED ? [bundlesFirst(wave, classes, clock), ...quick] : quick;
}

/** What is affordable for a wave of any length. */
export const longWaveOrders = (wave: readonly Draft[], classes: readonly ReachClass[], clock: Clock): Draft[][] => [
  sharesFirst(wave, classes, clock),
  leastLast(wave, classes, clock),
];

/** J of the waves as they are ordered. */
export function objectiveOf(waves: Waves, classes: readonly ReachClass[], clock: Clock): number {
  const timings = schedule(waves);
  return objective(classes, (id) => timings.get(id)?.effectiveAt, clock);
}

function improved(waves: Draft[][], classes: readonly ReachClass[], clock: Clock): Draft[][] {
  let best = objectiveOf(waves, classes, clock);
  for (let round = 0; round < SWAP_ROUNDS; round++) {
    let hasImproved = false;
    for (const wave of waves) {
      if (wave.length > MOST_COMPARED) continue;
      for (let from = 0; from < wave.length; from++) {
        for (let to = from + 1; to < wave.length; to++) {
          swap(wave, from, to);
          const value = objectiveOf(waves, classes, clock);
          if (value < best - 1e-9) {
            best = value;
            hasImproved = true;
          } else swap(wave, from, to);
        }
      }
    }
    if (!hasImproved) break;
  }
  return waves;
}

function swap(wave: Draft[], from: number, to: number): void {
  const kept = wave[from]!;
  wave[from] = wave[to]!;
  wave[to] = kept;
}
