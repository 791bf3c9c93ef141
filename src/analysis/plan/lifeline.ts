/**
 * Rule 7: no step removes the access by which a later step, a probe, an undo, a log or break-glass works. Our own identities and those
 * of break-glass are told to the plan; their reach is computed again without what each step cuts.
 */
import type { AccessGraph } from '../../graph/access-graph.ts';
import { reachFrom } from '../../graph/reach.ts';
import { reachInTurns, type Search } from '../../graph/reach-many.ts';
import type { Refusal } from '../../model/plan.ts';
import { identitiesOf, isProof, proofsOf } from './footholds.ts';
import type { Draft, PlanInput } from './input.ts';
import { maskOf } from './outage.ts';
import { layers } from './waves.ts';

export interface Lifeline {
  /** Keys of identities and credentials that this program works by. */
  readonly self: readonly string[];
  /** Keys of those that people work by when all else fails. */
  readonly breakGlass: readonly string[];
}

export interface Kept {
  readonly drafts: readonly Draft[];
  readonly refusals: readonly Refusal[];
}

/**
 * Steps that would end one of these are left out and refused, with everything for the same target; steps that only take away its way to
 * the targets of others come after those. What is replaced first may end.
 */
export function keepLifeline({ graph, lifeline }: Pick<PlanInput, 'graph' | 'lifeline'>, drafts: readonly Draft[]): Kept {
  const mine = indicesOf(graph, lifeline?.self ?? []);
  const glass = indicesOf(graph, lifeline?.breakGlass ?? []);
  if (mine.length + glass.length === 0) return { drafts, refusals: [] };
  const refusals: Refusal[] = glass.filter((one) => graph.over[one]).map((one) => inactive(graph, one));
  const replaced = new Set(drafts.flatMap(({ action, for: serves }) => (action === 'issue' ? (serves ?? []) : [])));
  const dead = new Set<number>();
  const spared = new Set<number>();
  for (const { target, kills } of drafts) {
    if (kills.length === 0 || replaced.has(target) || spared.has(target)) continue;
    const lost = [...mine, ...glass].find((one) => ends(graph, one, (entity) => dead.has(entity) || kills.includes(entity)));
    if (lost === undefined) {
      for (const one of kills) dead.add(one);
      continue;
    }
    spared.add(target);
    refusals.push({ target: graph.keys[target]!, rule: '7: lifeline', reason: endText(graph, lost, mine.includes(lost)) });
  }
  const left = drafts.filter(({ target, for: serves }) => !spared.has(target) && (serves === undefined || !spared.has(serves)));
  return { drafts: inOrder(graph, left, mine), refusals };
}

const indicesOf = (graph: AccessGraph, keys: readonly string[]): number[] =>
  keys.flatMap((key) => graph.indexOf(key) ?? []).filter((one, i, all) => all.indexOf(one) === i);

/** A proof ends with its last identity, an identity with the last proof that is known of it. */
function ends(graph: AccessGraph, kept: number, isDead: (entity: number) => boolean): boolean {
  const others = isProof(graph, kept) ? identitiesOf(graph, kept) : proofsOf(graph, kept).filter((one) => !graph.over[one]);
  return !graph.over[kept] && (isDead(kept) || (others.length > 0 && others.every(isDead)));
}

/**
 * A step that takes away our way to the target of another one comes after that, or where that contradicts another rule, not before it:
 * then both calls go out in one wave.
 */
function inOrder(graph: AccessGraph, drafts: readonly Draft[], mine: readonly number[]): Draft[] {
  const before = reachFrom(graph, mine, { walk: 'hi' }).facets;
  const onTheWay = drafts.filter(({ cuts }) => cuts.some((r) => before[graph.sources[r]!]! & graph.needs[r]!));
  const all = [...new Set(onTheWay.flatMap(({ cuts }) => cuts))];
  const searches = onTheWay.map(({ cuts }): Search => {
    const own = new Set(cuts);
    return { from: mine, reopened: all.filter((r) => !own.has(r)) };
  });
  const after = new Map<string, string[]>();
  reachInTurns(graph, searches, {
    walk: 'hi',
    without: maskOf(graph, all),
    visit({ facetsOf }, first, count) {
      for (let i = 0; i < count; i++) {
        const draft = onTheWay[first + i]!;
        const lost = drafts.filter(
          ({ target }) => target !== draft.target && before[target] && facetsOf(i, target) !== before[target],
        );
        if (lost.length > 0)
          after.set(
            draft.id,
            lost.map(({ id }) => id),
          );
      }
    },
  });
  const strict = drafts.map((draft) => ({ ...draft, after: [...draft.after, ...(after.get(draft.id) ?? [])] }));
  if (layers(strict).cyclic.length === 0) return strict;
  return drafts.map((draft) => ({ ...draft, notBefore: [...draft.notBefore, ...(after.get(draft.id) ?? [])] }));
}

const endText = (graph: AccessGraph, lost: number, isOurs: boolean): string =>
  isOurs
    ? `interlock itself works by ${graph.keys[lost]}: after this step it could neither see its effect nor undo it. Give it another identity or credential first (--mode retire for what leaked), then plan again`
    : `${graph.keys[lost]} may not be taken away: it is on the deny list, or break-glass by its declared use, which people fall back on when a plan goes wrong. Replace it first, or have its owner cut it by hand`;

const inactive = (graph: AccessGraph, one: number): Refusal => ({
  target: graph.keys[one]!,
  rule: '7: lifeline',
  reason: 'break-glass, and it is inactive or expired: nobody could fall back on it; see to it before the first wave',
});
