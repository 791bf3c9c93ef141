/** The main cut of each foothold: the smallest thing that can be cut separately, by the least final control that its system has. */
import { entityKindAt } from '../../graph/access-graph.ts';
import { counted } from '../../model/counted.ts';
import { deathBy } from '../../model/deaths.ts';
import { draftOf, keysOf, subjectOf } from './draft.ts';
import { enteringBy, type Footholds, identitiesOf, isIdentity, leavingOf, sourcesBy } from './footholds.ts';
import type { Draft, PlanInput } from './input.ts';
import { systemOf } from './steps/index.ts';
import { untrusted } from './untrusting.ts';

/** The steps that cut one or several footholds, before anything is said of budgets. */
export interface Strike {
  readonly footholds: readonly number[];
  readonly draft: Draft;
  /** Reads what the cut destroys; in an earlier wave. */
  readonly save?: Draft;
  readonly isSession: boolean;
}

export type StrikeInput = Pick<PlanInput, 'graph' | 'facts' | 'connectorOf'>;

/** Of footholds that still work. Those that no system can act on are left out. */
export function strikesOf(
  input: StrikeInput,
  footholds: Footholds,
  acted: readonly number[],
  whys: (foothold: number) => string,
): Strike[] {
  const { graph } = input;
  const sessions = acted.filter((one) => entityKindAt(graph, one) === 'Session');
  const others = acted.filter((one) => entityKindAt(graph, one) !== 'Session');
  return [
    ...others.flatMap((one) => {
      const outside = outsideStrikes(input, one, whys(one));
      const isOurs = entityKindAt(graph, one) !== 'External';
      const own = isOurs || outside.length === 0 ? strikeOf(input, one, { footholds, why: whys(one) }) : undefined;
      return own ? [...outside, own] : outside;
    }),
    ...sessionStrikes(input, footholds, sessions),
  ];
}

/** Where others trust it: of an identity that is not ours, and of one of ours whose own system has no say there. */
function outsideStrikes(input: StrikeInput, foothold: number, why: string): Strike[] {
  const isOurs = entityKindAt(input.graph, foothold) !== 'External';
  const where = `${why.replace('at its issuer', 'where it is trusted')}; ${isOurs ? 'its own system has no say there' : 'its issuer is not ours'}`;
  return untrusted(input, foothold, where).map((draft) => ({ footholds: [foothold], draft, isSession: false }));
}

function strikeOf(
  input: StrikeInput,
  foothold: number,
  { footholds, why }: { footholds: Footholds; why: string },
): Strike | undefined {
  const { graph } = input;
  const system = systemOf(graph.keys[foothold]!);
  const subject = subjectOf(input, foothold);
  const control = system.contain(subject);
  if (!control) return undefined;
  const saving = system.endsSessions ? system.save(subject) : undefined;
  const save: Draft | undefined = saving && {
    ...draftOf(input, { target: foothold, control: saving, why: 'the next step ends these sessions; who they were is evidence' }),
    continue: true,
  };
  const minted = [...footholds.minters]
    .filter(([child, minters]) => minters.includes(foothold) && !graph.over[child])
    .map(([child]) => child);
  const diesWithIt = deathBy({ key: graph.keys[foothold]!, ...control }).minted === 'gone';
  const draft = draftOf(input, {
    target: foothold,
    control,
    cuts: [...leavingOf(graph, foothold), ...entriesOf(input, foothold, footholds)],
    kills: [foothold, ...(diesWithIt ? minted : [])],
    residual: diesWithIt ? [] : minted,
    ...(save && { needs: [save.id] }),
    why,
  });
  return { footholds: [foothold], draft, ...(save && { save }), isSession: false };
}

/** A host that can be cut off as a whole, by a control of its own system. */
export function hostStrike(input: StrikeInput, host: number): Strike | undefined {
  const { graph } = input;
  if (entityKindAt(graph, host) !== 'Workload' || graph.over[host]) return undefined;
  const control = systemOf(graph.keys[host]!).contain(subjectOf(input, host));
  if (!control || control.byHand) return undefined;
  const draft = draftOf(input, {
    target: host,
    control,
    cuts: leavingOf(graph, host),
    kills: [host],
    why: 'a target: it is cut off where it runs, and what it holds and runs as is cut as well',
  });
  return { footholds: [host], draft, isSession: false };
}

/** An identity that is denied is also no use to the held proofs of it. */
function entriesOf({ graph }: StrikeInput, foothold: number, { held }: Footholds): number[] {
  if (!isIdentity(graph, foothold)) return [];
  const isHeld = new Set(held);
  return enteringBy(graph, foothold, ['AUTHENTICATES_AS']).filter((r) => isHeld.has(graph.sources[r]!));
}

/** One cutoff ends all sessions of an identity; those of one minter are one step. */
function sessionStrikes(input: StrikeInput, footholds: Footholds, sessions: readonly number[]): Strike[] {
  const { graph } = input;
  const isTarget = new Set(footholds.targets);
  const groups = new Map<string, { identity: number; minter: number | undefined; members: number[] }>();
  for (const session of sessions) {
    const identity = identitiesOf(graph, session)[0] ?? session;
    const minter = rootMinter(input, footholds, session);
    const id = isTarget.has(session) ? `${session}` : `${identity} of ${minter}`;
    const group = groups.get(id) ?? { identity, minter, members: [] };
    group.members.push(session);
    groups.set(id, group);
  }
  return [...groups.values()].flatMap((group) => sessionStrike(input, footholds, group) ?? []);
}

/** What began the chain of sessions that this one is of. */
function rootMinter({ graph }: StrikeInput, { minters }: Footholds, session: number): number | undefined {
  const seen = new Set([session]);
  let at: number | undefined = session;
  let root: number | undefined;
  while (at !== undefined) {
    const next: number | undefined = [...(minters.get(at) ?? [])].filter((one) => !seen.has(one)).sort((a, b) => a - b)[0];
    if (next === undefined) break;
    seen.add(next);
    root = next;
    at = entityKindAt(graph, next) === 'Session' ? next : undefined;
  }
  return root;
}

function sessionStrike(
  input: StrikeInput,
  footholds: Footholds,
  { identity, minter, members }: { identity: number; minter: number | undefined; members: readonly number[] },
): Strike | undefined {
  const { graph } = input;
  const target = [...members].sort((a, b) => (graph.keys[a]! < graph.keys[b]! ? -1 : 1))[0]!;
  const system = systemOf(graph.keys[identity]!);
  const control = system.endSessions?.(subjectOf(input, target), subjectOf(input, identity));
  if (!control) return wholeStrike(input, { identity, minter, members });
  const collateral = sourcesBy(graph, identity, ['AUTHENTICATES_AS', 'ACTS_FOR']).filter(
    (one) => entityKindAt(graph, one) === 'Session' && !graph.over[one],
  );
  const others = collateral.filter((one) => !members.includes(one));
  // Taken for rightful, but a holder of the root may hold them: the cutoff ends them all the same.
  const sameRoot = others.filter((one) => minter !== undefined && rootMinter(input, footholds, one) === minter);
  const count = members.length === 1 ? 'the session' : `${members.length} sessions`;
  const draft = draftOf(input, {
    target,
    ...(minter !== undefined && { for: minter }),
    control: { ...control, parameters: { ...control.parameters, sessions: keysOf(graph, members) } },
    cuts: [...members, ...sameRoot].flatMap((one) => leavingOf(graph, one)),
    kills: [...new Set([...members, ...collateral])],
    why: `${count} of ${graph.keys[identity]} ${minter === undefined ? 'still works' : `minted from ${graph.keys[minter]} outlive${members.length === 1 ? 's' : ''} it`}; the cutoff comes once minting has stopped${
      others.length > 0 ? `; it also ends ${counted(others.length, 'other session')} of it, which will be taken again` : ''
    }`,
  });
  return { footholds: members, draft, isSession: true };
}

/** Rule 10: up to the identity where its system cannot end a session by itself. */
function wholeStrike(
  input: StrikeInput,
  { identity, minter, members }: { identity: number; minter: number | undefined; members: readonly number[] },
): Strike | undefined {
  const { graph } = input;
  const control = systemOf(graph.keys[identity]!).denyIdentity?.(subjectOf(input, identity));
  if (!control) return undefined;
  const draft = draftOf(input, {
    target: identity,
    for: members[0]!,
    // Taken back it gives the live sessions their rights again.
    control: { ...control, reversibility: 'R!' },
    cuts: leavingOf(graph, identity),
    kills: [identity],
    why: `its system cannot end ${graph.keys[members[0]!]}${members.length > 1 ? ` and ${members.length - 1} more` : ''} without the whole identity${minter === undefined ? '' : `; after what minted ${members.length === 1 ? 'it' : 'them'}`}`,
  });
  return { footholds: members, draft, isSession: true };
}

export const byFoothold = (strikes: readonly Strike[]): ReadonlyMap<number, Strike> =>
  new Map(strikes.flatMap((strike) => strike.footholds.map((one) => [one, strike] as const)));

/** All of each: an identity that others trust is cut at each of them. */
export function allByFoothold(strikes: readonly Strike[]): ReadonlyMap<number, readonly Strike[]> {
  const found = new Map<number, Strike[]>();
  for (const strike of strikes) for (const one of strike.footholds) found.set(one, [...(found.get(one) ?? []), strike]);
  return found;
}
