/** The steps of `contain`: what is cut, what may not be, and what has to come before what. */
import type { AccessGraph } from '../../graph/access-graph.ts';
import type { Refusal } from '../../model/plan.ts';
import type { Created } from '../incident/created.ts';
import { choice } from './choice.ts';
import { type EarlyCuts, earlyCuts } from './early-cuts.ts';
import { type Footholds, footholds as footholdsOf, isIdentity, isProof, sourcesBy, targetsBy } from './footholds.ts';
import type { Draft, PlanInput } from './input.ts';
import { alternativesOf } from './lower-rungs.ts';
import { outerControls } from './outer-controls.ts';
import { persistence } from './persistence.ts';
import { precedence } from './precedence.ts';
import { type Recreation, recreation } from './recreation.ts';
import { byFoothold, hostStrike, type Strike, strikesOf } from './strikes.ts';
import type { Alternative } from './tradeoff.ts';
import { wholeIdentities } from './whole-identities.ts';

export interface Proposal {
  readonly drafts: readonly Draft[];
  /** Those whose order decides the objective. */
  readonly cuts: readonly Draft[];
  readonly refusals: readonly Refusal[];
  /** By the cut that repeats it: first cuts of sessions, each of which is worth it only where it lowers the objective. */
  readonly early?: ReadonlyMap<string, Draft>;
  /** Of `drafts`, the same: what has to be cut early. */
  readonly firsts?: ReadonlyMap<string, Draft>;
  /** What the targets changed since the incident began, other than what is cut. */
  readonly changes?: readonly Created[];
  /** Lower rungs that could stand for some of the steps. */
  readonly alternatives?: readonly Alternative[];
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
  const hosts = placesOf(graph, footholds).flatMap((place) => hostStrike(input, place) ?? []);
  for (const place of placesOf(graph, footholds)) {
    if (!hosts.some((host) => host.footholds.includes(place))) refuse(place, 'a place, not a proof', placeText(graph, place));
  }
  const wide = withContents(input, footholds);
  const made = persistence(input, wide);
  const recreated = recreation(
    graph,
    wide.held,
    [...wide.joined, ...made.joined].filter((one) => !graph.over[one]),
  );
  const acted = withRemakers(graph, wide, recreated.cut);
  const why = whyCut(input, { targets: footholds.targets, minters: wide.minters, made: made.joined }, recreated);
  const strikes = [...strikesOf(input, acted, recreated.cut, why), ...hosts];
  const strikeBy = byFoothold(strikes);
  for (const one of recreated.cut) {
    if (!strikeBy.has(one))
      refuse(one, 'no control', `no known call ends ${graph.keys[one]}: a service-linked role, or an issuer that is not ours`);
  }
  const chosen = choice(input, { footholds: acted, recreated, strikes, strikeBy });
  for (const [strike, reason] of chosen.refused) for (const one of strike.footholds) refuse(one, reason.rule, reason.text);
  const accepted = [...chosen.accepted];
  const outer = outerControls(input, accepted, { recreated, blocks: chosen.blocks });
  const early = earlyCuts(input, accepted, { footholds: acted, recreated, outer });
  const whole = wholeIdentities(input, accepted, { recreated, blocks: chosen.blocks });
  const noted = (draft: Draft): Draft => {
    const note = whole.notes.get(draft.target);
    return note === undefined ? draft : { ...draft, why: `${draft.why}. ${note}` };
  };
  const drafts = [
    ...new Set(outer.values()),
    ...precedence(accepted, { footholds: acted, recreated, early, outer }).map(noted),
    ...new Set(early.needed.values()),
    ...chosen.blocks,
    ...whole.drafts.map((draft) => ({
      ...draft,
      after: [...draft.after, outer.get(draft.for!)?.id ?? []].flat(),
    })),
  ];
  const ended = new Set(drafts.flatMap(({ kills }) => kills));
  for (const one of wide.held) {
    if (!wide.joined.has(one) && !graph.over[one] && !recreated.cut.includes(one) && !ended.has(one)) {
      refuse(
        one,
        '9: made before',
        `it was minted before ${input.since}, so it is taken for rightful; if the incident began earlier, say so with --since`,
      );
    }
  }
  return {
    drafts: drafts.map((draft) => watched(draft, recreated, outer)),
    cuts: accepted.map(({ draft }) => draft),
    refusals,
    ...repeated(accepted, early),
    changes: made.changes,
    alternatives: alternativesOf(input, accepted),
  };
}

/** Early cuts by the step that cuts the same again. */
function repeated(accepted: readonly Strike[], { needed, all }: EarlyCuts): Pick<Proposal, 'early' | 'firsts'> {
  const by = (early: ReadonlyMap<number, Draft>): [string, Draft][] =>
    accepted.flatMap(({ footholds, draft }) =>
      footholds.flatMap((one): [string, Draft][] => {
        const first = early.get(one);
        return first ? [[draft.id, first]] : [];
      }),
    );
  const firsts = new Map(by(needed));
  return { firsts, early: new Map(by(all).filter(([id]) => !firsts.has(id))) };
}

/** Rule 2: where no outer control is ours to use, the inner one goes now and is read again until somebody sets the outer one. */
function watched(draft: Draft, { self }: Recreation, outer: ReadonlyMap<number, Draft>): Draft {
  if (!self.has(draft.target) || outer.has(draft.target) || (draft.kills.length === 0 && draft.cuts.length === 0)) return draft;
  return {
    ...draft,
    probe: `${draft.probe}; its holder can undo this until it is seen everywhere: read it again after 10 s, 60 s and 5 min`,
    why: `${draft.why}. Its holder has the rights to undo this: a control that it cannot edit (an organization policy) would hold surely`,
  };
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

function whyCut(
  { graph, since }: PlanInput,
  { targets, minters, made }: Pick<Footholds, 'targets' | 'minters'> & { made: readonly number[] },
  { by }: Recreation,
): (foothold: number) => string {
  const isTarget = new Set(targets);
  return (one) => {
    if (isTarget.has(one)) return 'a target: it is cut at its issuer';
    if (made.includes(one)) return `the targets made it since ${since}: it is a way back in`;
    const minter = minters.get(one)?.[0];
    if (minter !== undefined)
      return `minted from ${graph.keys[minter]}${since ? ` since ${since}` : ''}: whoever holds that may hold this`;
    const place = targets.find((target) => contentsOf(graph, target).includes(one));
    if (place !== undefined)
      return `${graph.keys[place]} ${isIdentity(graph, one) ? 'runs as it' : 'holds or reads its value'}: whoever had that has it`;
    const victim = [...by].find(([, others]) => others.includes(one))?.[0];
    return `a holder of the targets reads its value, and it can make ${victim === undefined ? 'a target' : graph.keys[victim]} again`;
  };
}

/** Targets that are no proof and no identity: who had them knows what is in them, whatever becomes of the place. */
const placesOf = (graph: AccessGraph, { targets }: Footholds): number[] =>
  targets.filter((one) => !isProof(graph, one) && !isIdentity(graph, one));

/**
 * What whoever has a place has with it: the values in it and in the places that it reads, and of a host or a job whoever it runs as,
 * which can be asked for a session at any time.
 */
function contentsOf(graph: AccessGraph, place: number): number[] {
  const read = targetsBy(graph, place, ['READS']);
  const values = [place, ...read].flatMap((one) => targetsBy(graph, one, ['EXPOSES', 'HOLDS', 'USES']));
  const inside = [...values, ...targetsBy(graph, place, ['RUNS_AS'])];
  return [...new Set(inside)].filter((one) => isProof(graph, one) || isIdentity(graph, one));
}

/** Instead of places, what is in them. */
function withContents(input: PlanInput, footholds: Footholds): Footholds {
  const { graph } = input;
  const places = placesOf(graph, footholds);
  if (places.length === 0) return footholds;
  const inside = places.flatMap((place) => contentsOf(graph, place));
  const proofs = [...footholds.targets.filter((one) => !places.includes(one)), ...inside];
  return footholdsOf(
    graph,
    proofs.map((one) => graph.keys[one]!),
    input,
  );
}

function placeText(graph: AccessGraph, place: number): string {
  const inside = contentsOf(graph, place).map((one) => graph.keys[one]!);
  return inside.length === 0
    ? 'deleting it takes nothing back from who read it, and it is not known which credential is in it: find out, and plan for that one'
    : `deleting it takes nothing back from who read it; what is in it is cut instead: ${inside.slice(0, 3).join(', ')}${inside.length > 3 ? ` and ${inside.length - 3} more` : ''}`;
}
