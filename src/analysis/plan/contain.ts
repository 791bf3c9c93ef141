/** The steps of `contain`: what is cut, what may not be, and what has to come before what. */

import type { Refusal } from '../../model/plan.ts';
import { acceptance } from './acceptance.ts';
import { draftOf, subjectOf } from './draft.ts';
import { type Footholds, identitiesOf, isProof, leavingOf } from './footholds.ts';
import type { Draft, PlanInput } from './input.ts';
import { assumeBlocksOf, fenceOf } from './lower-rungs.ts';
import { outageOf } from './outage.ts';
import { type Recreation, recreation } from './recreation.ts';
import { systemOf } from './steps/index.ts';
import { type Strike, strikesOf } from './strikes.ts';
import { attackReachOrder } from './urgency.ts';

export interface Proposal {
  readonly drafts: readonly Draft[];
  /** Those whose order decides the objective. */
  readonly cuts: readonly Draft[];
  readonly refusals: readonly Refusal[];
}

export function containment(input: PlanInput, footholds: Footholds): Proposal {
  const { graph } = input;
  const refusals: Refusal[] = [];
  const refuse = (entity: number, rule: string, reason: string): void => {
    refusals.push({ target: graph.keys[entity]!, rule, reason });
  };
  for (const target of footholds.targets) {
    if (graph.over[target])
      refuse(target, 'nothing to cut', 'it is inactive or expired: nothing spreads from it until somebody re-arms it');
  }
  const recreated = recreation(
    graph,
    footholds.held,
    [...footholds.joined].filter((one) => !graph.over[one]),
  );
  const strikes = strikesOf(input, footholds, recreated.cut, whyCut(input, footholds, recreated));
  const strikeBy = byFoothold(strikes);
  for (const one of recreated.cut) {
    if (!strikeBy.has(one))
      refuse(one, 'no control', `no known call ends ${graph.keys[one]}: a service-linked role, or an issuer that is not ours`);
  }
  const chosen = choose(input, { footholds, recreated, strikes, strikeBy });
  for (const [strike, reason] of chosen.refused) for (const one of strike.footholds) refuse(one, reason.rule, reason.text);
  const accepted = [...chosen.accepted];
  const early = earlyCuts(input, accepted, recreated);
  const drafts = [
    ...precedence(accepted, { footholds, recreated, early }),
    ...early.values(),
    ...chosen.blocks,
    ...wholeIdentities(input, accepted, { recreated, blocks: chosen.blocks }),
  ];
  return { drafts, cuts: accepted.map(({ draft }) => draft), refusals };
}

const byFoothold = (strikes: readonly Strike[]): ReadonlyMap<number, Strike> =>
  new Map(strikes.flatMap((strike) => strike.footholds.map((one) => [one, strike] as const)));

interface Known {
  readonly footholds: Footholds;
  readonly recreated: Recreation;
  readonly strikes: readonly Strike[];
  readonly strikeBy: ReadonlyMap<number, Strike>;
}

function whyCut({ graph, since }: PlanInput, { targets, minters }: Footholds, { by }: Recreation): (foothold: number) => string {
  const isTarget = new Set(targets);
  return (one) => {
    if (isTarget.has(one)) return 'a target: it is cut at its issuer, and can be given back';
    const minter = minters.get(one)?.[0];
    if (minter !== undefined)
      return `minted from ${graph.keys[minter]}${since ? ` since ${since}` : ''}: whoever holds that may hold this`;
    const victim = [...by].find(([, others]) => others.includes(one))?.[0];
    return `a holder of the targets reads its value, and it can make ${victim === undefined ? 'a target' : graph.keys[victim]} again`;
  };
}

interface Choice {
  readonly accepted: ReadonlySet<Strike>;
  readonly refused: ReadonlyMap<Strike, { readonly rule: string; readonly text: string }>;
  readonly blocks: readonly Draft[];
}

/** Without a budget everything that can be cut is. With one: the most urgent first, by the cut itself or else by a fence. */
function choose(input: PlanInput, known: Known): Choice {
  const { graph, budgets } = input;
  const limit = budgets['down'];
  const fits = (steps: readonly Pick<Draft, 'kills' | 'removes' | 'releases'>[]): boolean =>
    limit === undefined || outageOf(graph, steps).lo.down <= limit;
  const ask = (strikes: readonly Strike[]) => {
    const strikeBy = byFoothold(strikes);
    return acceptance({
      strikes,
      requires: (strike) => requirementsOf(strike, { ...known, strikeBy }),
      fits: (chosen) => fits(chosen.map(({ draft }) => draft)),
    });
  };
  const ordered = attackReachOrder(input, known.strikes);
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
  strike: Strike,
  { footholds, recreated, strikeBy }: Pick<Known, 'footholds' | 'recreated' | 'strikeBy'>,
): Strike[] | undefined {
  const needed = new Set<Strike>();
  for (const one of strike.footholds) {
    if (recreated.open.has(one)) return undefined;
    const minters = strike.isSession ? (footholds.minters.get(one) ?? []).filter((minter) => footholds.joined.has(minter)) : [];
    for (const other of [...(recreated.by.get(one) ?? []), ...minters.filter((minter) => recreated.cut.includes(minter))]) {
      const cut = strikeBy.get(other);
      if (!cut) return undefined;
      needed.add(cut);
    }
  }
  needed.delete(strike);
  return [...needed];
}

function blocksWithin(
  input: PlanInput,
  { accepted, refused }: { accepted: ReadonlySet<Strike>; refused: ReadonlyMap<Strike, string> },
  fits: (steps: readonly Draft[]) => boolean,
): Draft[] {
  const blocks = new Map<string, Draft>();
  for (const [strike, why] of refused) {
    if (why !== 'budget' || strike.isSession) continue;
    for (const block of strike.footholds.flatMap((one) => assumeBlocksOf(input, one))) {
      if (fits([...[...accepted].map(({ draft }) => draft), ...blocks.values(), block])) blocks.set(block.id, block);
    }
  }
  // Two keys of one user: one policy.
  return [...new Map([...blocks.values()].map((block) => [block.target, block])).values()];
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
    const instead = blocks.some(({ for: serves }) => serves !== undefined && strike.footholds.includes(serves))
      ? '; instead, its way into roles is blocked'
      : '';
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

interface Precedence {
  readonly footholds: Footholds;
  readonly recreated: Recreation;
  readonly early: ReadonlyMap<number, Draft>;
}

/** Rules 1, 3, 4 and 8 as what stands before what; cuts that wait for approval do not hold up those that need none. */
function precedence(accepted: readonly Strike[], { footholds, recreated, early }: Precedence): Draft[] {
  const mine = byFoothold(accepted);
  const saves = accepted.flatMap(({ save }) => save ?? []);
  const waiting = waitingFor(accepted, { footholds, recreated, mine });
  const prompt = accepted.filter((strike) => !waiting.has(strike) && !strike.isSession).map(({ draft }) => draft.id);
  const steps = accepted.map((strike) => {
    const remakers = strike.footholds.flatMap((one) => recreated.by.get(one) ?? []);
    const isLate = waiting.has(strike) && !strike.isSession;
    return {
      ...strike.draft,
      needs: [...strike.draft.needs, ...mintersOf(strike, footholds, mine)],
      after: [...saves.map(({ id }) => id), ...(isLate ? prompt : [])],
      notBefore: remakers
        .flatMap((one) => early.get(one)?.id ?? mine.get(one)?.draft.id ?? [])
        .filter((id) => id !== strike.draft.id),
    };
  });
  return [...saves, ...steps];
}

function mintersOf(strike: Strike, { minters }: Footholds, mine: ReadonlyMap<number, Strike>): string[] {
  if (!strike.isSession) return [];
  const cuts = strike.footholds.flatMap((one) => (minters.get(one) ?? []).flatMap((minter) => mine.get(minter) ?? []));
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

/** A session that could make a target again is cut with the target, and once more when minting has stopped. */
function earlyCuts(input: PlanInput, accepted: readonly Strike[], { by }: Recreation): ReadonlyMap<number, Draft> {
  const mine = byFoothold(accepted);
  const remakers = new Set([...by].filter(([one]) => mine.has(one)).flatMap(([, others]) => others));
  const early = new Map<number, Draft>();
  for (const remaker of remakers) {
    const strike = mine.get(remaker);
    if (!strike?.isSession) continue;
    const { draft } = strike;
    const first = draftOf(input, {
      target: draft.target,
      ...(draft.for !== undefined && { for: draft.for }),
      control: { ...draft, action: 'block' },
      cuts: draft.cuts,
      kills: draft.kills,
      purpose: 'early',
      why: 'with this session a target could be made again, so it is cut at once, and once more when minting has stopped',
    });
    for (const one of strike.footholds) early.set(one, first);
  }
  return early;
}

/** Rule 10: up to the identity only where it can prove itself anew, and where that stops nothing else. */
function wholeIdentities(
  input: PlanInput,
  accepted: readonly Strike[],
  { recreated, blocks }: { recreated: Recreation; blocks: readonly Draft[] },
): Draft[] {
  const { graph } = input;
  const chosen = [...accepted.map(({ draft }) => draft), ...blocks];
  const broken = (steps: readonly Draft[]): string => JSON.stringify(outageOf(graph, steps).lo);
  const before = broken(chosen);
  const found = new Map<number, Draft>();
  for (const { footholds, draft } of accepted) {
    for (const one of footholds) {
      if (!recreated.self.has(one) || !isProof(graph, one) || draft.action !== 'quarantine') continue;
      for (const identity of identitiesOf(graph, one)) {
        const denied = found.has(identity) ? undefined : deniedIdentity(input, identity, one);
        if (denied && broken([...chosen, ...found.values(), denied]) === before) found.set(identity, denied);
      }
    }
  }
  return [...found.values()];
}

function deniedIdentity(input: PlanInput, identity: number, proof: number): Draft | undefined {
  const { graph } = input;
  const control = systemOf(graph.keys[identity]!).denyIdentity?.(subjectOf(input, identity));
  if (!control || control.parameters['userName'] === undefined) return undefined;
  return draftOf(input, {
    target: identity,
    for: proof,
    control,
    cuts: leavingOf(graph, identity),
    kills: [identity],
    why: `${graph.keys[identity]} can make itself another key in the seconds until the first is seen as inactive everywhere; denying the whole user stops nothing more`,
  });
}
