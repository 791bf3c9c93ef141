/**
 * The objective of `contain`: J = Σ_x w_x · [F_x(c_x) − F_x(now)].
 *
 * c_x is when no live foothold reaches x any more; F_x the probability that the attacker is there by then: d hops, each taking an
 * exponential time of mean τ, is an Erlang(d, 1/τ) time from t0.
 */
import { MINUTE_MS } from '../../model/durations.ts';

/** P(T ≤ t) for T ~ Erlang(hops, 1/mean). No hop is needed for what is held already. */
export function erlang(hops: number, elapsed: number, mean: number): number {
  if (hops <= 0) return 1;
  if (elapsed <= 0) return 0;
  if (elapsed === Number.POSITIVE_INFINITY) return 1;
  const rate = elapsed / mean;
  let term = Math.exp(-rate);
  let less = term;
  for (let k = 1; k < hops; k++) {
    term *= rate / k;
    less += term;
  }
  return Math.min(1, Math.max(0, 1 - less));
}

/** Things that the same footholds reach from the same distance. */
export interface ReachClass {
  /** Steps that must all be effective before it is out of reach; the ids of their footholds. */
  readonly holders: readonly string[];
  readonly hops: number;
  readonly weight: number;
}

export interface Clock {
  /** From t0 to the making of the plan. */
  readonly elapsedMs: number;
  readonly hopMs: number;
}

/** Mean time that an attacker of the usual speed takes for one hop. */
export const HOP_MS = MINUTE_MS;

/** `effectiveAt`: by step, milliseconds after the plan was made; a step that is not there never is. */
export function objective(
  classes: readonly ReachClass[],
  effectiveAt: (step: string) => number | undefined,
  { elapsedMs, hopMs }: Clock,
): number {
  let sum = 0;
  for (const { holders, hops, weight } of classes) {
    let cutAt = 0;
    for (const step of holders) cutAt = Math.max(cutAt, effectiveAt(step) ?? Number.POSITIVE_INFINITY);
    sum += weight * (erlang(hops, elapsedMs + cutAt, hopMs) - erlang(hops, elapsedMs, hopMs));
  }
  return sum;
}
