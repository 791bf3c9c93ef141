/** `AddUserToGroup`: a user whom one controls gets the rights of a group, within that user's own denies and boundary. */
import type { Held } from '../held.ts';
import type { GroupPrincipal, Principal } from '../principals.ts';
import type { Board } from './path.ts';

export interface GroupPower {
  readonly group: GroupPrincipal;
  readonly held: Held;
}

export const JOIN = 'iam:AddUserToGroup';

export function* groupPowers(board: Board, principal: Principal): Generator<GroupPower> {
  const action = JOIN;
  if (!board.estate.mentions(principal, action)) return;
  for (const group of board.estate.people.groups) {
    if (group.account !== principal.account || group.attached.length === 0) continue;
    const held = board.can(principal, { action, resource: group.record.arn });
    if (held) yield { group, held };
  }
}

/** The user as a member. */
export function asMember(user: Principal, group: GroupPrincipal): Principal {
  const attached = [...user.attached, ...group.attached];
  return { ...user, groups: [...user.groups, group], attached, identity: attached.map((one) => one.policy) };
}
