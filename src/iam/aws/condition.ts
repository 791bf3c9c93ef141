/**
 * Condition blocks: every test must hold. Three-valued: a test on a key that only the caller decides leaves a residue, in words.
 *
 *   positive operator, key absent   no       `IfExists` yes   ForAllValues yes   ForAnyValue no
 *   negated operator, key absent    yes      `IfExists` yes   ForAllValues yes   ForAnyValue no
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
 */
import type { ConditionClass } from '../../model/kinds.ts';
import { conditionOperator } from './conditions/index.ts';
import type { ConditionOperator } from './conditions/operator.ts';
import type { KeyFact, KeyFacts } from './facts.ts';
import { globText, toGlob } from './glob.ts';
import { hasVariable, substitute } from './variables.ts';

/** What must still hold of the caller's request. */
export interface Residue {
  /** In words, such as `aws:SourceIp IpAddress 203.0.113.0/24`. */
  readonly text: string;
  /** Lower case. */
  readonly key: string;
  readonly class: ConditionClass;
}

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
  readonly variables: boolean;
}

export function compileConditions(
  block: unknown,
  variables: boolean,
): { tests: readonly ConditionTest[]; problems: readonly string[] } {
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
      for (const [keyText, value] of Object.entries(keys))
        tests.push({ ...read, operatorText, key: keyText.toLowerCase(), keyText, texts: [value].flat().map(String), variables });
  }
  return { tests, problems };
}

function operatorOf(text: string): Pick<ConditionTest, 'operator' | 'every' | 'some' | 'ifExists'> | undefined {
  const match = /^(?:(ForAllValues|ForAnyValue):)?([a-z]+?)(IfExists)?$/i.exec(text);
  if (!match) return undefined;
  const name = match[2] as string;
  const operator = name.toLowerCase() === 'null' ? null : conditionOperator(name);
  if (operator === undefined || (operator === null && match[3])) return undefined;
  const quantifier = match[1]?.toLowerCase();
  return { operator, every: quantifier === 'forallvalues', some: quantifier === 'foranyvalue', ifExists: match[3] !== undefined };
}

/** Undefined when some test fails; else what is left to hold (nothing: the block holds). */
export function conditionResidue(tests: readonly ConditionTest[], facts: KeyFacts): readonly Residue[] | undefined {
  if (tests.length === 0) return NOTHING;
  const residues: Residue[] = [];
  for (const test of tests) {
    const answer = testAnswer(test, facts);
    if (answer === false) return undefined;
    if (answer !== true) residues.push(answer);
  }
  return residues;
}

const NOTHING: readonly Residue[] = [];

function testAnswer(test: ConditionTest, facts: KeyFacts): boolean | Residue {
  const fact = facts(test.key);
  if (test.operator === null) return nullAnswer(test, fact);
  if (fact.kind === 'absent') return test.every || (!test.some && (test.ifExists || test.operator.negated));
  const patterns = patternsOf(test, facts);
  const unsure = patterns.unknown.length > 0;
  if (fact.kind === 'unknown') return unknownAnswer(test, fact, patterns.globs);
  const holds = holdsFor(test, test.operator, fact.values, patterns.globs);
  return unsure ? residueOf(test, 'unknown') : holds;
}

function nullAnswer(test: ConditionTest, fact: KeyFact): boolean | Residue {
  const wantsAbsent = test.texts.some((text) => text.toLowerCase() === 'true');
  if (fact.kind === 'unknown' && !fact.present) return residueOf(test, fact.class);
  return (fact.kind === 'absent') === wantsAbsent;
}

function unknownAnswer(test: ConditionTest, fact: KeyFact & { kind: 'unknown' }, globs: readonly string[]): boolean | Residue {
  const operator = test.operator as ConditionOperator;
  if (fact.notBefore !== undefined && operator.from && !operator.negated && globs.length > 0) {
    const answers = globs.map((glob) => operator.from!(fact.notBefore as number, globText(glob)));
    if (answers.every((answer) => answer === 'no') && !(test.ifExists && !fact.present)) return false;
    if (answers.includes('yes') && (fact.present || test.ifExists)) return true;
  }
  return residueOf(test, fact.class);
}

/** A text whose variable has no value meets nothing. */
function patternsOf(test: ConditionTest, facts: KeyFacts): { globs: readonly string[]; unknown: readonly string[] } {
  const globs: string[] = [];
  const unknown: string[] = [];
  for (const text of test.texts) {
    if (!test.variables || !hasVariable(text)) globs.push(toGlob(text));
    else {
      const substituted = substitute(text, facts);
      if (substituted) globs.push(substituted.glob);
      unknown.push(...(substituted?.unknown ?? []));
    }
  }
  return { globs, unknown };
}

function holdsFor(test: ConditionTest, operator: ConditionOperator, found: readonly string[], globs: readonly string[]): boolean {
  const one = (value: string): boolean => globs.some((glob) => operator.meets(value, glob)) !== operator.negated;
  if (test.every) return found.every(one);
  if (test.some) return found.some(one);
  return operator.negated ? found.every(one) : found.some(one);
}

const residueOf = (test: ConditionTest, conditionClass: ConditionClass): Residue => ({
  text: `${test.keyText} ${test.operatorText} ${test.texts.join(' or ')}`,
  key: test.key,
  class: conditionClass,
});
