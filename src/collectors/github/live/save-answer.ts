import type { CollectContext } from '../../../ports/collector.ts';
import type { Answer } from '../answers/answer-in.ts';

/** Keeps an answer beside the address that was asked, as `files` reads it. */
export type SaveAnswer = (path: string, answer: Answer) => Promise<void>;

export function answerSaver({ save }: Pick<CollectContext, 'save'>): SaveAnswer {
  return async (path, answer) => {
    if (save) await save(fileOf(path), `${JSON.stringify({ url: path, answer: plainAnswer(answer) }, null, 1)}\n`);
  };
}

/** As GitHub would answer it, all pages in one. */
export function plainAnswer({ called, items }: Answer): unknown {
  const { list } = called.endpoint;
  return list === undefined ? items[0] : list === '' ? items : { [list]: items };
}

/** One file an address; no part of it begins with a dot, so that none is taken for a repository's tree. */
const fileOf = (path: string): string =>
  `rest${path
    .replace('?', '/')
    .split('/')
    .map((part) => part.replace(/^\.+/, '_').replace(/[^\w.=%&-]/g, '_'))
    .join('/')}.json`;
