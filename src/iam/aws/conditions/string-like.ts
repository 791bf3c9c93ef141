import { foreseenMatch, matchesGlob } from '../glob.ts';
import type { ConditionOperator } from './operator.ts';

/** Case matters; `*` and `?` are wildcards. */
export const stringLike: ConditionOperator = {
  name: 'StringLike',
  negated: false,
  variables: true,
  meets: (pattern) => (value) => matchesGlob(pattern, value),
  begun: foreseenMatch,
};
