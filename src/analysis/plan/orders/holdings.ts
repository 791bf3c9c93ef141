import type { Draft } from '../input.ts';
import type { ReachClass } from '../objective.ts';

/** Which steps of a wave hold which classes open, by their numbers. */
export interface Holdings {
  /** By class: those of its holders that stand in the wave. */
  readonly holders: readonly (readonly number[])[];
  /** By step. */
  readonly classes: readonly (readonly number[])[];
}

export function holdingsOf(wave: readonly Draft[], all: readonly ReachClass[]): Holdings {
  const place = new Map(wave.map(({ id }, i) => [id, i]));
  const holders = all.map((one) => one.holders.flatMap((id) => place.get(id) ?? []));
  const classes = wave.map((): number[] => []);
  holders.forEach((steps, c) => {
    for (const step of steps) classes[step]!.push(c);
  });
  return { holders, classes };
}

/** When the last step of a wave is over, if they went one by one. */
export const lengthOf = (wave: readonly Draft[]): number =>
  wave.reduce((sum, { callMs }) => sum + callMs, 0) + Math.max(0, ...wave.map(({ settleMs }) => settleMs));
