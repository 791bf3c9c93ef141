/**
 * What still helps where a foothold may not be cut and its way on cannot be blocked: its identity capped at reading, where reading is
 * all that it was seen doing, and a short life for the sessions that it goes on minting.
 */
import { type AccessGraph, entityKindAt, nameAt } from '../../graph/access-graph.ts';
import { draftOf, keysOf, subjectOf } from './draft.ts';
import { identitiesOf, isProof, leavingOf, sourcesBy, targetsBy } from './footholds.ts';
import type { Draft, PlanInput } from './input.ts';
import { systemOf } from './steps/index.ts';
import { texts } from './touched.ts';

export type CapInput = Pick<PlanInput, 'graph' | 'facts' | 'connectorOf'>;

/** The foothold itself, or what it stands for. */
export const standsFor = (graph: AccessGraph, foothold: number): number[] =>
  isProof(graph, foothold) ? identitiesOf(graph, foothold) : [foothold];

/** A cap takes away every way into roles; what else it takes away no relationship shows, so the figures do not count on it. */
export function boundOf(input: CapInput, identity: number, foothold: number): Draft | undefined {
  const { graph } = input;
  const ways = leavingOf(graph, identity).filter((r) => nameAt(graph, r).kind === 'CAN_ASSUME');
  const system = systemOf(graph.keys[identity]!);
  const seen = ways.length > 0 && system.bound ? seenActions(input, identity) : undefined;
  const control = seen && system.bound?.(subjectOf(input, identity), seen);
  if (!control) return undefined;
  const roles = keysOf(
    graph,
    ways.map((r) => graph.targets[r]!),
  );
  return draftOf(input, {
    target: identity,
    ...(identity !== foothold && { for: foothold }),
    control,
    cuts: ways,
    removes: ways,
    purpose: 'cap',
    why: `where ${graph.keys[foothold]} may not be cut: all that ${graph.keys[identity]} was seen doing is reading, so it is capped at that; without this it goes on to ${roles.length === 1 ? roles[0] : `${roles.length} roles`}, and may change what it reads`,
  });
}

/** Of the identity and its sessions; undefined where nothing was seen, or not what was done. */
function seenActions({ graph, facts }: CapInput, identity: number): string[] | undefined {
  const sessions = sourcesBy(graph, identity, ['AUTHENTICATES_AS', 'ACTS_FOR']);
  const actions = new Set<string>();
  for (const actor of [identity, ...sessions]) {
    for (let r = graph.starts[actor]!; r < graph.starts[actor + 1]!; r++) {
      const name = nameAt(graph, r);
      if (name.kind !== 'ACCESSED') continue;
      const found = texts(facts.relationship?.(name)?.properties?.['actions']);
      if (found.length === 0) return undefined;
      for (const one of found) actions.add(one);
    }
  }
  return actions.size === 0 ? undefined : [...actions].sort();
}

/** Of what issues the sessions that the foothold was seen to mint, and of the foothold's own identity. */
export function shortensOf(input: CapInput, foothold: number): Draft[] {
  const { graph } = input;
  const minted = targetsBy(graph, foothold, ['MINTED']).filter(
    (one) => entityKindAt(graph, one) === 'Session' && !graph.over[one],
  );
  const issuers = new Set([...standsFor(graph, foothold), ...minted.flatMap((one) => identitiesOf(graph, one))]);
  return [...issuers].flatMap((issuer) => {
    const control = systemOf(graph.keys[issuer]!).shorten?.(subjectOf(input, issuer));
    if (!control || minted.length === 0) return [];
    return draftOf(input, {
      target: issuer,
      ...(issuer !== foothold && { for: foothold }),
      control,
      why: `where ${graph.keys[foothold]} may not be cut it goes on minting sessions of ${graph.keys[issuer]}: from now on each ends soon. Sessions that are out keep their time, and who asks for longer ones is refused`,
    });
  });
}
