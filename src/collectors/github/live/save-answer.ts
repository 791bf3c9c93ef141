import type { CollectContext } from '../../../ports/collector.ts';
import type { Answer } from '../answers/answer-in.ts';

/** Keeps an answer beside the address that was asked, as `files` reads it. */
export type SaveAnswer = (path: string, answer: Answer) => Promise<void>;

export function answerSaver({ save }: Pick<CollectContext, 'save'>): SaveAnswer {
  return async (path, { called, items }) => {
    if (!save) return;
    const { list } = called.endpoint;
    const answer = list === undefined ? items[0] : list === '' ? items : { [list]: items };
    await save(fileOf(path), `${JSON.stringify({ url: path, answer }, null, 1)}\n`);
  };
}

/** One file an address; no part of it begins with a dot, so that none is taken for a repository's tree. */
const fileOf = (path: string): string =>
  `rest${path
    .replace('?', '/')
    .split('/')
    .map((part) => part.replace(/^\.+/, '_').replace(/[^\w.=%&-]/g, '_'))
    .join('/')}.json`;
