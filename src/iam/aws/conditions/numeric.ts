import { globText } from '../glob.ts';
import type { ConditionOperator } from './operator.ts';

const DECIMAL = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i;

/** Decimal numbers; a text that is no number meets nothing. */
const numeric = (name: string, holds: (value: number, bound: number) => boolean, opposite?: string): ConditionOperator => ({
  name,
  negated: false,
  variables: false,
  ...(opposite && { opposite }),
  meets: (pattern) => {
    const bound = numberOf(globText(pattern));
    return (value) => {
      const number = numberOf(value);
      return number !== undefined && bound !== undefined && holds(number, bound);
    };
  },
});

const numberOf = (text: string): number | undefined => (DECIMAL.test(text) ? Number(text) : undefined);

export const numericEquals = numeric('NumericEquals', (a, b) => a === b);
export const numericLessThan = numeric('NumericLessThan', (a, b) => a < b, 'NumericGreaterThanEquals');
export const numericLessThanEquals = numeric('NumericLessThanEquals', (a, b) => a <= b, 'NumericGreaterThan');
export const numericGreaterThan = numeric('NumericGreaterThan', (a, b) => a > b, 'NumericLessThanEquals');
export const numericGreaterThanEquals = numeric('NumericGreaterThanEquals', (a, b) => a >= b, 'NumericLessThan');
