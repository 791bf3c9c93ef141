import { hash } from 'node:crypto';
import canonicalizeModule from 'canonicalize';
import type { Json, Time } from './entity.ts';

// The package is CommonJS with a default export; NodeNext sees the module object.
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string | undefined;

/** RFC 8785. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('canonical JSON needs a value');
  return text;
}

/** In one call: a hash object of each text would stay in memory until a full collection of garbage. */
export const sha256 = (text: string): string => hash('sha256', text, 'hex');

/** A decision or an act, before the store gives it its place in the chain. */
export interface LedgerDraft {
  /** Carried by the caller, since drivers retry: the same id is appended once. */
  readonly id: string;
  readonly at: Time;
  /** `local:<os user>`, a token's name, or `system`. */
  readonly actor: string;
  readonly type: LedgerType;
  readonly body: { readonly [key: string]: Json };
}

export const LEDGER_TYPES = [
  'plan',
  'approval',
  'withdrawal',
  'decision',
  'intent',
  'call',
  'probe',
  'outcome',
  'hold',
  'release',
  'extend',
  'due',
  'drift',
  'reconcile',
  'undo',
  'pause',
  'resume',
  'confirm',
  'refusal',
  'risk-accepted',
  'token',
] as const;
export type LedgerType = (typeof LEDGER_TYPES)[number];

export interface LedgerRecord extends LedgerDraft {
  readonly seq: number;
  /** The hash of the record before; 64 zeros for the first. */
  readonly previous: string;
  /** SHA-256 of the canonical JSON of everything else. */
  readonly hash: string;
}

export const GENESIS = '0'.repeat(64);

export function chainRecord(draft: LedgerDraft, seq: number, previous: string): LedgerRecord {
  const record = { ...draft, seq, previous };
  return { ...record, hash: sha256(canonicalJson(record)) };
}

/** Undefined when the chain holds; else the first broken link, in words. */
export function brokenLink(records: readonly LedgerRecord[], after?: LedgerRecord): string | undefined {
  let previous = after?.hash ?? GENESIS;
  let seq = after?.seq ?? 0;
  for (const record of records) {
    seq++;
    if (record.seq !== seq) return `record ${seq} is missing (found ${record.seq})`;
    if (record.previous !== previous) return `record ${seq} does not follow record ${seq - 1}`;
    const { hash, ...rest } = record;
    if (sha256(canonicalJson(rest)) !== hash) return `record ${seq} was changed`;
    previous = hash;
  }
  return undefined;
}
