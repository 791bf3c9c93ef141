import { globText } from '../glob.ts';
import type { ConditionOperator } from './operator.ts';

export const stringEqualsIgnoreCase: ConditionOperator = {
  name: 'StringEqualsIgnoreCase',
  negated: false,
  variables: true,
  meets: (pattern) => {
    const text = globText(pattern).toLowerCase();
    return (value) => value.toLowerCase() === text;
  },
};
