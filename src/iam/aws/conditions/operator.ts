/**
 * What a condition operator is: whether one value of the request meets one value of the policy. Quantifiers, `IfExists`, absent
 * keys and negation are the same for all and live in `../condition.ts`.
 */
export interface ConditionOperator {
  readonly name: string;
  /** The test of one value of the policy, whose wildcards are those of a glob: read once, asked for each request. */
  readonly meets: (pattern: string) => Meets;
  /** True when the operator holds exactly if no policy value is met: it holds for an absent key too. */
  readonly negated: boolean;
  /** Whether policy variables count in its values; elsewhere `${…}` is plain text. */
  readonly variables: boolean;
  /** The operator that holds exactly where this one does not, for a key that is present. */
  readonly opposite?: string;
  /**
   * For a time that is known only from below: whether every (`yes`), no (`no`) or some later value meets the policy's value.
   */
  readonly from?: (notBefore: number, pattern: string) => Foreseen;
  /** The same for a text of which only the beginning is known. The pattern is a glob. */
  readonly begun?: (start: string, pattern: string) => Foreseen;
}

export type Foreseen = 'yes' | 'no' | 'maybe';

/** Whether the request's value meets the policy's value. */
export type Meets = (value: string) => boolean;

/** An operator and the one that holds where it does not. */
export const withNegation = (of: ConditionOperator, name: string): readonly ConditionOperator[] => [
  { ...of, opposite: name },
  { name, meets: of.meets, negated: true, variables: of.variables, opposite: of.name, ...(of.begun && { begun: of.begun }) },
];
