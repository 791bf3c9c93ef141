/** What can still be done for a proof that may not be cut: a fence around its legitimate consumers, or its way into roles. */
import { isIP } from 'node:net';
import { entityKindAt, nameAt } from '../../graph/access-graph.ts';
import { draftOf, keysOf, subjectOf } from './draft.ts';
import { enteringBy, identitiesOf, leavingOf } from './footholds.ts';
import type { Draft, PlanInput } from './input.ts';
import { systemOf } from './steps/index.ts';
import type { Strike } from './strikes.ts';

type RungInput = Pick<PlanInput, 'graph' | 'facts' | 'connectorOf' | 'since'>;

/**
 * The same cut by a fence: only where it is known since when the attacker is there, and every network from which the proof was used
 * before is an address. Networks that were first seen later may be the attacker's, and stay outside.
 */
export function fenceOf(input: RungInput, strike: Strike): Strike | undefined {
  const { graph, since } = input;
  const foothold = strike.footholds[0]!;
  if (since === undefined || strike.isSession || strike.footholds.length !== 1) return undefined;
  const networks = networksBefore(input, foothold, since);
  const control = networks && systemOf(graph.keys[foothold]!).fence?.(subjectOf(input, foothold), networks);
  if (!control) return undefined;
  const draft = draftOf(input, {
    target: foothold,
    control,
    cuts: leavingOf(graph, foothold),
    residual: strike.draft.residual,
    why: `cutting ${graph.keys[foothold]} would stop more than the budget allows; the fence lets only the networks that used it before ${since} go on. It does not stop an attacker inside them`,
  });
  return { footholds: strike.footholds, draft, isSession: false };
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
    if (!isIP(address)) return undefined;
    networks.add(address);
  }
  return networks.size > 0 ? [...networks].sort() : undefined;
}

/** Takes from the identity behind a proof the right to assume roles. The proof itself lives. */
export function assumeBlocksOf(input: RungInput, foothold: number): Draft[] {
  const { graph } = input;
  return identitiesOf(graph, foothold).flatMap((identity) => {
    const ways = leavingOf(graph, identity).filter((r) => nameAt(graph, r).kind === 'CAN_ASSUME');
    const roles = keysOf(
      graph,
      ways.map((r) => graph.targets[r]!),
    );
    const control = ways.length > 0 && systemOf(graph.keys[identity]!).denyAssume?.(subjectOf(input, identity), roles);
    if (!control) return [];
    return draftOf(input, {
      target: identity,
      for: foothold,
      control,
      cuts: ways,
      removes: ways,
      why: `${graph.keys[foothold]} may not be cut within the budget; without this it goes on to ${roles.length === 1 ? roles[0] : `${roles.length} roles`}`,
    });
  });
}
