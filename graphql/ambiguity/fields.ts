import type { Ambiguity } from '../../src/app/ambiguity.ts';

/** The CLI's answer with evidence and copies as texts. */
export const ambiguityFields = (answer: Ambiguity) => ({
  ...answer,
  copies: answer.copies.map(({ key }) => key),
  split: answer.split.steps,
  candidates: answer.candidates.map((candidate) => ({ ...candidate, evidence: candidate.evidence.map(({ text }) => text) })),
});
