/**
 * What a condition operator is: whether one value of the request meets one value of the policy. Quantifiers, `IfExists`, absent
 * keys and negation are the same for all and live in `../condition.ts`.
 */
export interface ConditionOperator {
  readonly name: string;
  /** Whether the request's value meets the policy's value. `pattern` may hold the wildcards of a glob. */
  readonly meets: (value: string, pattern: string) => boolean;
  /** True when the operator holds exactly if no policy value is met: it holds for an absent key too. */
  readonly negated: boolean;
  /**
   * For a time that is known only from below: whether every (`yes`), no (`no`) or some later value meets the policy's value.
   */
  readonly from?: (notBefore: number, pattern: string) => 'yes' | 'no' | 'maybe';
}

/** The operator that holds where another does not. */
export const negation = (name: string, of: ConditionOperator): ConditionOperator => ({ name, meets: of.meets, negated: true });
