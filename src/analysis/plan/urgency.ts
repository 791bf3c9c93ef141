import { reachWeight } from '../attack-reach.ts';
import type { PlanInput } from './input.ts';
import type { Strike } from './strikes.ts';

/** The cuts by what their footholds reach alone, the heaviest first; sessions after what mints them. */
export function attackReachOrder({ graph, weights }: Pick<PlanInput, 'graph' | 'weights'>, strikes: readonly Strike[]): Strike[] {
  const weight = new Map(strikes.map((strike) => [strike, reachWeight(graph, strike.footholds, { weights }).hi]));
  return [...strikes].sort(
    (a, b) => Number(a.isSession) - Number(b.isSession) || weight.get(b)! - weight.get(a)! || (a.draft.id < b.draft.id ? -1 : 1),
  );
}
