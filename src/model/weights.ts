import type { FacetMask, Level, Tier } from './kinds.ts';
import { levelOf } from './kinds.ts';

/** What a reached thing counts: the weight of its tier times the weight of the level at which it is reached. */
export interface Weights {
  /** By tier, 0 first. */
  readonly tiers: readonly [number, number, number, number];
  /** The tier that a thing without one counts as. */
  readonly unknownTier: Tier;
  readonly levels: Readonly<Record<Level, number>>;
}

export const DEFAULT_WEIGHTS: Weights = {
  tiers: [1000, 100, 10, 1],
  unknownTier: 2,
  levels: { read: 0.5, put: 0.5, write: 0.8, control: 1 },
};

export const tierWeight = (weights: Weights, tier: Tier | undefined): number => weights.tiers[tier ?? weights.unknownTier];

export function levelWeight(weights: Weights, facets: FacetMask): number {
  const level = levelOf(facets);
  return level === undefined ? 0 : weights.levels[level];
}
