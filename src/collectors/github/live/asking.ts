/** Asks questions and what follows from their answers; keeps the answers, and what went wrong. */
import { InputError } from '../../../model/errors.ts';
import type { CollectContext } from '../../../ports/collector.ts';
import { answerOf } from '../answers/answer-in.ts';
import type { Answers } from '../answers/answers.ts';
import { type Called, calledBy } from '../answers/endpoints.ts';
import { withoutValues } from '../answers/without-values.ts';
import { type Api, CallProblem, mayPass } from './api.ts';
import type { Question } from './questions.ts';
import { plainAnswer, type SaveAnswer } from './save-answer.ts';
import type { Spool } from './spool.ts';

export interface Asking {
  readonly api: Api;
  readonly answers: Answers;
  readonly context: CollectContext;
  readonly save: SaveAnswer;
  readonly spool: Spool;
  /** What the organisation's plan does not have is not asked. */
  readonly isEnterprise: boolean;
}

/** Asks all of it, one after the other; returns what could not be had, in words. */
export async function askAll(questions: readonly Question[], asking: Asking): Promise<string[]> {
  const problems: string[] = [];
  const open = [...questions];
  for (let question = open.shift(); question; question = open.shift()) {
    asking.context.signal.throwIfAborted();
    if (question.isOfEnterprise && !asking.isEnterprise) continue;
    try {
      const items = await ask(question, asking);
      open.push(...(question.raises?.(items) ?? []));
    } catch (error) {
      if (!(error instanceof CallProblem || error instanceof InputError)) throw error;
      problems.push(error.message);
    }
  }
  return problems;
}

/** The items, which are kept as well. Throws CallProblems and InputErrors. */
export async function ask(question: Question, asking: Asking): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const called = calledBy(question.path);
  if (!called) throw new CallProblem(`${question.path}: no endpoint that this source reads`);
  const { spool } = asking;
  const kept = spool.kept(question.path);
  const answer = answerOf(called, kept ?? (await answered(question, called, asking)), question.path);
  const clean = withoutValues(answer, asking.context.fingerprint);
  if (kept === undefined) await spool.keep(question.path, plainAnswer(clean));
  asking.answers.add(clean);
  await asking.save(question.path, clean);
  return clean.items as readonly Readonly<Record<string, unknown>>[];
}

async function answered(question: Question, { endpoint }: Called, { api, spool }: Asking): Promise<unknown> {
  try {
    if (endpoint.list === undefined) return await api.one(question.path);
    if (question.first !== undefined) return await api.one(question.path, { per_page: question.first });
    const items = await api.all(question.path, endpoint.list);
    return endpoint.list === '' ? items : { [endpoint.list]: items };
  } catch (error) {
    if (!(error instanceof CallProblem)) throw error;
    if (isNone(question, error)) return endpoint.list === undefined ? {} : endpoint.list === '' ? [] : { [endpoint.list]: [] };
    if (mayPass(error)) spool.noteFailure();
    throw named(error, endpoint.permission);
  }
}

/** Not switched on, not in the plan, or nothing there: there is none of it. */
function isNone({ mayBeOff, path }: Question, { status, message }: CallProblem): boolean {
  if (status === 403 && /upgrade to github/i.test(message)) return true;
  // "Git Repository is empty."
  if (status === 409 && path.includes('/commits')) return true;
  if (status === 404 && path.endsWith('/protection')) return /branch not protected/i.test(message);
  return status === 404 && mayBeOff === true && !message.includes('; needs ');
}

const named = ({ message, status }: CallProblem, permission: string): CallProblem =>
  (status === 403 || status === 404) && !message.includes('; needs ')
    ? new CallProblem(`${message}; needs ${permission}`, status)
    : new CallProblem(message, status);
