import { matchesArn } from '../glob.ts';
import type { ConditionOperator } from './operator.ts';

/** Each of the six segments of the ARN matches; `*` and `?` are wildcards. `ArnEquals` behaves identically. */
export const arnLike: ConditionOperator = {
  name: 'ArnLike',
  negated: false,
  variables: true,
  meets: (pattern) => (value) => value.startsWith('arn:') && matchesArn(pattern, value),
};
