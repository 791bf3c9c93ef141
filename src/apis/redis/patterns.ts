/** How two glob patterns of Redis lie to each other: https://redis.io/docs/latest/commands/keys/ (`*`, `?`, `[…]`, `\`). */
import { type Matched, matchedBy } from '../../model/wildcard.ts';

/** Sets of characters, escapes and what the other grammar reads otherwise: only equality and `*` decide then. */
const IS_HARD = /[[\]\\]|\$\{/;

/** Whether `outer` takes all, some or none of what `inner` takes; `some` also where that cannot be told. */
export function patternWithin(inner: string, outer: string): Matched {
  if (inner === outer || /^\*+$/.test(outer)) return 'all';
  if (IS_HARD.test(inner) || IS_HARD.test(outer)) return 'some';
  // The inner pattern's `?` is any one character: its superset with `*` decides what is safe to say.
  if (!inner.includes('?')) return matchedBy(inner, outer);
  const matched = matchedBy(inner.replaceAll('?', '*'), outer);
  return matched === 'none' ? 'none' : matched === 'all' ? 'all' : 'some';
}
