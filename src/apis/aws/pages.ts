import { InputError } from '../../model/errors.ts';
import type { Operation } from './operation.ts';
import type { Session } from './session.ts';

/** More pages than any account can have of anything that is listed here. */
const MOST_PAGES = 20_000;

/** Where the answer has the mark of the next page, and where the next call wants it. */
export interface Paging<I, O> {
  readonly from: keyof O & string;
  readonly to: keyof I & string;
}

/** All pages of a list. A mark that comes back, or no end, is an error: what is not whole must not look whole. */
export async function* pages<I extends object, O extends object>(
  session: Session,
  list: Operation<I, O> & { readonly paging: Paging<I, O> },
  input: I,
): AsyncGenerator<O> {
  const marks = new Set<string>();
  let next = input;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await session.call(list, next);
    yield answer;
    const mark = answer[list.paging.from];
    if (typeof mark !== 'string' || mark === '') return;
    if (marks.has(mark)) break;
    marks.add(mark);
    next = { ...input, [list.paging.to]: mark };
  }
  throw new InputError(
    `${list.permission}: the pages do not end in account ${session.account}, ${session.region}; what came so far is kept`,
  );
}

/** An operation whose answers come in pages. */
export const paged = <I extends object, O extends object>(
  operation: Operation<I, O>,
  from: keyof O & string,
  to: keyof I & string,
): Operation<I, O> & { readonly paging: Paging<I, O> } => ({ ...operation, paging: { from, to } });
