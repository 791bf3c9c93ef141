/**
 * What is known of a condition key when a request is judged.
 *
 *   values   the request carries it, with these
 *   absent   the request does not carry it
 *   unknown  only the caller's request decides; `class` says what holding it takes, `notBefore` bounds a time from below,
 *            `startsWith` is what every possible text begins with
 */
import type { ConditionClass } from '../../model/kinds.ts';

export type KeyFact =
  | { readonly kind: 'values'; readonly values: readonly string[] }
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'unknown';
      readonly class: ConditionClass;
      readonly notBefore?: number;
      readonly startsWith?: string;
      readonly present?: boolean;
    };

/** Keys come in lower case: condition keys ignore case. */
export type KeyFacts = (key: string) => KeyFact;

export const ABSENT: KeyFact = { kind: 'absent' };
export const values = (...list: string[]): KeyFact => ({ kind: 'values', values: list });
export const unknown = (conditionClass: ConditionClass): KeyFact => ({ kind: 'unknown', class: conditionClass });

/** Facts of a request that is complete: what it lacks is absent. */
export function completeFacts(context: Readonly<Record<string, string | readonly string[]>>): KeyFacts {
  const known = new Map<string, KeyFact>();
  for (const [key, value] of Object.entries(context))
    known.set(key.toLowerCase(), { kind: 'values', values: typeof value === 'string' ? [value] : value });
  return (key) => known.get(key) ?? ABSENT;
}

/** The first that knows the key; the last one answers for the rest. */
export function layeredFacts(overrides: ReadonlyMap<string, KeyFact>, base: KeyFacts): KeyFacts {
  return overrides.size === 0 ? base : (key) => overrides.get(key) ?? base(key);
}
