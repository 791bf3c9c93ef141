/** The ways to be allowed, by who asks, where the thing is, and how its policy means the requester. */
import type { PolicyLayers } from './evaluate.ts';
import type { Gate } from './gates.ts';
import { type Asked, addMatches, type Match } from './match.ts';
import type { Strength } from './principal.ts';
import { needsNoPermission, needsResourcePolicy } from './special-actions.ts';

type Way = readonly Gate[];

const NO_WAY: readonly Way[] = [];

export function waysIn(asked: Asked, layers: PolicyLayers, { isOtherAccount }: { isOtherAccount: boolean }): readonly Way[] {
  const granted = layers.resource ? addMatches([], [layers.resource], asked, 'Allow') : NONE;
  if (asked.who.type !== 'iam') return unlimited(granted, (strength) => strength !== 'account');
  const limits = limitsOf(asked, layers);
  const own = limits && identityGates(asked, layers);
  const identity = own && [...own, ...limits];
  if (isOtherAccount) return identity && granted.length > 0 ? [[...identity, granted]] : NO_WAY;
  const ways: Way[] = unlimited(granted, (strength) => passesLimits(strength, layers));
  if (limits) for (const gate of unlimited(granted, isWithinLimits)) ways.push([...gate, ...limits]);
  if (!identity) return ways;
  if (!needsResourcePolicy(asked.action, asked.resource)) ways.push(identity);
  else if (granted.length > 0) ways.push([granted, ...identity]);
  return ways;
}

const NONE: readonly Match[] = [];

/** One way, of one gate: the grants whose principal is of these kinds. */
function unlimited(granted: readonly Match[], isKind: (strength: Strength) => boolean): Way[] {
  const gate = granted.filter(({ strength }) => strength !== undefined && isKind(strength));
  return gate.length > 0 ? [[gate]] : [];
}

/** A user under a session policy is the user whom a federated session is of: then the session's limits hold. */
function passesLimits(strength: Strength, { session }: PolicyLayers): boolean {
  if (strength === 'user') return !session;
  return strength === 'session' || strength === 'anyone';
}

const isWithinLimits = (strength: Strength): boolean => strength === 'role' || strength === 'others' || strength === 'user';

/**
 * Boundary and session policies, each of which must allow. Undefined when one does not; a federated session without a session
 * policy has no permissions of its own.
 */
function limitsOf(asked: Asked, { boundary, session }: PolicyLayers): Gate[] | undefined {
  if (!session && asked.who.arn?.includes(':federated-user/')) return undefined;
  const gates: Gate[] = [];
  for (const layer of [boundary, session]) {
    if (!layer) continue;
    const gate = addMatches([], layer, asked, 'Allow');
    if (gate.length === 0) return undefined;
    gates.push(gate);
  }
  return gates;
}

/** What the requester's own policies must give: nothing for the root user, who may everything in the account. */
function identityGates(asked: Asked, { identity }: PolicyLayers): Gate[] | undefined {
  if (asked.who.arn?.endsWith(':root') || needsNoPermission(asked.action, asked.who)) return [];
  const gate = addMatches([], identity, asked, 'Allow');
  return gate.length > 0 ? [gate] : undefined;
}
