/** What stands before what among the cuts of `contain`. */
import type { EarlyCuts } from './early-cuts.ts';
import type { Footholds } from './footholds.ts';
import type { Draft } from './input.ts';
import type { Recreation } from './recreation.ts';
import { allByFoothold, byFoothold, type Strike } from './strikes.ts';

export interface Precedence {
  readonly footholds: Footholds;
  readonly recreated: Recreation;
  readonly early: EarlyCuts;
  /** Controls that a foothold cannot edit: they come before its own. */
  readonly outer: ReadonlyMap<number, Draft>;
}

/** Rules 1, 3, 4 and 8 as what stands before what; cuts that wait for approval do not hold up those that need none. */
export function precedence(accepted: readonly Strike[], { footholds, recreated, early, outer }: Precedence): Draft[] {
  const mine = byFoothold(accepted);
  const all = allByFoothold(accepted);
  const saves = accepted.flatMap(({ save }) => save ?? []);
  const waiting = waitingFor(accepted, { footholds, recreated, mine });
  const prompt = accepted.filter((strike) => !waiting.has(strike) && !strike.isSession).map(({ draft }) => draft.id);
  const steps = accepted.map((strike) => {
    const remakers = strike.footholds.flatMap((one) => recreated.by.get(one) ?? []);
    const isLate = waiting.has(strike) && !strike.isSession;
    return {
      ...strike.draft,
      needs: [...strike.draft.needs, ...mintersOf(strike, footholds, all)],
      after: [
        ...evidenceBefore(strike.draft, saves),
        ...(isLate ? prompt : []),
        ...strike.footholds.flatMap((one) => outer.get(one)?.id ?? []),
        ...strike.footholds.flatMap((one) => early.all.get(one)?.id ?? []),
      ],
      notBefore: remakers
        .flatMap((one) => outer.get(one)?.id ?? early.needed.get(one)?.id ?? mine.get(one)?.draft.id ?? [])
        .filter((id) => id !== strike.draft.id),
    };
  });
  return [...saves, ...steps];
}

/** What is saved before a cut that does not end it. An enforcer's cut never waits for what a person has to save. */
export const evidenceBefore = (cut: Draft, saves: readonly Draft[]): string[] =>
  saves.filter((save) => cut.connector === 'manual' || save.connector !== 'manual').map(({ id }) => id);

/** The cuts that stop what mints the sessions of a strike. */
export function mintersOf(strike: Strike, { minters }: Footholds, all: ReadonlyMap<number, readonly Strike[]>): string[] {
  if (!strike.isSession) return [];
  const cuts = strike.footholds.flatMap((one) => (minters.get(one) ?? []).flatMap((minter) => all.get(minter) ?? []));
  return [...new Set(cuts)].filter((cut) => cut !== strike).map(({ draft }) => draft.id);
}

/** Cuts that need approval, and those that may not come before them. */
function waitingFor(
  accepted: readonly Strike[],
  { footholds, recreated, mine }: Pick<Precedence, 'footholds' | 'recreated'> & { mine: ReadonlyMap<number, Strike> },
): ReadonlySet<Strike> {
  const waiting = new Set(accepted.filter(({ draft }) => draft.approvals > 0));
  for (let before = -1; before !== waiting.size; ) {
    before = waiting.size;
    for (const strike of accepted) {
      const others = strike.footholds.flatMap((one) => [
        ...(recreated.by.get(one) ?? []),
        ...(strike.isSession ? (footholds.minters.get(one) ?? []) : []),
      ]);
      if (others.some((one) => waiting.has(mine.get(one) as Strike))) waiting.add(strike);
    }
  }
  return waiting;
}
