/**
 * What there is to lose, grouped by who still holds it open. One search for each step, with everything cut but what that step cuts:
 * what is found then is open until that step.
 */
import type { AccessGraph } from '../../graph/access-graph.ts';
import { reachFrom } from '../../graph/reach.ts';
import { EXTERNAL_ANYONE } from '../../model/kinds.ts';
import { levelWeight, type Weights } from '../../model/weights.ts';
import { weightAt } from '../attack-reach.ts';
import type { Draft } from './input.ts';
import type { ReachClass } from './objective.ts';

export interface ReachClassesInput {
  readonly graph: AccessGraph;
  readonly held: readonly number[];
  readonly weights: Weights;
  /** Steps that cut; several may cut the same. */
  readonly steps: readonly Pick<Draft, 'id' | 'cuts'>[];
  /** What the logs show as taken already: nothing is gained by being quick about it. */
  readonly touched: ReadonlySet<number>;
}

export function reachClasses({ graph, held, weights, steps, touched }: ReachClassesInput): ReachClass[] {
  const cutters = new Uint16Array(graph.size);
  for (const { cuts } of steps) for (const r of cuts) cutters[r]!++;
  const anyone = graph.indexOf(EXTERNAL_ANYONE);
  const without = Uint8Array.from(cutters, (count) => (count > 0 ? 1 : 0));
  const open = reachFrom(graph, anyone === undefined ? held : [...held, anyone], { walk: 'hi', without }).facets;
  const all = reachFrom(graph, held, { walk: 'hi' });
  const things: number[] = [];
  const isHeld = new Set(held);
  for (let entity = 0; entity < graph.order; entity++) {
    if (!all.facets[entity] || open[entity] || touched.has(entity) || isHeld.has(entity)) continue;
    if (weightAt(graph, weights, entity) > 0) things.push(entity);
  }
  const holders = new Map<number, string[]>(things.map((entity) => [entity, []]));
  for (const { id, cuts } of steps) {
    for (const r of cuts) without[r] = 0;
    const { facets } = reachFrom(graph, held, { walk: 'hi', without });
    for (const r of cuts) without[r] = 1;
    for (const entity of things) if (facets[entity]) holders.get(entity)!.push(id);
  }
  return grouped(things, {
    holders,
    hops: (entity) => all.distances[entity]!,
    weight: (entity) => weightAt(graph, weights, entity) * levelWeight(weights, all.facets[entity]!),
  });
}

function grouped(
  things: readonly number[],
  of: { holders: ReadonlyMap<number, string[]>; hops: (entity: number) => number; weight: (entity: number) => number },
): ReachClass[] {
  const classes = new Map<string, { holders: string[]; hops: number; weight: number }>();
  for (const entity of things) {
    const holders = of.holders.get(entity)!;
    const hops = of.hops(entity);
    const id = `${hops} ${holders.join(' ')}`;
    const found = classes.get(id);
    if (found) found.weight += of.weight(entity);
    else classes.set(id, { holders, hops, weight: of.weight(entity) });
  }
  return [...classes.values()].filter(({ holders }) => holders.length > 0);
}
