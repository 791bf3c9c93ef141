import type { ConditionOperator } from './operator.ts';

/** ISO 8601 or seconds since 1970, in milliseconds. Undefined when it is neither. */
function dateOf(text: string): number | undefined {
  const time = /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

type Ahead = NonNullable<ConditionOperator['from']>;

function date(
  name: string,
  holds: (value: number, bound: number) => boolean,
  ahead: (from: number, bound: number) => ReturnType<Ahead>,
) {
  return {
    name,
    negated: false,
    meets: (value: string, pattern: string) => {
      const [a, b] = [dateOf(value), dateOf(pattern)];
      return a !== undefined && b !== undefined && holds(a, b);
    },
    from: (notBefore: number, pattern: string) => {
      const bound = dateOf(pattern);
      return bound === undefined ? 'no' : ahead(notBefore, bound);
    },
  } satisfies ConditionOperator;
}

export const dateEquals = date(
  'DateEquals',
  (a, b) => a === b,
  (from, bound) => (from > bound ? 'no' : 'maybe'),
);
export const dateLessThan = date(
  'DateLessThan',
  (a, b) => a < b,
  (from, bound) => (from >= bound ? 'no' : 'maybe'),
);
export const dateLessThanEquals = date(
  'DateLessThanEquals',
  (a, b) => a <= b,
  (from, bound) => (from > bound ? 'no' : 'maybe'),
);
export const dateGreaterThan = date(
  'DateGreaterThan',
  (a, b) => a > b,
  (from, bound) => (from > bound ? 'yes' : 'maybe'),
);
export const dateGreaterThanEquals = date(
  'DateGreaterThanEquals',
  (a, b) => a >= b,
  (from, bound) => (from >= bound ? 'yes' : 'maybe'),
);
