import { globText } from '../glob.ts';
import type { ConditionOperator } from './operator.ts';

export const stringEqualsIgnoreCase: ConditionOperator = {
  name: 'StringEqualsIgnoreCase',
  negated: false,
  meets: (value, pattern) => value.toLowerCase() === globText(pattern).toLowerCase(),
};
