/** The steps of `contain`: what is cut, what may not be, and what has to come before what. */
import type { AccessGraph } from '../../graph/access-graph.ts';
import type { Refusal } from '../../model/plan.ts';
import { choice } from './choice.ts';
import { type Footholds, sourcesBy } from './footholds.ts';
import type { Draft, PlanInput } from './input.ts';
import { earlyCuts, precedence } from './precedence.ts';
import { type Recreation, recreation } from './recreation.ts';
import { byFoothold, strikesOf } from './strikes.ts';
import { wholeIdentities } from './whole-identities.ts';

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
  for (const one of footholds.held) {
    if (!footholds.joined.has(one) && !graph.over[one] && !recreated.cut.includes(one)) {
      refuse(
        one,
        '9: made before',
        `it was minted before ${input.since}, so it is taken for rightful; if the incident began earlier, say so with --since`,
      );
    }
  }
  const acted = withRemakers(graph, footholds, recreated.cut);
  const strikes = strikesOf(input, acted, recreated.cut, whyCut(input, footholds, recreated));
  const strikeBy = byFoothold(strikes);
  for (const one of recreated.cut) {
    if (!strikeBy.has(one))
      refuse(one, 'no control', `no known call ends ${graph.keys[one]}: a service-linked role, or an issuer that is not ours`);
  }
  const chosen = choice(input, { footholds: acted, recreated, strikes, strikeBy });
  for (const [strike, reason] of chosen.refused) for (const one of strike.footholds) refuse(one, reason.rule, reason.text);
  const accepted = [...chosen.accepted];
  const early = earlyCuts(input, accepted, recreated);
  const drafts = [
    ...precedence(accepted, { footholds: acted, recreated, early }),
    ...early.values(),
    ...chosen.blocks,
    ...wholeIdentities(input, accepted, { recreated, blocks: chosen.blocks }),
  ];
  return { drafts, cuts: accepted.map(({ draft }) => draft), refusals };
}

/** What is cut besides the footholds mints and is minted too: rule 3 holds for all of it. */
function withRemakers(graph: AccessGraph, footholds: Footholds, cut: readonly number[]): Footholds {
  const minters = new Map(footholds.minters);
  const acted = new Set(cut);
  for (const one of cut) {
    const known = minters.get(one) ?? [];
    const more = sourcesBy(graph, one, ['MINTED']).filter((minter) => acted.has(minter) && !known.includes(minter));
    if (more.length > 0) minters.set(one, [...known, ...more]);
  }
  return { ...footholds, joined: acted, minters };
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
