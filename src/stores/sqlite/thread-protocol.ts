/** What the store's thread and its proxy say to each other. Streams are pulled: one `next`, one batch. */
import { InputError, RefusedError, UsageError } from '../../model/errors.ts';
import type { Store } from '../../ports/store.ts';

/** A stream that yields batches travels one by one; one that yields items travels in batches of this many. */
export const STREAMS = {
  readGraph: 1,
  readEntities: 1,
  readRelationships: 1,
  documents: 200,
  exportAll: 500,
} as const satisfies Partial<Record<keyof Store, number>>;
export type StreamName = keyof typeof STREAMS;

/** Called with arguments, answered with a value. */
export type CallName = Exclude<keyof Store, StreamName | 'name' | 'importAll' | typeof Symbol.asyncDispose>;

const CALL_NAMES: Readonly<Record<CallName, true>> = {
  beginCollection: true,
  writeFacts: true,
  commitCollection: true,
  replaceDerived: true,
  forget: true,
  generation: true,
  entities: true,
  relationships: true,
  neighbours: true,
  page: true,
  candidates: true,
  search: true,
  sources: true,
  counts: true,
  changes: true,
  versions: true,
  generationBefore: true,
  pruneHistory: true,
  saveAnalysis: true,
  analysis: true,
  risks: true,
  findings: true,
  acceptRisk: true,
  acceptances: true,
  savePlan: true,
  plan: true,
  plans: true,
  setPlanState: true,
  approve: true,
  withdrawApproval: true,
  moveStep: true,
  moveSteps: true,
  plansWithSteps: true,
  actionsSince: true,
  changeHold: true,
  holds: true,
  releaseHold: true,
  paused: true,
  setPaused: true,
  append: true,
  ledger: true,
  acquireLease: true,
  releaseLease: true,
  leases: true,
  addJob: true,
  updateJob: true,
  job: true,
  jobs: true,
  addToken: true,
  tokenByHash: true,
  tokens: true,
  removeToken: true,
  ping: true,
  checkFingerprintKey: true,
  schemaVersion: true,
};
export const CALLS = Object.keys(CALL_NAMES) as CallName[];

export type Request =
  | { readonly id: number; readonly type: 'call'; readonly name: CallName; readonly args: readonly unknown[] }
  | { readonly id: number; readonly type: 'open'; readonly name: StreamName; readonly args: readonly unknown[] }
  | { readonly id: number; readonly type: 'next' | 'end'; readonly stream: number }
  | { readonly id: number; readonly type: 'import' | 'close' }
  /** Answers a `pull`. */
  | {
      readonly type: 'fed';
      readonly import: number;
      readonly items: readonly unknown[];
      readonly done: boolean;
      readonly error?: SentError;
    };

export type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: SentError }
  /** The thread wants more records of an import. */
  | { readonly pull: number };

export interface Pulled {
  readonly items: readonly unknown[];
  readonly done: boolean;
}

export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
}

export function sentError(error: unknown): SentError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  return { name: error.name, message: error.message, ...(error.stack === undefined ? {} : { stack: error.stack }) };
}

const KNOWN_ERRORS: Readonly<Record<string, new (message: string) => Error>> = {
  RefusedError,
  InputError,
  UsageError,
  RangeError,
  TypeError,
};

/** The same class again, where callers tell classes apart. */
export function revivedError(sent: SentError): Error {
  const Known = KNOWN_ERRORS[sent.name];
  const error = Known ? new Known(sent.message) : new Error(sent.message);
  if (sent.stack !== undefined) error.stack = sent.stack;
  return error;
}
