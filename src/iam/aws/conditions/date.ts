import { globText } from '../glob.ts';
import type { ConditionOperator } from './operator.ts';

const EPOCH = /^-?\d+(\.\d+)?$/;
/** https://www.w3.org/TR/NOTE-datetime */
const ISO = /^(\d{4}-\d{2}(?:-\d{2})?)(?:[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)([Zz]|[+-]\d{2}:?\d{2})?)?$/;

/** ISO 8601 (UTC where it names no zone) or seconds since 1970, in milliseconds. Undefined when it is neither. */
function dateOf(text: string): number | undefined {
  const trimmed = text.trim();
  if (EPOCH.test(trimmed)) return Number(trimmed) * 1000;
  const parts = ISO.exec(trimmed);
  if (!parts) return undefined;
  const time = Date.parse(`${parts[1]}${parts[2] ? `T${parts[2]}${(parts[3] ?? 'Z').toUpperCase()}` : ''}`);
  return Number.isNaN(time) ? undefined : time;
}

type Ahead = NonNullable<ConditionOperator['from']>;

interface DateOperator {
  readonly holds: (value: number, bound: number) => boolean;
  readonly ahead: (from: number, bound: number) => ReturnType<Ahead>;
  readonly opposite?: string;
}

const date = (name: string, { holds, ahead, opposite }: DateOperator): ConditionOperator => ({
  name,
  negated: false,
  variables: false,
  ...(opposite && { opposite }),
  meets: (pattern) => {
    const bound = dateOf(globText(pattern));
    return (value) => {
      const time = dateOf(value);
      return time !== undefined && bound !== undefined && holds(time, bound);
    };
  },
  from: (notBefore, pattern) => {
    const bound = dateOf(pattern);
    return bound === undefined ? 'no' : ahead(notBefore, bound);
  },
});

export const dateEquals = date('DateEquals', {
  holds: (a, b) => a === b,
  ahead: (from, bound) => (from > bound ? 'no' : 'maybe'),
});
export const dateLessThan = date('DateLessThan', {
  holds: (a, b) => a < b,
  ahead: (from, bound) => (from >= bound ? 'no' : 'maybe'),
  opposite: 'DateGreaterThanEquals',
});
export const dateLessThanEquals = date('DateLessThanEquals', {
  holds: (a, b) => a <= b,
  ahead: (from, bound) => (from > bound ? 'no' : 'maybe'),
  opposite: 'DateGreaterThan',
});
export const dateGreaterThan = date('DateGreaterThan', {
  holds: (a, b) => a > b,
  ahead: (from, bound) => (from > bound ? 'yes' : 'maybe'),
  opposite: 'DateLessThanEquals',
});
export const dateGreaterThanEquals = date('DateGreaterThanEquals', {
  holds: (a, b) => a >= b,
  ahead: (from, bound) => (from >= bound ? 'yes' : 'maybe'),
  opposite: 'DateLessThan',
});
