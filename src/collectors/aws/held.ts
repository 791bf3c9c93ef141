/** How surely a right is held: verdicts in, the certainty and the condition of an edge out. */
import type { Verdict } from '../../iam/aws/evaluate.ts';
import { CERTAINTIES, type Certainty, type ConditionClass } from '../../model/kinds.ts';
import { scrubbedText } from './scrub.ts';

export interface Held {
  readonly certainty: Certainty;
  readonly condition?: string;
  readonly conditionClass?: ConditionClass;
}

export const SURE: Held = { certainty: 'definite' };

/**
 * Undefined when a verdict denies. What the caller chooses freely counts as satisfied. `unsure`: a document that may deny was not
 * collected.
 */
export function heldBy(verdicts: readonly Verdict[], unsure: boolean): Held | undefined {
  if (verdicts.some(({ verdict }) => verdict === 'implicit-deny' || verdict === 'explicit-deny')) return undefined;
  const gates = verdicts.flatMap((verdict) => verdict.conditions).filter((residue) => residue.class !== 'choosable');
  const texts = [...new Set(gates.map((gate) => scrubbedText(gate.text)))];
  const gated: Held = texts.length === 0 ? SURE : conditional(texts.join('; '), classOf(gates.map((gate) => gate.class)));
  return unsure ? { ...gated, certainty: 'possible' } : gated;
}

export const conditional = (condition: string, conditionClass: ConditionClass): Held => ({
  certainty: 'conditional',
  condition,
  conditionClass,
});

function classOf(classes: readonly ConditionClass[]): ConditionClass {
  const distinct = new Set(classes);
  return distinct.size === 1 ? (classes[0] as ConditionClass) : distinct.has('possession') ? 'combined' : 'unknown';
}

export const rankOf = (held: Held): number => CERTAINTIES.indexOf(held.certainty);

/** Both must hold. */
export function both(a: Held, b: Held): Held {
  if (rankOf(a) === 0) return b;
  if (rankOf(b) === 0) return a;
  const conditions = [...new Set([a.condition, b.condition].filter((text) => text !== undefined))];
  const classes = [a.conditionClass, b.conditionClass].filter((one) => one !== undefined);
  const certainty = rankOf(a) > rankOf(b) ? a.certainty : b.certainty;
  return conditions.length === 0
    ? { certainty }
    : { certainty, condition: conditions.join('; '), conditionClass: classOf(classes) };
}

/** The surer of two ways to the same. */
export const surer = (a: Held | undefined, b: Held | undefined): Held | undefined =>
  !a ? b : !b || rankOf(a) <= rankOf(b) ? a : b;
