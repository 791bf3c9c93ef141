/**
 * The verdict on one request, from every layer of policy that bears on it.
 *
 *   explicit deny in any layer ─► no
 *   resource control, service control, endpoint: each level must allow
 *   same account:   the resource policy names the user or session, or everybody   ─► yes
 *                   it names the role          ∩ boundary ∩ session              ─► yes
 *                   an identity policy         ∩ boundary ∩ session              ─► yes (KMS keys and roles: their policy must delegate)
 *   other account:  identity policy ∩ boundary ∩ session, and the resource policy
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
import type { Policy } from './document.ts';
import type { KeyFacts } from './facts.ts';
import { cheapest, type Gate } from './gates.ts';
import { guardsOf } from './guards.ts';
import { type Asked, addMatches, type Match } from './match.ts';
import type { Requester } from './principal.ts';
import { escapeFrom, type Residue } from './residue.ts';
import { isAlwaysAllowed, isBucketRescue, isNeverAllowed, resourceAsked } from './special-actions.ts';
import { waysIn } from './ways.ts';

export interface AccessRequest {
  readonly who: Requester;
  /** `service:Action`, any case. */
  readonly action: string;
  /** An ARN, or `*` for actions without a resource. */
  readonly resource: string;
  readonly resourceAccount?: string;
  readonly facts: KeyFacts;
}

export interface PolicyLayers {
  readonly identity: readonly Policy[];
  readonly boundary?: readonly Policy[] | null;
  readonly session?: readonly Policy[] | null;
  readonly resource?: Policy | null;
  /** One list per level, root first; no levels: service control does not apply. */
  readonly serviceControl?: readonly (readonly Policy[])[];
  readonly resourceControl?: readonly (readonly Policy[])[];
  readonly endpoint?: readonly Policy[] | null;
}

export const VERDICTS = ['allowed', 'conditional', 'implicit-deny', 'explicit-deny'] as const;

export interface Decision {
  readonly policy: string;
  readonly statement: string;
  readonly effect: 'Allow' | 'Deny';
}

export interface Verdict {
  readonly verdict: (typeof VERDICTS)[number];
  /** The statements that decided. */
  readonly because: readonly Decision[];
  /** What the caller's request must still bring; each must hold. Of several ways to be allowed, the easiest. */
  readonly conditions: readonly Residue[];
}

export function evaluate(request: AccessRequest, layers: PolicyLayers): Verdict {
  const asked = askedOf(request, layers);
  if (isAlwaysAllowed(asked.action, asked.who)) return ALLOWED;
  if (isNeverAllowed(asked.action, asked.who)) return DENIED;
  const isOtherAccount = isAcrossAccounts(request);
  const isRescue = isBucketRescue(asked.action, asked.who, isOtherAccount);
  const guards = guardsOf(asked, layers);
  const denials = addDenials(layers, asked, isRescue);
  for (const { policies } of guards) addMatches(denials, policies, asked, 'Deny');
  const sure = denials.filter((match) => match.residues.length === 0);
  if (sure.length > 0) return { verdict: 'explicit-deny', because: sure.map(decisionOf), conditions: [] };
  const opened: Gate[] = [];
  for (const { policies, isOpen } of guards) {
    if (isOpen) continue;
    const gate = addMatches([], policies, asked, 'Allow');
    if (gate.length === 0) return DENIED;
    opened.push(gate);
  }
  const ways = waysIn(asked, layers, { isOtherAccount });
  return ways.length === 0 ? DENIED : verdictOf(ways, opened, denials);
}

const ALLOWED: Verdict = { verdict: 'allowed', because: [], conditions: [] };
const DENIED: Verdict = { verdict: 'implicit-deny', because: [], conditions: [] };

function askedOf({ who, action, resource, facts }: AccessRequest, { boundary }: PolicyLayers): Asked {
  const lower = action.toLowerCase();
  return { who, action: lower, resource: resourceAsked(lower, resource), facts, isBounded: (boundary ?? null) !== null };
}

const isAcrossAccounts = ({ who, resourceAccount }: AccessRequest): boolean =>
  who.account !== undefined && resourceAccount !== undefined && who.account !== resourceAccount;

function addDenials(layers: PolicyLayers, asked: Asked, isRescue: boolean): Match[] {
  const denials = addMatches([], layers.identity, asked, 'Deny');
  if (layers.boundary) addMatches(denials, layers.boundary, asked, 'Deny');
  if (layers.session) addMatches(denials, layers.session, asked, 'Deny');
  if (layers.resource && !isRescue) addMatches(denials, [layers.resource], asked, 'Deny');
  return denials;
}

/** A Deny that may apply must be escaped from. When nothing can be met together with the rest, the request is denied. */
function verdictOf(ways: readonly (readonly Gate[])[], opened: readonly Gate[], denials: readonly Match[]): Verdict {
  const escapes = denials.map((denial) => escapeFrom(denial.residues)).filter((residue) => residue !== undefined);
  const found = cheapest(
    ways.map((way) => [...way, ...opened]),
    escapes,
  );
  if (!found) return DENIED;
  const because = [...found.matches, ...denials].map(decisionOf);
  return { verdict: found.conditions.length > 0 ? 'conditional' : 'allowed', because, conditions: found.conditions };
}

const decisionOf = ({ policy, statement }: Match): Decision => ({ policy, statement: statement.id, effect: statement.effect });
