/** A condition test as something that must still hold: in words, with its negation, and as a form where it can be compared. */
import type { ConditionClass } from '../../model/kinds.ts';
import type { ConditionTest } from './condition.ts';
import type { Form, Residue } from './residue.ts';
import { hasVariable } from './variables.ts';

export function residueOf(test: ConditionTest, conditionClass: ConditionClass): Residue {
  const negation = negationOf(test);
  const form = formOf(test);
  return {
    text: `${test.keyText} ${test.operatorText} ${test.texts.join(' or ')}`,
    key: test.key,
    class: conditionClass,
    ...(negation && { negation: `${test.keyText} ${negation}` }),
    ...(form && { form }),
  };
}

/**
 * The operator and values that hold exactly where the test does not. A plain positive test fails for an absent key, so that an
 * ordering is turned into the other ordering with `IfExists`.
 */
function negationOf(test: ConditionTest): string | undefined {
  const { operator, texts, ifExists } = test;
  const values = texts.join(' or ');
  if (operator === null) return `Null ${isTrue(texts) ? 'false' : 'true'}`;
  if (operator.name === 'Bool' && !test.every && !test.some) {
    const turned = turnedBool(texts);
    return turned && `${ifExists ? 'Bool' : 'BoolIfExists'} ${turned}`;
  }
  if (!operator.opposite) return undefined;
  if (operator.name.includes('Than'))
    return texts.length > 1 || test.every || test.some
      ? undefined
      : `${operator.opposite}${ifExists ? '' : 'IfExists'} ${values}`;
  if (ifExists && !operator.negated) return undefined;
  if (test.every || test.some)
    return ifExists ? undefined : `${test.every ? 'ForAnyValue' : 'ForAllValues'}:${operator.opposite} ${values}`;
  return `${operator.opposite} ${values}`;
}

function formOf(test: ConditionTest): Form | undefined {
  const { operator, texts, ifExists, keyText } = test;
  if (operator === null) return { says: isTrue(texts) ? 'absent' : 'present', values: [], words: `${keyText} Null` };
  if (test.every || test.some || (test.variables && texts.some(hasVariable))) return undefined;
  if (operator.name === 'Bool') return boolForm(test);
  if (operator.name !== 'StringEquals' && operator.name !== 'StringNotEquals') return undefined;
  if (ifExists && !operator.negated) return undefined;
  return { says: operator.negated ? 'none of' : 'one of', values: texts, words: `${keyText} StringEquals` };
}

function boolForm({ texts, ifExists, keyText }: ConditionTest): Form | undefined {
  const turned = turnedBool(texts);
  if (!turned) return undefined;
  const words = `${keyText} Bool`;
  return ifExists
    ? { says: 'none of', values: [turned], words }
    : { says: 'one of', values: [(texts[0] as string).toLowerCase()], words };
}

const isTrue = (texts: readonly string[]): boolean => texts.some((text) => text.toLowerCase() === 'true');

function turnedBool(texts: readonly string[]): string | undefined {
  const [text, ...others] = texts.map((one) => one.toLowerCase());
  if (others.length > 0) return undefined;
  return text === 'true' ? 'false' : text === 'false' ? 'true' : undefined;
}
