import { RefusedError } from '../../model/errors.ts';

/** The server said no. The message names the server, the path and what may be missing; never a value. */
export class VaultRefusal extends RefusedError {
  readonly status: number;
  /** Below `/v1/`. */
  readonly path: string;
  constructor(message: string, status: number, path: string) {
    super(message);
    this.status = status;
    this.path = path;
  }
}

/** Nothing is mounted there, or the engine has no such path: it says nothing about a thing of that name. */
export const isNoRoute = (words: string): boolean => /no handler for route|unsupported path/.test(words);

/** The server itself says that it knows no such thing; a path that leads nowhere, and a proxy's 404, say nothing of the kind. */
export const saysUnknown = (error: unknown, words: RegExp): boolean =>
  error instanceof VaultRefusal && error.status < 500 && words.test(error.message) && !isNoRoute(error.message);

/** What a policy must hold for this call, in its own words. */
export const neededRule = (path: string, capability: string): string => `path "${path}" { capabilities = ["${capability}"] }`;

/** The server's own words, one line of at most 200 characters. */
export function wordsOf(body: unknown): string {
  const { errors, data } = (body ?? {}) as { readonly errors?: unknown; readonly data?: { readonly error?: unknown } | null };
  const said = (Array.isArray(errors) ? errors : [data?.error]).filter((one) => typeof one === 'string').join('; ');
  return said
    .replace(/\d+ errors? occurred:/g, '')
    .replace(/\s+/g, ' ')
    .replaceAll('* ', '')
    .trim()
    .slice(0, 200);
}
