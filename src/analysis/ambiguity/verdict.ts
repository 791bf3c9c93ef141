/** The word for who uses a shared credential, from how surely each candidate does. */
import type { Candidate } from './candidates.ts';
import type { Posterior } from './posterior.ts';

export const VERDICTS = ['dormant', 'ambiguous', 'exclusive', 'shared', 'unattributed'] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface VerdictInput {
  readonly candidates: readonly Candidate[];
  /** P by candidate. */
  readonly probabilities: readonly number[];
  /** Of each cluster of uses. */
  readonly posteriors: readonly Posterior[];
  readonly isUsed: boolean;
  /** κ. */
  readonly logged: number;
}

const SURE = 0.9;
const UNLIKELY = 0.1;
const LOGGED_FOR_DORMANT = 0.9;
const LOGGED_AT_ALL = 0.5;
const SLACK = 1e-9;

/** Of the probability that somebody is a consumer: taken for one. */
export const isSure = (probability: number): boolean => probability >= SURE - SLACK;
/** Taken for none. */
export const isUnlikely = (probability: number): boolean => probability <= UNLIKELY;

/** The first that holds; where less than half of the use would have been logged, nothing better than `ambiguous`. */
export function verdictOf(input: VerdictInput): { verdict: Verdict; reasons: string[] } {
  const { verdict, reasons } = unlimited(input);
  if (input.logged >= LOGGED_AT_ALL || verdict === 'ambiguous' || verdict === 'unattributed') {
    return { verdict, reasons: input.logged < LOGGED_AT_ALL ? [...reasons, 'not logged'] : reasons };
  }
  return { verdict: 'ambiguous', reasons: ['not logged', `it would be ${verdict}: ${reasons.join('; ')}`] };
}

function unlimited({ candidates, probabilities, posteriors, isUsed, logged }: VerdictInput): {
  verdict: Verdict;
  reasons: string[];
} {
  const counted = probabilities.filter((_, i) => !candidates[i]!.isAbleOnly);
  const isDeclared = candidates.some(({ evidence }) => evidence.some(({ family }) => family === 'declaration'));
  if (!isUsed && !isDeclared && logged >= LOGGED_FOR_DORMANT) {
    return { verdict: 'dormant', reasons: ['no use was seen, none is declared, and a use would have been logged'] };
  }
  const open = counted.length === 0 ? 0 : posteriors.filter(({ shares }) => Math.max(...shares) < SURE - SLACK).length;
  const doubtful = counted.filter((p) => !isUnlikely(p) && !isSure(p)).length;
  if (open > 0 || doubtful > 0) {
    const reasons: string[] = [];
    if (open > 0) reasons.push(`${open} of ${posteriors.length} origins of use cannot be told from another or from a stranger`);
    if (doubtful > 0)
      reasons.push(`${doubtful} ${doubtful === 1 ? 'candidate is' : 'candidates are'} neither likely nor unlikely`);
    return { verdict: 'ambiguous', reasons };
  }
  const sure = counted.filter(isSure).length;
  if (sure === 1) return { verdict: 'exclusive', reasons: ['one consumer, and all use is explained by it'] };
  if (sure > 1) return { verdict: 'shared', reasons: [`${sure} consumers, and all use is explained by them`] };
  return { verdict: 'unattributed', reasons: [isUsed ? 'it is used, and no consumer is known' : 'no consumer is known'] };
}
