import type { ConditionOperator } from './operator.ts';

/** Decimal numbers; a text that is no number meets nothing. */
const numeric = (name: string, holds: (value: number, bound: number) => boolean): ConditionOperator => ({
  name,
  negated: false,
  meets: (value, pattern) => {
    const [a, b] = [numberOf(value), numberOf(pattern)];
    return a !== undefined && b !== undefined && holds(a, b);
  },
});

function numberOf(text: string): number | undefined {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}

export const numericEquals = numeric('NumericEquals', (a, b) => a === b);
export const numericLessThan = numeric('NumericLessThan', (a, b) => a < b);
export const numericLessThanEquals = numeric('NumericLessThanEquals', (a, b) => a <= b);
export const numericGreaterThan = numeric('NumericGreaterThan', (a, b) => a > b);
export const numericGreaterThanEquals = numeric('NumericGreaterThanEquals', (a, b) => a >= b);
