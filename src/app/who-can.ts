/** Every principal of the estate that may do something. */
import { UsageError } from '../model/errors.ts';
import type { AccessRequest, WhoCanAnswer } from '../ports/access-questions.ts';
import type { AccessAsking } from './access-asking.ts';
import { completenessWith } from './can.ts';
import type { Completeness } from './coverage.ts';

export type WhoCan = Pick<WhoCanAnswer, 'items' | 'outside'> & Completeness;

export async function askWhoCan(app: AccessAsking, request: AccessRequest): Promise<WhoCan> {
  const collected = new Set((await app.store.sources()).map(({ type }) => type));
  const providers = (await app.accessProviders()).filter(({ sources }) => sources.some((type) => collected.has(type)));
  const provider = providers.find((one) => one.speaks(request.action));
  if (!provider) throw new UsageError(`${request.action}: not an action that any collected provider knows`);
  const { items, outside, touched, gaps } = (await app.questionsOf(provider)).whoCan(request);
  return { items, outside, ...(await completenessWith(app, touched, gaps)) };
}
