import { globText } from '../glob.ts';
import type { ConditionOperator } from './operator.ts';

/** The bytes of two base64 texts are equal. */
export const binaryEquals: ConditionOperator = {
  name: 'BinaryEquals',
  negated: false,
  variables: false,
  meets: (pattern) => {
    const bytes = Buffer.from(globText(pattern), 'base64');
    return (value) => Buffer.from(value, 'base64').equals(bytes);
  },
};
