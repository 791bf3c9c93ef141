/**
 * What holds an identity back may itself be in reach: a boundary that may be deleted, replaced or rewritten, a policy with a Deny
 * that may be taken away. What remains are the identity's Allows without what was removed.
 */
import { type KeyFact, values } from '../../../iam/aws/facts.ts';
import { both, type Held, SURE } from '../held.ts';
import type { AttachedPolicy, Principal } from '../principals.ts';
import { STRONGEST } from './create-administrator.ts';
import type { Change } from './dormant-version.ts';
import { isRewritable } from './edit-policy.ts';
import type { Board } from './path.ts';

interface Step {
  readonly action: string;
  readonly resource: string;
  readonly facts?: ReadonlyMap<string, KeyFact>;
  readonly apply: (identity: Principal) => Principal;
}

/** The actions of `stepsOn`. */
export const LOOSEN_ACTIONS: readonly string[] = [
  'iam:CreatePolicyVersion',
  'iam:RemoveUserFromGroup',
  ...['User', 'Role'].flatMap((noun) => [`iam:Delete${noun}PermissionsBoundary`, `iam:Put${noun}PermissionsBoundary`]),
  ...['User', 'Role', 'Group'].flatMap((noun) => [`iam:Delete${noun}Policy`, `iam:Detach${noun}Policy`]),
];

const NOUN = { user: 'User', role: 'Role' } as const;

/** Each step is judged under the policies that are left by then: who loosens itself may go on from there. */
export function loosened(board: Board, actor: Principal, over: Principal): Change | undefined {
  let changed = over;
  let held: Held = SURE;
  const taken: string[] = [];
  for (let step = next(); step; step = next()) {
    changed = step.apply(changed);
    held = both(held, step.held);
    taken.push(step.action);
  }
  return taken.length > 0 ? { changed, held, reason: `${[...new Set(taken)].join(', ')} on ${over.name}` } : undefined;

  function next(): (Step & { readonly held: Held }) | undefined {
    const by = actor.arn === over.arn ? changed : actor;
    for (const step of stepsOn(board, changed)) {
      const can = board.estate.mentions(by, step.action) ? board.can(by, step) : undefined;
      if (can) return { ...step, held: can };
    }
    return undefined;
  }
}

function* stepsOn(board: Board, identity: Principal): Generator<Step> {
  if (identity.serviceLinked) return;
  if (identity.boundary !== null) yield* boundarySteps(board, identity);
  for (const one of identity.attached)
    if (one.policy.statements.some(({ effect }) => effect === 'Deny')) yield* denySteps(board, identity, one);
}

function* boundarySteps(board: Board, identity: Principal): Generator<Step> {
  const { boundary, ...record } = identity.record as Principal['record'] & { readonly boundary?: string };
  const apply = (one: Principal): Principal => ({ ...one, boundary: null, record });
  const on = { resource: identity.arn, apply };
  yield { action: `iam:Delete${NOUN[identity.kind]}PermissionsBoundary`, ...on };
  const wide = new Map([['iam:permissionsboundary', values('arn:aws:iam::aws:policy/AdministratorAccess')]]);
  yield { action: `iam:Put${NOUN[identity.kind]}PermissionsBoundary`, ...on, facts: wide };
  if (boundary && isRewritable(board, boundary)) yield { action: 'iam:CreatePolicyVersion', resource: boundary, apply };
}

function* denySteps(board: Board, identity: Principal, one: AttachedPolicy): Generator<Step> {
  const apply = without((other) => other === one);
  if (isRewritable(board, one.name)) yield { action: 'iam:CreatePolicyVersion', resource: one.name, apply };
  yield* holderSteps(one, { arn: identity.arn, noun: NOUN[identity.kind], attached: identity.record.attached });
  for (const group of identity.groups) {
    if (!group.attached.includes(one)) continue;
    const { arn, attached } = group.record;
    yield* holderSteps(one, { arn, noun: 'Group', attached });
    yield { action: 'iam:RemoveUserFromGroup', resource: arn, apply: without((other) => group.attached.includes(other)) };
  }
}

interface Holder {
  readonly arn: string;
  readonly noun: string;
  readonly attached: readonly string[];
}

function* holderSteps(one: AttachedPolicy, { arn, noun, attached }: Holder): Generator<Step> {
  const apply = without((other) => other === one);
  if (one.name.startsWith(`${arn}/`)) yield { action: `iam:Delete${noun}Policy`, resource: arn, apply };
  const facts = new Map([...STRONGEST, ['iam:policyarn', values(one.name)] as const]);
  if (attached.includes(one.name)) yield { action: `iam:Detach${noun}Policy`, resource: arn, facts, apply };
}

const without =
  (goes: (one: AttachedPolicy) => boolean) =>
  (identity: Principal): Principal => {
    const attached = identity.attached.filter((one) => !goes(one));
    return { ...identity, attached, identity: attached.map((one) => one.policy) };
  };
