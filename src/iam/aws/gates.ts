/** What opens the way to a thing: gates in a row, each opened by one of several statements. */
import type { Match } from './match.ts';
import { priceOf, type Residue, simplified } from './residue.ts';

/** Matching Allow statements of one layer: one of them is enough. Never empty. */
export type Gate = readonly Match[];

export interface Opened {
  readonly matches: readonly Match[];
  readonly conditions: readonly Residue[];
}

/** Rather conditional than a long search: beyond so many combinations the cheapest counts, though nothing may meet it. */
const MOST_TRIED = 256;

const NOTHING: readonly Residue[] = [];

/**
 * The way whose conditions are the easiest to meet, together with the escapes from every Deny. Undefined when no way can be met
 * at all. Each way is all of its gates.
 */
export function cheapest(ways: readonly (readonly Gate[])[], escapes: readonly Residue[]): Opened | undefined {
  const priced = ways.map((gates) => easiestOf(gates));
  const first = priced.reduce((a, b) => (b.price < a.price ? b : a));
  const residues = residuesOf(first.matches, escapes);
  if (residues.length === 0) return { matches: first.matches, conditions: NOTHING };
  const conditions = simplified(residues);
  return conditions ? { matches: first.matches, conditions } : searched(ways, escapes, first.matches);
}

function residuesOf(matches: readonly Match[], escapes: readonly Residue[]): readonly Residue[] {
  const needed = matches.filter((match) => match.residues.length > 0);
  return needed.length === 0 ? escapes : [...needed.flatMap((match) => match.residues), ...escapes];
}

function easiestOf(gates: readonly Gate[]): { readonly matches: readonly Match[]; readonly price: number } {
  let price = 0;
  const matches: Match[] = [];
  for (const gate of gates) {
    const match = easiest(gate);
    price += priceOf(match.residues);
    matches.push(match);
  }
  return { matches, price };
}

function easiest(gate: Gate): Match {
  let best = gate[0] as Match;
  if (best.residues.length === 0) return best;
  for (const match of gate) if (priceOf(match.residues) < priceOf(best.residues)) best = match;
  return best;
}

/** The easiest exclude each other: any combination of statements may do. */
function searched(
  ways: readonly (readonly Gate[])[],
  escapes: readonly Residue[],
  fallback: readonly Match[],
): Opened | undefined {
  let best: Opened | undefined;
  let tried = 0;
  for (const gates of ways)
    for (const matches of combinations(gates)) {
      if (++tried > MOST_TRIED) return best ?? { matches: fallback, conditions: plain(residuesOf(fallback, escapes)) };
      const conditions = simplified(residuesOf(matches, escapes));
      if (conditions && (!best || priceOf(conditions) < priceOf(best.conditions))) best = { matches, conditions };
    }
  return best;
}

const plain = (residues: readonly Residue[]): Residue[] =>
  residues.map(({ text, key, class: conditionClass }) => ({ text, key, class: conditionClass }));

function* combinations(gates: readonly Gate[]): Generator<readonly Match[]> {
  const [first, ...rest] = gates;
  if (!first) yield [];
  else for (const match of first) for (const others of combinations(rest)) yield [match, ...others];
}
