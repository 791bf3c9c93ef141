/** Errors that a person caused and can cure. Each message names the thing, the place and what to do. */

/** Wrong usage or configuration: exit 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Something outside refused or failed: a store that cannot be reached, a plan that may not run. Exit 1. */
export class RefusedError extends Error {
  override readonly name: string = 'RefusedError';
}

/** A provider asked to wait (429, 503 with Retry-After, a throttling code): the call had no effect and may be made again after this. */
export class ThrottledError extends Error {
  override readonly name = 'ThrottledError';
  readonly retryAfterMs: number;
  constructor(message: string, retryAfterMs: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Not now, and nothing was done: a pause, or somebody else at it. Work of a queue is kept, and looked at again after this. */
export class LaterError extends RefusedError {
  override readonly name = 'LaterError';
  readonly afterMs: number;
  /** True when all work of this kind waits for the same. */
  readonly holdsAll: boolean;
  constructor(message: string, { afterMs, holdsAll }: { readonly afterMs: number; readonly holdsAll: boolean }) {
    super(message);
    this.afterMs = afterMs;
    this.holdsAll = holdsAll;
  }
}

/** Content that cannot be read: `file: place: what`. The rest of the input goes on. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

const NOT_FOUND = 'no entity has this key, suffix or name; try `interlock search <a part of it>`';
const NOTHING_COLLECTED =
  'nothing was collected into this store yet: run `interlock collect`, in the folder of interlock.yaml or with --config';

/** A lookup that found no entity, or more than one. */
export class UnknownEntityError extends Error {
  override readonly name = 'UnknownEntityError';
  readonly candidates: readonly string[];
  /** `isEmpty`: nobody could be found, since nothing was collected. */
  constructor(text: string, candidates: readonly string[], { isEmpty = false }: { readonly isEmpty?: boolean } = {}) {
    super(
      candidates.length === 0
        ? `${clipped(text) || 'nothing'}: ${isEmpty ? NOTHING_COLLECTED : NOT_FOUND}`
        : `${clipped(text)}: ${candidates.length} entities match; say which: ${candidates.slice(0, 8).join(', ')}${candidates.length > 8 ? ', …' : ''}`,
    );
    this.candidates = candidates;
  }
}

const clipped = (text: string): string => (text.length > 200 ? `${text.slice(0, 199)}…` : text);

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const EXPECTED: ReadonlySet<string> = new Set(['UsageError', 'RefusedError', 'LaterError', 'InputError', 'UnknownEntityError']);

/** Whether it is one of these, so that its message is for people. By name, which outlives a thread's boundary. */
export const isExpected = (error: unknown): error is Error => error instanceof Error && EXPECTED.has(error.name);
