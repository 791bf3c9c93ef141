import type { ConditionOperator } from './operator.ts';

/** The bytes of two base64 texts are equal. */
export const binaryEquals: ConditionOperator = {
  name: 'BinaryEquals',
  negated: false,
  meets: (value, pattern) => Buffer.from(value, 'base64').equals(Buffer.from(pattern, 'base64')),
};
