import type { ConditionOperator } from './operator.ts';

/** `true` and `false` in any case. */
export const bool: ConditionOperator = {
  name: 'Bool',
  negated: false,
  meets: (value, pattern) => value.toLowerCase() === pattern.toLowerCase(),
};
