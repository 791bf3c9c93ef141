/** What can still be done for a proof that may not be cut: a fence around its legitimate consumers, or its way into roles. */
import ipaddr from 'ipaddr.js';
import { entityKindAt, nameAt } from '../../graph/access-graph.ts';
import { boundOf, standsFor } from './caps.ts';
import { draftOf, keysOf, subjectOf } from './draft.ts';
import { enteringBy, leavingOf } from './footholds.ts';
import type { Draft, PlanInput } from './input.ts';
import { systemOf } from './steps/index.ts';
import type { Strike } from './strikes.ts';
import type { Alternative } from './tradeoff.ts';

type RungInput = Pick<PlanInput, 'graph' | 'facts' | 'connectorOf' | 'since'>;

/**
 * The same cut by a fence: only where it is known since when the attacker is there, and every network from which the proof was used
 * before is an address. Networks that were first seen later may be the attacker's, and stay outside.
 */
export function fenceOf(input: RungInput, strike: Strike): Strike | undefined {
  if (strike.isSession || strike.footholds.length !== 1) return undefined;
  const [fence] = fencesOf(input, strike.footholds);
  return fence && { footholds: strike.footholds, draft: { ...fence, residual: strike.draft.residual }, isSession: false };
}

function networksBefore({ graph, facts }: RungInput, proof: number, since: string): string[] | undefined {
  const networks = new Set<string>();
  for (const r of enteringBy(graph, proof, ['USES'])) {
    const consumer = graph.sources[r]!;
    if (entityKindAt(graph, consumer) !== 'Origin') continue;
    const seen = facts.relationship?.(nameAt(graph, r))?.firstSeen;
    if (seen === undefined) return undefined;
    if (seen >= since) continue;
    const address = /^origin:([^/]+)/.exec(graph.keys[consumer]!)?.[1] ?? '';
    if (!ipaddr.isValid(address)) return undefined;
    networks.add(address);
  }
  return networks.size > 0 ? [...networks].sort() : undefined;
}

/** A fence for each proof for which one can be drawn. */
export function fencesOf(input: RungInput, proofs: readonly number[]): Draft[] {
  const { graph, since } = input;
  if (since === undefined) return [];
  return proofs.flatMap((proof) => {
    const networks = networksBefore(input, proof, since);
    const control = networks && systemOf(graph.keys[proof]!).fence?.(subjectOf(input, proof), networks);
    return control
      ? draftOf(input, { target: proof, control, cuts: leavingOf(graph, proof), why: fenceWhy(graph.keys[proof]!, since) })
      : [];
  });
}

const fenceWhy = (key: string, since: string): string =>
  `where cutting ${key} stops too much, the fence lets only the networks that used it before ${since} go on. It does not stop an attacker inside them`;

/** Takes from the identity behind a proof the right to assume roles, or caps it at what it was seen doing. The proof itself lives. */
export function assumeBlocksOf(input: RungInput, foothold: number): Draft[] {
  const { graph } = input;
  return standsFor(graph, foothold).flatMap((identity) => {
    const ways = leavingOf(graph, identity).filter((r) => nameAt(graph, r).kind === 'CAN_ASSUME');
    const roles = keysOf(
      graph,
      ways.map((r) => graph.targets[r]!),
    );
    const control = ways.length > 0 && systemOf(graph.keys[identity]!).denyAssume?.(subjectOf(input, identity), roles);
    if (!control) return boundOf(input, identity, foothold) ?? [];
    return draftOf(input, {
      target: identity,
      ...(identity !== foothold && { for: foothold }),
      control,
      cuts: ways,
      removes: ways,
      why: `where ${graph.keys[foothold]} may not be cut: without this it goes on to ${roles.length === 1 ? roles[0] : `${roles.length} roles`}`,
    });
  });
}

/** What could be done instead of a cut that would break something: weighed beside it, and left to a person. */
export function alternativesOf(input: RungInput, accepted: readonly Strike[]): Alternative[] {
  return accepted.flatMap((strike) => {
    const { draft: instead } = strike;
    if (strike.isSession || strike.footholds.length !== 1 || instead.action === 'reduce') return [];
    const fence = fenceOf(input, strike)?.draft;
    const blocks = assumeBlocksOf(input, strike.footholds[0]!);
    return [
      ...(fence ? [{ instead, draft: fence, isFence: true }] : []),
      ...blocks.map((draft) => ({ instead, draft, isFence: false })),
    ];
  });
}
