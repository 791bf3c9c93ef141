import { reachInTurns } from '../../graph/reach-many.ts';
import { EXTERNAL_ANYONE } from '../../model/kinds.ts';
import { levelWeight } from '../../model/weights.ts';
import { weightAt } from '../attack-reach.ts';
import type { PlanInput } from './input.ts';
import type { Strike } from './strikes.ts';

/** The cuts by what their footholds reach alone, the heaviest first; sessions after what mints them. */
export function attackReachOrder(input: Pick<PlanInput, 'graph' | 'weights'>, strikes: readonly Strike[]): Strike[] {
  const weights = weightsOf(input, strikes);
  const weight = new Map(strikes.map((strike, i) => [strike, weights[i]!]));
  return [...strikes].sort(
    (a, b) => Number(a.isSession) - Number(b.isSession) || weight.get(b)! - weight.get(a)! || (a.draft.id < b.draft.id ? -1 : 1),
  );
}

/** What each of them reaches in the upper bound; what everybody reaches adds to all alike. */
function weightsOf({ graph, weights }: Pick<PlanInput, 'graph' | 'weights'>, strikes: readonly Strike[]): Float64Array {
  const sums = new Float64Array(strikes.length);
  const anyone = graph.indexOf(EXTERNAL_ANYONE);
  const searches = strikes.map(({ footholds }) => ({ from: anyone === undefined ? footholds : [...footholds, anyone] }));
  reachInTurns(graph, searches, {
    walk: 'hi',
    visit({ any, facetsOf }, first, count) {
      for (let entity = 0; entity < graph.order; entity++) {
        const worth = any[entity] ? weightAt(graph, weights, entity) : 0;
        for (let i = 0; worth > 0 && i < count; i++) sums[first + i]! += worth * levelWeight(weights, facetsOf(i, entity));
      }
    },
  });
  return sums;
}
