/**
 * Condition blocks: every test must hold. Three-valued: a test on a key that only the caller decides leaves a residue, in words.
 *
 *   key absent           positive operator   negated operator   `IfExists`
 *   no quantifier        no                  yes                yes
 *   ForAllValues         yes                 yes                yes
 *   ForAnyValue          no                  no                 yes
 *
 * Under a quantifier, a key whose values are all empty counts as absent.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
import { residueOf } from './condition-words.ts';
import { conditionOperator } from './conditions/index.ts';
import type { ConditionOperator, Meets } from './conditions/operator.ts';
import { ABSENT, type KeyFact, type KeyFacts } from './facts.ts';
import { toGlob } from './glob.ts';
import type { Residue } from './residue.ts';
import { hasVariable, substitute } from './variables.ts';

export type { Residue } from './residue.ts';

export interface ConditionTest {
  /** `null` for the operator `Null`. */
  readonly operator: ConditionOperator | null;
  readonly operatorText: string;
  readonly every: boolean;
  readonly some: boolean;
  readonly ifExists: boolean;
  readonly key: string;
  readonly keyText: string;
  readonly texts: readonly string[];
  /** Whether variables in the texts count. */
  readonly variables: boolean;
  /** The tests of the texts, where they do not depend on the request. */
  readonly meets?: readonly Meets[];
}

interface ReadBlock {
  readonly tests: readonly ConditionTest[];
  readonly problems: readonly string[];
}

export function compileConditions(block: unknown, variables: boolean): ReadBlock {
  if (block === undefined || block === null) return { tests: [], problems: [] };
  if (typeof block !== 'object' || Array.isArray(block)) return { tests: [], problems: ['Condition is not an object'] };
  const tests: ConditionTest[] = [];
  const problems: string[] = [];
  for (const [operatorText, keys] of Object.entries(block)) {
    const read = operatorOf(operatorText);
    if (!read) problems.push(`condition operator ${operatorText} is unknown`);
    else if (typeof keys !== 'object' || keys === null || Array.isArray(keys))
      problems.push(`condition ${operatorText} is not an object`);
    else
      for (const [keyText, value] of Object.entries(keys)) {
        const list = [value].flat();
        if (list.every(isPlain)) tests.push(testOf({ ...read, operatorText, keyText, texts: list.map(String) }, variables));
        else problems.push(`condition ${operatorText} ${keyText}: a value is neither text, number nor boolean`);
      }
  }
  return { tests, problems };
}

const isPlain = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

type ReadOperator = Pick<ConditionTest, 'operator' | 'every' | 'some' | 'ifExists'>;

function operatorOf(text: string): ReadOperator | undefined {
  const match = /^(?:(ForAllValues|ForAnyValue):)?([a-z]+?)(IfExists)?$/i.exec(text);
  if (!match) return undefined;
  const name = match[2] as string;
  const operator = name.toLowerCase() === 'null' ? null : conditionOperator(name);
  if (operator === undefined || (operator === null && match[3])) return undefined;
  const quantifier = match[1]?.toLowerCase();
  return { operator, every: quantifier === 'forallvalues', some: quantifier === 'foranyvalue', ifExists: match[3] !== undefined };
}

type ReadTest = ReadOperator & Pick<ConditionTest, 'operatorText' | 'keyText' | 'texts'>;

function testOf(read: ReadTest, inVersion: boolean): ConditionTest {
  const { operator, texts, keyText } = read;
  const variables = inVersion && (operator?.variables ?? false);
  const fixed = operator && !(variables && texts.some(hasVariable));
  const meets = fixed ? { meets: texts.map((text) => operator.meets(toGlob(text))) } : {};
  return { ...read, key: keyText.toLowerCase(), variables, ...meets };
}

/** Undefined when some test fails; else what is left to hold (nothing: the block holds). */
export function conditionResidue(tests: readonly ConditionTest[], facts: KeyFacts): readonly Residue[] | undefined {
  let residues: Residue[] | undefined;
  for (const test of tests) {
    const answer = testAnswer(test, facts);
    if (answer === false) return undefined;
    if (answer === true) continue;
    if (residues) residues.push(answer);
    else residues = [answer];
  }
  return residues ?? NOTHING;
}

const NOTHING: readonly Residue[] = [];

function testAnswer(test: ConditionTest, facts: KeyFacts): boolean | Residue {
  const { operator } = test;
  const fact = presentFact(facts(test.key), test);
  if (operator === null) return nullAnswer(test, fact);
  if (fact.kind === 'absent') return test.ifExists || test.every || (!test.some && operator.negated);
  if (fact.kind === 'unknown') return unknownAnswer(test, operator, fact);
  if (test.meets) return holdsFor(test, operator.negated, fact.values, test.meets);
  const { meets, isSure } = substitutedMeets(test, operator, facts);
  return isSure ? holdsFor(test, operator.negated, fact.values, meets) : residueOf(test, 'unknown');
}

/** A key without a value is absent; under a quantifier an empty text is no value. */
function presentFact(fact: KeyFact, { every, some }: ConditionTest): KeyFact {
  if (fact.kind !== 'values') return fact;
  if (fact.values.length === 0) return ABSENT;
  return (every || some) && fact.values.every((value) => value === '') ? ABSENT : fact;
}

function nullAnswer(test: ConditionTest, fact: KeyFact): boolean | Residue {
  const wantsAbsent = test.texts.some((text) => text.toLowerCase() === 'true');
  if (fact.kind === 'unknown' && !fact.present) return residueOf(test, fact.class);
  return (fact.kind === 'absent') === wantsAbsent;
}

function unknownAnswer(test: ConditionTest, operator: ConditionOperator, fact: KeyFact & { kind: 'unknown' }): boolean | Residue {
  const { notBefore } = fact;
  if (notBefore !== undefined && operator.from && test.texts.length > 0) {
    const answers = test.texts.map((text) => operator.from?.(notBefore, text));
    if (answers.every((answer) => answer === 'no') && !(test.ifExists && !fact.present)) return false;
    if (answers.includes('yes') && (fact.present || test.ifExists)) return true;
  }
  return (
    (fact.startsWith === undefined ? undefined : begunAnswer(test, operator, fact.startsWith)) ?? residueOf(test, fact.class)
  );
}

/** Of a key that is there with one value, whose beginning is known. Undefined when that is too little. */
function begunAnswer(test: ConditionTest, operator: ConditionOperator, start: string): boolean | undefined {
  if (test.variables && test.texts.some(hasVariable)) return undefined;
  const answers = test.texts.map((text) => operator.begun?.(start, toGlob(text)) ?? 'maybe');
  if (answers.includes('yes')) return !operator.negated;
  return answers.every((answer) => answer === 'no') ? operator.negated : undefined;
}

/** A text whose variable has no value meets nothing. */
function substitutedMeets(test: ConditionTest, operator: ConditionOperator, facts: KeyFacts) {
  const meets: Meets[] = [];
  let isSure = true;
  for (const text of test.texts) {
    const substituted = hasVariable(text) ? substitute(text, facts) : { glob: toGlob(text), unknown: [] };
    if (substituted) meets.push(operator.meets(substituted.glob));
    if (substituted && substituted.unknown.length > 0) isSure = false;
  }
  return { meets, isSure };
}

function holdsFor(test: ConditionTest, isNegated: boolean, found: readonly string[], meets: readonly Meets[]): boolean {
  const wantsAll = test.every || (isNegated && !test.some);
  for (const value of found) if ((meetsAny(value, meets) !== isNegated) !== wantsAll) return !wantsAll;
  return wantsAll;
}

function meetsAny(value: string, meets: readonly Meets[]): boolean {
  for (const meet of meets) if (meet(value)) return true;
  return false;
}
