/** Who made a use: the posterior over the candidates and none of them (⊥). */
import type { Candidate } from './candidates.ts';
import type { AmbiguityInput } from './input.ts';

/** Prior of ⊥. */
const NONE_PRIOR = 0.05;
/** The most that the log's own attribution is trusted. */
const ATTRIBUTED = 0.98;
/** How well a use fits: of a consumer that works there, of one that works elsewhere, and of ⊥ or a place that says nothing. */
const FITS = 1;
const FITS_NOT = 0.002;
const FITS_ANYBODY = 0.5;

export interface Posterior {
  /** By candidate, in their order; able-only ones have 0: they belong to ⊥. */
  readonly shares: readonly number[];
  readonly none: number;
}

export interface ObservedUse {
  /** An Origin, or the consumer that the log itself names. */
  readonly entity: number;
  readonly isAttributed: boolean;
  readonly certainty: 'definite' | 'conditional' | 'possible';
}

const ATTRIBUTION_FACTOR = { definite: 1, conditional: 0.8, possible: 0.5 } as const;

/** Candidates share 1 − ε by the strength of their evidence, times how well the origin fits them. Never surer than its inputs. */
export function posteriorOf(use: ObservedUse, candidates: readonly Candidate[], input: AmbiguityInput): Posterior {
  if (use.isAttributed) return attributed(use, candidates, input);
  const fits = input.fits?.get(use.entity)?.map((consumer) => input.logical?.get(consumer) ?? consumer);
  const fitOf = ({ entity }: Candidate): number => (fits === undefined ? FITS_ANYBODY : fits.includes(entity) ? FITS : FITS_NOT);
  const strengths = candidates.map((candidate) => (candidate.isAbleOnly ? 0 : candidate.strength));
  const all = strengths.reduce((a, b) => a + b, 0);
  if (all === 0) return { shares: candidates.map(() => 0), none: 1 };
  const likely = candidates.map((candidate, i) => (((1 - NONE_PRIOR) * strengths[i]!) / all) * fitOf(candidate));
  const none = NONE_PRIOR * FITS_ANYBODY;
  const sum = likely.reduce((a, b) => a + b, none);
  return capped(
    likely.map((share) => share / sum),
    candidates,
  );
}

function attributed(use: ObservedUse, candidates: readonly Candidate[], { logical }: AmbiguityInput): Posterior {
  const consumer = logical?.get(use.entity) ?? use.entity;
  const share = ATTRIBUTED * ATTRIBUTION_FACTOR[use.certainty];
  const shares = candidates.map(({ entity }) => (entity === consumer ? share : 0));
  return { shares, none: 1 - shares.reduce((a, b) => a + b, 0) };
}

/** A share is at most the strength of its candidate; what is left over is ⊥'s. */
function capped(shares: readonly number[], candidates: readonly Candidate[]): Posterior {
  const kept = shares.map((share, i) => Math.min(share, candidates[i]!.strength));
  return { shares: kept, none: 1 - kept.reduce((a, b) => a + b, 0) };
}
