/** Counts down the fallbacks of one question. */
import type { AccessGraph } from '../../graph/access-graph.ts';
import type { Time } from '../../model/entity.ts';
import { isBacked, isDefinite } from './evidence.ts';
import { type Group, type Option, optionsOf } from './options.ts';

export interface FallbackQuestion {
  readonly bound: 'lo' | 'hi';
  readonly released: Uint8Array | undefined;
  readonly since: Time | undefined;
}

/**
 * Told of each dependence that fails: whether its consumer breaks by it.
 *
 * lo: any fallback may save the consumer, and it must be known to need the group (a definite dependence that was declared, or
 * observed in the window). hi: a fallback that nobody declared and nobody saw is none, and any dependence counts.
 */
export function createFallbacks(
  graph: AccessGraph,
  { bound, released, since }: FallbackQuestion,
): (relationship: number) => boolean {
  const options = optionsOf(graph);
  const spent = new Set<Option>();
  const left = new Map<Group, number>();
  const holds = (option: Option): readonly number[] => option.relationships.filter((r) => !released?.[r]);
  const counts = (option: Option): boolean => bound === 'lo' || holds(option).some((r) => isBacked(graph, r, undefined));
  const isKnownNeed = (r: number): boolean => bound === 'hi' || (isDefinite(graph, r) && isBacked(graph, r, since));
  const isNeeded = ({ options: all }: Group): boolean => [...all.values()].some((option) => holds(option).some(isKnownNeed));
  return (relationship) => {
    const option = options.get(relationship);
    if (!option) return isKnownNeed(relationship);
    const { group } = option;
    const open = left.get(group) ?? [...group.options.values()].filter(counts).length;
    const still = spent.has(option) || !counts(option) ? open : open - 1;
    spent.add(option);
    left.set(group, still);
    return still === 0 && isNeeded(group);
  };
}
