/** Which cuts are made: all, or as many as the outage budget allows, by the cut itself, by a fence, or by a lower rung. */
import type { AccessGraph } from '../../graph/access-graph.ts';
import { acceptance } from './acceptance.ts';
import { shortensOf } from './caps.ts';
import { type Footholds, identitiesOf } from './footholds.ts';
import type { Draft, PlanInput } from './input.ts';
import { assumeBlocksOf, fenceOf } from './lower-rungs.ts';
import { outageOf } from './outage.ts';
import type { Recreation } from './recreation.ts';
import { allByFoothold, type Strike } from './strikes.ts';
import { attackReachOrder } from './urgency.ts';

export interface Known {
  readonly footholds: Footholds;
  readonly recreated: Recreation;
  readonly strikes: readonly Strike[];
  readonly strikeBy: ReadonlyMap<number, Strike>;
}

export interface Choice {
  readonly accepted: ReadonlySet<Strike>;
  readonly refused: ReadonlyMap<Strike, { readonly rule: string; readonly text: string }>;
  readonly blocks: readonly Draft[];
}

/** Without a budget everything that can be cut is. With one: the most urgent first, by the cut itself or else by a fence. */
export function choice(input: PlanInput, known: Known): Choice {
  const { graph, budgets } = input;
  const limit = budgets['down'];
  const fits = (steps: readonly Pick<Draft, 'kills' | 'removes' | 'releases'>[]): boolean =>
    limit === undefined || outageOf(graph, steps).lo.down <= limit;
  const ask = (strikes: readonly Strike[]) => {
    const strikesBy = allByFoothold(strikes);
    return acceptance({
      strikes,
      requires: (strike) => requirementsOf(graph, strike, { ...known, strikesBy }),
      fits: (chosen) => fits(chosen.map(({ draft }) => draft)),
    });
  };
  const ordered = limit === undefined ? known.strikes : attackReachOrder(input, known.strikes);
  let answer = ask(ordered);
  const fenced = ordered.map((strike) => (answer.refused.get(strike) === 'budget' ? (fenceOf(input, strike) ?? strike) : strike));
  if (fenced.some((strike, i) => strike !== ordered[i])) answer = ask(fenced);
  const blocks = blocksWithin(input, answer, fits);
  const refused = new Map(
    [...answer.refused].map(([strike, why]) => [strike, refusalText(input, known, { strike, why, blocks })] as const),
  );
  return { accepted: answer.accepted, refused, blocks };
}

/** Rule 4 and rule 3: undefined where one of them cannot be cut at all. */
function requirementsOf(
  graph: AccessGraph,
  strike: Strike,
  {
    footholds,
    recreated,
    strikesBy,
  }: Pick<Known, 'footholds' | 'recreated'> & { readonly strikesBy: ReadonlyMap<number, readonly Strike[]> },
): Strike[] | undefined {
  const needed = new Set<Strike>();
  for (const one of strike.footholds) {
    if (recreated.open.has(one)) return undefined;
    const minters = strike.isSession ? (footholds.minters.get(one) ?? []).filter((minter) => footholds.joined.has(minter)) : [];
    for (const other of recreated.by.get(one) ?? []) {
      const cuts = strikesBy.get(other);
      if (!cuts) return undefined;
      for (const cut of cuts) needed.add(cut);
    }
    for (const minter of minters.filter((other) => recreated.cut.includes(other))) {
      const cuts = strikesBy.get(minter);
      if (!cuts) return undefined;
      for (const cut of mintingCuts(graph, one, cuts)) needed.add(cut);
    }
  }
  needed.delete(strike);
  return [...needed];
}

/** Who is cut at each role that trusts it stops minting sessions of a role where it is cut at that one. */
function mintingCuts(graph: AccessGraph, session: number, cuts: readonly Strike[]): readonly Strike[] {
  const roles = identitiesOf(graph, session);
  const there = cuts.filter(({ draft }) => roles.includes(draft.target));
  return there.length > 0 ? there : cuts;
}

function blocksWithin(
  input: PlanInput,
  { accepted, refused }: { accepted: ReadonlySet<Strike>; refused: ReadonlyMap<Strike, string> },
  fits: (steps: readonly Draft[]) => boolean,
): Draft[] {
  const blocks = new Map<string, Draft>();
  for (const [strike, why] of refused) {
    if (why !== 'budget' || strike.isSession) continue;
    for (const block of strike.footholds.flatMap((one) => [...assumeBlocksOf(input, one), ...shortensOf(input, one)])) {
      if (fits([...[...accepted].map(({ draft }) => draft), ...blocks.values(), block])) blocks.set(block.id, block);
    }
  }
  // Two keys of one user: one policy.
  return [...new Map([...blocks.values()].map((block) => [`${block.target} ${block.action}`, block])).values()];
}

function refusalText(
  { graph, budgets }: PlanInput,
  { footholds, recreated, strikeBy }: Known,
  { strike, why, blocks }: { strike: Strike; why: 'budget' | 'requirement'; blocks: readonly Draft[] },
): { rule: string; text: string } {
  if (why === 'budget') {
    const broken = outageOf(graph, [strike.draft]).items.filter(({ bound, grade }) => bound === 'lo' && grade === 'down');
    const who = broken
      .slice(0, 3)
      .map(({ key }) => key)
      .join(', ');
    const mine = blocks.filter(({ target, for: serves }) => strike.footholds.includes(serves ?? target));
    const instead = [
      ...(mine.some(({ cuts }) => cuts.length > 0) ? ['; instead, its way into roles is blocked'] : []),
      ...(mine.some(({ action }) => action === 'shorten') ? ['; the sessions that it mints are made short'] : []),
    ].join('');
    const more = broken.length > 3 ? ` and ${broken.length - 3} more` : '';
    return {
      rule: 'outage budget',
      text: `cutting it stops ${who || 'more than is left of the budget'}${more}; ${budgets['down']} may stop${instead}. Give it a fallback, rotate it, or raise --budget-down`,
    };
  }
  if (strike.footholds.some((one) => recreated.open.has(one))) {
    return { rule: '4: re-creation', text: 'anybody can make it again: close that first' };
  }
  const blockers = strike.footholds
    .flatMap((one) => [...(recreated.by.get(one) ?? []), ...(strike.isSession ? (footholds.minters.get(one) ?? []) : [])])
    .filter((one) => strikeBy.get(one) !== strike);
  const names = [...new Set(blockers.map((one) => graph.keys[one]!))].sort();
  return {
    rule: strike.isSession ? '3: stop minting first' : '4: re-creation',
    text: `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''} can make it again and may not be cut now, so cutting it alone would be in vain`,
  };
}
