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

/** What a policy must hold for this call, in its own words. */
export const neededRule = (path: string, capability: string): string => `path "${path}" { capabilities = ["${capability}"] }`;

/** The server's own words, one line of at most 200 characters. */
export function wordsOf(body: unknown): string {
  const errors = (body as { errors?: unknown } | null | undefined)?.errors;
  const said = Array.isArray(errors) ? errors.filter((one) => typeof one === 'string').join('; ') : '';
  return said
    .replace(/\d+ errors? occurred:/g, '')
    .replace(/\s+/g, ' ')
    .replaceAll('* ', '')
    .trim()
    .slice(0, 200);
}
