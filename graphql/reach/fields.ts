import type { ReachAnswer } from '../../src/app/reach.ts';
import { countBounds } from '../counts.ts';

/** The CLI's answer with its maps as lists. */
export const reachFields = (answer: ReachAnswer) => ({
  ...answer,
  counts: countBounds(answer.counts),
  marginal: { counts: countBounds(answer.marginal.counts), weight: answer.marginal.weight },
});
