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
import { type ConditionOperator, withNegation } from './operator.ts';
import { stringEquals } from './string-equals.ts';
import { stringEqualsIgnoreCase } from './string-equals-ignore-case.ts';
import { stringLike } from './string-like.ts';

const ALL: readonly ConditionOperator[] = [
  ...withNegation(stringEquals, 'StringNotEquals'),
  ...withNegation(stringEqualsIgnoreCase, 'StringNotEqualsIgnoreCase'),
  ...withNegation(stringLike, 'StringNotLike'),
  ...withNegation(numericEquals, 'NumericNotEquals'),
  numericLessThan,
  numericLessThanEquals,
  numericGreaterThan,
  numericGreaterThanEquals,
  ...withNegation(dateEquals, 'DateNotEquals'),
  dateLessThan,
  dateLessThanEquals,
  dateGreaterThan,
  dateGreaterThanEquals,
  bool,
  binaryEquals,
  ...withNegation(ipAddress, 'NotIpAddress'),
  ...withNegation({ ...arnLike, name: 'ArnEquals' }, 'ArnNotEquals'),
  ...withNegation(arnLike, 'ArnNotLike'),
];

const BY_NAME: ReadonlyMap<string, ConditionOperator> = new Map(ALL.map((operator) => [operator.name.toLowerCase(), operator]));

/** Operator names ignore case. */
export const conditionOperator = (name: string): ConditionOperator | undefined => BY_NAME.get(name.toLowerCase());
