import { globText } from '../glob.ts';
import type { ConditionOperator } from './operator.ts';

/** `true` and `false` in any case. */
export const bool: ConditionOperator = {
  name: 'Bool',
  negated: false,
  variables: true,
  meets: (pattern) => {
    const wanted = globText(pattern).toLowerCase();
    return (value) => value.toLowerCase() === wanted;
  },
};
