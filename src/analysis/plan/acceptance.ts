/**
 * Which cuts may be made: each together with everything that it is in vain without (rule 4: whoever could make it again; rule 3: what
 * mints its sessions), while what stops is within the budget. What does not fit is refused, with the reason.
 */
import type { Strike } from './strikes.ts';

export interface AcceptanceQuestion {
  /** The most urgent first. */
  readonly strikes: readonly Strike[];
  /** The cuts that it is in vain without; `undefined` where one of them cannot be made. */
  readonly requires: (strike: Strike) => readonly Strike[] | undefined;
  /** Whether the cuts together are within the budget. */
  readonly fits: (strikes: readonly Strike[]) => boolean;
}

export interface Acceptance {
  readonly accepted: ReadonlySet<Strike>;
  /** The others: `budget` where it, or what it needs, stops too much; else it needs what cannot be cut. */
  readonly refused: ReadonlyMap<Strike, 'budget' | 'requirement'>;
}

export function acceptance({ strikes, requires, fits }: AcceptanceQuestion): Acceptance {
  const accepted = new Set<Strike>();
  const refused = new Map<Strike, 'budget' | 'requirement'>();
  for (const strike of strikes) {
    if (accepted.has(strike)) continue;
    const unit = unitOf(strike, requires);
    if (!unit) refused.set(strike, 'requirement');
    else if (fits([...new Set([...accepted, ...unit])])) for (const one of unit) accepted.add(one);
    else refused.set(strike, fits([...new Set([...accepted, strike])]) ? 'requirement' : 'budget');
  }
  for (const strike of accepted) refused.delete(strike);
  return { accepted, refused };
}

function unitOf(strike: Strike, requires: AcceptanceQuestion['requires']): ReadonlySet<Strike> | undefined {
  const unit = new Set([strike]);
  for (const one of unit) {
    const needed = requires(one);
    if (!needed) return undefined;
    for (const other of needed) unit.add(other);
  }
  return unit;
}
