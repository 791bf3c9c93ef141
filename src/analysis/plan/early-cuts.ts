/**
 * Rule 3, its exception: a session that is cut at once, and once more when minting was seen to stop.
 *
 *     wave 1   cut what mints · cut the sessions that are known      wave 2   cut again: also what was minted in between
 */
import { draftOf } from './draft.ts';
import type { Footholds } from './footholds.ts';
import type { Draft, PlanInput } from './input.ts';
import { evidenceBefore, mintersOf } from './precedence.ts';
import type { Recreation } from './recreation.ts';
import { allByFoothold, byFoothold, type Strike } from './strikes.ts';

/** By session. */
export interface EarlyCuts {
  /** Without these a target could be made again while its minter is cut. */
  readonly needed: ReadonlyMap<number, Draft>;
  /** Those, and what an early cut only takes away sooner: worth it where it lowers the objective. */
  readonly all: ReadonlyMap<number, Draft>;
}

export interface EarlyQuestion {
  readonly footholds: Footholds;
  readonly recreated: Recreation;
  /** Controls that a foothold cannot edit. */
  readonly outer: ReadonlyMap<number, Draft>;
}

/**
 * Only of sessions whose last cut waits for that of a minter. Sooner for its own sake only where it is known since when the attacker is
 * there, so that it is a live foothold of his and not the session of a rightful holder, and where nobody has to agree first.
 */
export function earlyCuts(input: PlanInput, accepted: readonly Strike[], question: EarlyQuestion): EarlyCuts {
  const mine = byFoothold(accepted);
  const all = allByFoothold(accepted);
  const { by } = question.recreated;
  const remakers = new Set([...by].filter(([one]) => mine.has(one)).flatMap(([, others]) => others));
  const found = { needed: new Map<number, Draft>(), all: new Map<number, Draft>() };
  for (const strike of accepted) {
    if (!strike.isSession || mintersOf(strike, question.footholds, all).length === 0) continue;
    const isNeeded = strike.footholds.some((one) => remakers.has(one));
    if (!isNeeded && (input.since === undefined || strike.draft.approvals > 0)) continue;
    const first = earlyCut(input, strike, isNeeded);
    for (const one of strike.footholds) {
      found.all.set(one, first);
      if (isNeeded) found.needed.set(one, first);
    }
  }
  return inOrder(found, { ...question, mine, saves: accepted.flatMap(({ save }) => save ?? []) });
}

function earlyCut(input: PlanInput, { draft }: Strike, isNeeded: boolean): Draft {
  const { target, for: serves, cuts, kills } = draft;
  return draftOf(input, {
    target,
    ...(serves !== undefined && { for: serves }),
    control: draft,
    cuts,
    kills,
    purpose: 'early',
    why: isNeeded
      ? 'with this session a target could be made again, so it is cut at once, and once more when minting has stopped'
      : 'a live session of the incident: it is cut at once, and once more when minting has stopped, for what is minted in between',
  });
}

/** Rule 4 holds for the first cut as for the last: who could make the session again is cut with it. */
function inOrder(
  found: EarlyCuts,
  { recreated, outer, mine, saves }: EarlyQuestion & { mine: ReadonlyMap<number, Strike>; saves: readonly Draft[] },
): EarlyCuts {
  const ordered = new Map<string, Draft>();
  for (const [session, draft] of found.all) {
    const before = ordered.get(draft.id) ?? { ...draft, after: evidenceBefore(draft, saves) };
    const remakers = (recreated.by.get(session) ?? []).flatMap(
      (one) => outer.get(one)?.id ?? found.needed.get(one)?.id ?? mine.get(one)?.draft.id ?? [],
    );
    const own = mine.get(session)?.draft.id;
    const notBefore = remakers.filter((id) => id !== draft.id && id !== own);
    ordered.set(draft.id, { ...before, notBefore: [...new Set([...before.notBefore, ...notBefore])] });
  }
  const renewed = (drafts: ReadonlyMap<number, Draft>): ReadonlyMap<number, Draft> =>
    new Map([...drafts].map(([session, { id }]) => [session, ordered.get(id)!]));
  return { needed: renewed(found.needed), all: renewed(found.all) };
}
