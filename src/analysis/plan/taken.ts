/** What cannot be saved any more by being quick. */
import { reachFrom } from '../../graph/reach.ts';
import { weightAt } from '../attack-reach.ts';
import type { Footholds } from './footholds.ts';
import type { PlanInput } from './input.ts';
import { erlang, HOP_MS } from './objective.ts';
import { touches } from './touched.ts';

/** From here on it is more likely than not. */
const LIKELY = 0.5;
const MOST_NAMED = 20;

/** Touched by the logs, or reached by an attacker of the usual speed by now; the heaviest first. */
export function taken(input: PlanInput, { held }: Footholds): string[] {
  const { graph, weights, since, facts, now } = input;
  const elapsed = since === undefined ? 0 : Math.max(0, Date.parse(now) - Date.parse(since));
  const touched = new Set(touches(graph, { held, since, facts }).map(({ thing }) => thing));
  const { distances } = reachFrom(graph, held, { walk: 'lo' });
  const own = new Set(held);
  const found: number[] = [];
  for (let entity = 0; entity < graph.order; entity++) {
    if (own.has(entity) || weightAt(graph, weights, entity) === 0) continue;
    const hops = distances[entity]!;
    if (touched.has(entity) || (hops > 0 && erlang(hops, elapsed, input.hopMs ?? HOP_MS) >= LIKELY)) found.push(entity);
  }
  found.sort((a, b) => weightAt(graph, weights, b) - weightAt(graph, weights, a) || (graph.keys[a]! < graph.keys[b]! ? -1 : 1));
  const named = found
    .slice(0, MOST_NAMED)
    .map((one) => `${graph.keys[one]} (${touched.has(one) ? 'used, by the logs' : 'reachable long enough'})`);
  return found.length > MOST_NAMED ? [...named, `and ${found.length - MOST_NAMED} more`] : named;
}
