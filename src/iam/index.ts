/** What judges one case of pure policy evaluation, by provider. Adding one: a line here; its module is loaded when it is asked. */
import type { z } from 'zod';
import { InputError } from '../model/errors.ts';

/** A verdict, with what decided it in the provider's own terms. */
export interface CaseAnswer {
  readonly verdict: string;
}

/** Judges a case as it was read from a line. Throws an InputError that names what is wrong in it. */
export type JudgeCase = (input: unknown) => CaseAnswer;

interface CaseModule<C> {
  readonly evaluateCaseShape: z.ZodType<C>;
  readonly evaluateCase: (one: C) => CaseAnswer;
}

export const caseJudges = {
  aws: judgeOf(() => import('./aws/evaluate-case.ts')),
  kubernetes: judgeOf(() => import('./kubernetes/evaluate-case.ts')),
  vault: judgeOf(() => import('./vault/evaluate-case.ts')),
} as const satisfies Readonly<Record<string, () => Promise<JudgeCase>>>;

function judgeOf<C>(load: () => Promise<CaseModule<C>>): () => Promise<JudgeCase> {
  return async () => {
    const { evaluateCase, evaluateCaseShape } = await load();
    return (input) => {
      const read = evaluateCaseShape.safeParse(input);
      if (read.success) return evaluateCase(read.data);
      const [issue] = read.error.issues;
      throw new InputError(`${issue?.path.map(String).join('.') || 'the case'}: ${issue?.message}`);
    };
  };
}
