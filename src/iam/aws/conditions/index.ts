/**
 * The condition operators, by lower-case name: one line each. `Null`, the quantifiers and `IfExists` are in `../condition.ts`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
import { arnLike } from './arn-like.ts';
import { binaryEquals } from './binary-equals.ts';
import { bool } from './bool.ts';
import { dateEquals, dateGreaterThan, dateGreaterThanEquals, dateLessThan, dateLessThanEquals } from './date.ts';
import { ipAddress } from './ip-address.ts';
import {
  numericEquals,
  numericGreaterThan,
  numericGreaterThanEquals,
  numericLessThan,
  numericLessThanEquals,
} from './numeric.ts';
import { type ConditionOperator, negation } from './operator.ts';
import { stringEquals } from './string-equals.ts';
import { stringEqualsIgnoreCase } from './string-equals-ignore-case.ts';
import { stringLike } from './string-like.ts';

const ALL: readonly ConditionOperator[] = [
  stringEquals,
  negation('StringNotEquals', stringEquals),
  stringEqualsIgnoreCase,
  negation('StringNotEqualsIgnoreCase', stringEqualsIgnoreCase),
  stringLike,
  negation('StringNotLike', stringLike),
  numericEquals,
  negation('NumericNotEquals', numericEquals),
  numericLessThan,
  numericLessThanEquals,
  numericGreaterThan,
  numericGreaterThanEquals,
  dateEquals,
  negation('DateNotEquals', dateEquals),
  dateLessThan,
  dateLessThanEquals,
  dateGreaterThan,
  dateGreaterThanEquals,
  bool,
  binaryEquals,
  ipAddress,
  negation('NotIpAddress', ipAddress),
  { ...arnLike, name: 'ArnEquals' },
  negation('ArnNotEquals', arnLike),
  arnLike,
  negation('ArnNotLike', arnLike),
];

const BY_NAME: ReadonlyMap<string, ConditionOperator> = new Map(ALL.map((operator) => [operator.name.toLowerCase(), operator]));

/** Operator names ignore case. */
export const conditionOperator = (name: string): ConditionOperator | undefined => BY_NAME.get(name.toLowerCase());
