/**
 * What must still hold of a caller's request before it is allowed: a list, each of which must hold. Such lists are made simpler
 * here, and found impossible where two of them exclude each other.
 */
import type { ConditionClass } from '../../model/kinds.ts';

export interface Residue {
  /** In words, such as `aws:SourceIp IpAddress 203.0.113.0/24`. */
  readonly text: string;
  /** Lower case. */
  readonly key: string;
  readonly class: ConditionClass;
  /** That it does not hold, in words. */
  readonly negation?: string;
  /** The same in a form that can be compared with others of its key. */
  readonly form?: Form;
}

/** `one of`: the key is there with one of the values; `none of`: it is absent, or has another value. */
export interface Form {
  readonly says: 'one of' | 'none of' | 'present' | 'absent';
  readonly values: readonly string[];
  /** How a narrower list of values is written: `aws:RequestedRegion StringEquals`. */
  readonly words: string;
}

const PRICES = { choosable: 1, time: 100, position: 100, approval: 100, possession: 100, combined: 100, unknown: 100 } as const;

/** How hard these are to meet: what the caller chooses freely costs next to nothing. */
export function priceOf(residues: readonly Residue[]): number {
  let price = 0;
  for (const residue of residues) price += PRICES[residue.class];
  return price;
}

/** Undefined when no request can meet them all. */
export function simplified(residues: readonly Residue[]): readonly Residue[] | undefined {
  const kept: Residue[] = [];
  const byKey = new Map<string, Comparable[]>();
  for (const residue of new Map(residues.map((one) => [one.text, one])).values()) {
    if (!isComparable(residue)) kept.push(residue);
    else if (byKey.has(residue.key)) byKey.get(residue.key)?.push(residue);
    else byKey.set(residue.key, [residue]);
  }
  for (const group of byKey.values()) {
    const simpler = group.length === 1 ? group : together(group);
    if (!simpler) return undefined;
    kept.push(...simpler);
  }
  return kept.map(({ text, key, class: conditionClass }) => ({ text, key, class: conditionClass }));
}

type Comparable = Residue & { readonly form: Form };

const isComparable = (residue: Residue): residue is Comparable => residue.form !== undefined;

/** All of one key: listed values narrow each other, and what another claim implies is left out. */
function together(all: readonly Comparable[]): readonly Residue[] | undefined {
  const saying = (says: Form['says']) => all.filter(({ form }) => form.says === says);
  const listed = saying('one of');
  const [absent] = saying('absent');
  if (absent) return listed.length > 0 || saying('present').length > 0 ? undefined : [absent];
  const [first] = listed;
  if (!first) return all;
  const barred = new Set(saying('none of').flatMap(({ form }) => form.values));
  const values = first.form.values.filter(
    (value) => !barred.has(value) && listed.every(({ form }) => form.values.includes(value)),
  );
  return values.length === 0 ? undefined : [{ ...first, text: `${first.form.words} ${values.join(' or ')}` }];
}

const OPPOSITE = { 'one of': 'none of', 'none of': 'one of', present: 'absent', absent: 'present' } as const;

/** What escaping from all of these together takes: one of them must not hold. The easiest gives the class. */
export function escapeFrom(residues: readonly Residue[]): Residue | undefined {
  const [first, ...others] = [...residues].sort((a, b) => priceOf([a]) - priceOf([b]));
  if (!first) return undefined;
  const { key, class: conditionClass, text, negation, form } = first;
  if (others.length > 0)
    return { text: `not (${residues.map((residue) => residue.text).join(' and ')})`, key, class: conditionClass };
  if (negation === undefined) return { text: `not (${text})`, key, class: conditionClass };
  const turned = form && { ...form, says: OPPOSITE[form.says] };
  return { text: negation, key, class: conditionClass, negation: text, ...(turned && { form: turned }) };
}
