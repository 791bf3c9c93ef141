import { globText } from '../glob.ts';
import type { ConditionOperator } from './operator.ts';

/** Exact, case matters; a `*` is a plain character here. */
export const stringEquals: ConditionOperator = {
  name: 'StringEquals',
  negated: false,
  variables: true,
  meets: (pattern) => {
    const text = globText(pattern);
    return (value) => value === text;
  },
  begun: (start, pattern) => (globText(pattern).startsWith(start) ? 'maybe' : 'no'),
};
