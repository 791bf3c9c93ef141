/**
 * Power over an identity's policies. It yields nothing by itself: whoever also controls the identity may then do whatever its
 * boundary and the guardrails leave (`powers.ts`). Every principal controls itself.
 */
import { type KeyFact, values } from '../../../iam/aws/facts.ts';
import { type Held, surer } from '../held.ts';
import type { GroupPrincipal, Principal } from '../principals.ts';
import { STRONGEST } from './create-administrator.ts';
import { anyOf, type Board } from './path.ts';

export interface PolicyPower {
  readonly over: Principal;
  readonly held: Held;
  readonly reason: string;
}

interface Way {
  readonly action: string;
  /** What is written. */
  readonly on: (identity: Principal, board: Board) => readonly string[];
}

const own = (kind: Principal['kind']) => (identity: Principal) => (identity.kind === kind ? [identity.arn] : []);
const groups = (identity: Principal) => identity.groups.map((group: GroupPrincipal) => group.record.arn);

const roomy = (identity: Principal, board: Board) =>
  identity.attached.map((one) => one.name).filter((name) => isRewritable(board, name));

const MOST_VERSIONS = 5;

/** AWS's own policies cannot be written, and a sixth version needs room. */
export const isRewritable = (board: Board, name: string): boolean =>
  /:iam::\d{12}:policy\//.test(name) && (board.estate.book.record(name)?.versions.length ?? 0) < MOST_VERSIONS;

/** One line for each way of writing a policy that an identity has. */
const WAYS: readonly Way[] = [
  { action: 'iam:PutUserPolicy', on: own('user') },
  { action: 'iam:AttachUserPolicy', on: own('user') },
  { action: 'iam:PutRolePolicy', on: own('role') },
  { action: 'iam:AttachRolePolicy', on: own('role') },
  { action: 'iam:PutGroupPolicy', on: groups },
  { action: 'iam:AttachGroupPolicy', on: groups },
  { action: 'iam:CreatePolicyVersion', on: roomy },
];

export const EDIT_ACTIONS: readonly string[] = WAYS.map(({ action }) => action);

/** By the key of the identity whose policies may be written. */
export function policyPowers(board: Board, principal: Principal): Map<string, PolicyPower> {
  const ways = WAYS.filter(({ action }) => board.estate.mentions(principal, action));
  const found = new Map<string, PolicyPower>();
  if (ways.length === 0) return found;
  for (const over of board.neighbours(principal)) {
    const power = over.serviceLinked ? undefined : powerOver(board, principal, { over, ways });
    if (power) found.set(over.key, power);
  }
  return found;
}

/** Power over the own policies. */
export function selfPower(board: Board, principal: Principal): PolicyPower | undefined {
  const ways = WAYS.filter(({ action }) => board.estate.mentions(principal, action));
  return ways.length > 0 && !principal.serviceLinked ? powerOver(board, principal, { over: principal, ways }) : undefined;
}

function powerOver(
  board: Board,
  principal: Principal,
  { over, ways }: { over: Principal; ways: readonly Way[] },
): PolicyPower | undefined {
  let found: Held | undefined;
  let reason = '';
  for (const { action, on } of ways) {
    const held = anyOf(on(over, board).map((resource) => board.can(principal, { action, resource, facts: factsOf(over) })));
    if (!held || surer(found, held) === found) continue;
    found = held;
    reason = `${action} on ${over.arn === principal.arn ? 'itself' : over.name}`;
  }
  return found && { over, held: found, reason };
}

/** Policies may only be written under a certain boundary: the one that the identity has is a fact. */
function factsOf(over: Principal): ReadonlyMap<string, KeyFact> {
  const boundary = over.record && 'boundary' in over.record ? over.record.boundary : undefined;
  return boundary ? new Map([...STRONGEST, ['iam:permissionsboundary', values(boundary)]]) : STRONGEST;
}
