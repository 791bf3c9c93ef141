/**
 * Power over the policies of others, and no known way to act as any of them: it takes one more possession, a proof of the identity
 * that is raised.
 *
 *   R ── may write the policies of ──► U      somebody's proof of U      both together ⇒ whatever U may become
 *
 * Neither alone yields anything, so the edge is a gate of the class `combined`, never definite, and its parts are named.
 */
import { allowEverything, statementsFor } from '../../../iam/aws/document.ts';
import { awsAccount } from '../../../model/keys.ts';
import { both, conditional, type Held, surer } from '../held.ts';
import type { Principal } from '../principals.ts';
import { canCreateAdministrator } from './create-administrator.ts';
import { EDIT_ACTIONS, type PolicyPower, selfPower } from './edit-policy.ts';
import { asMember, type GroupPower } from './join-group.ts';
import type { Board, Escalation } from './path.ts';

/** What a principal may do to the policies of others. */
export interface OverOthers {
  readonly edits: ReadonlyMap<string, PolicyPower>;
  readonly joins: readonly GroupPower[];
  /** May take something away, or bring an old version back. */
  readonly rewrites: boolean;
  readonly mayChange: boolean;
}

interface Asked {
  readonly board: Board;
  readonly powers: { limitOf(over: Principal): Held | undefined };
  readonly principal: Principal;
  readonly over: OverOthers;
}

interface Way {
  readonly whom: Principal;
  readonly held: Held;
  readonly reason: string;
}

/** The surest held power that makes somebody an administrator of the account. */
export function withSomebody(asked: Asked): Escalation | undefined {
  let best: Held | undefined;
  let found: Way[] = [];
  for (const way of [...edited(asked), ...joined(asked)]) {
    const better = surer(best, way.held) !== best;
    if (better) found = [];
    if (better || surer(way.held, best) === way.held) found.push(way);
    best = surer(best, way.held);
  }
  const [first] = found;
  if (!best || !first) return undefined;
  const gate = conditional(`a proof of ${listed(found)}, which it may raise, comes together with it`, 'combined');
  return { target: awsAccount(asked.principal.account), held: both(best, gate), reason: `${first.reason}: whoever acts as it` };
}

function* edited({ powers, principal, over }: Asked): Generator<Way> {
  for (const { over: whom, held, reason } of over.edits.values()) {
    const limit = whom === principal ? undefined : powers.limitOf(whom);
    if (limit) yield { whom, held: both(held, limit), reason };
  }
}

/** One member is enough for each group. */
function* joined({ board, principal, over }: Asked): Generator<Way> {
  for (const { group, held } of over.joins.filter((one) => mayEmpower(one.group))) {
    for (const whom of board.neighbours(principal)) {
      if (whom.kind !== 'user' || whom === principal || whom.groups.includes(group)) continue;
      const limit = asAdministrator(board, asMember(whom, group));
      if (!limit) continue;
      yield { whom, held: both(held, limit), reason: `iam:AddUserToGroup of ${whom.name} to ${group.record.name}` };
      break;
    }
  }
}

const EMPOWERING = ['iam:CreateUser', 'iam:CreateRole', ...EDIT_ACTIONS].map((action) => action.toLowerCase());

/** A cheap no: a group without such a right makes nobody an administrator. */
const mayEmpower = (group: GroupPower['group']): boolean =>
  group.attached.some(({ policy }) =>
    EMPOWERING.some((action) => statementsFor(policy, action).some((statement) => statement.effect === 'Allow')),
  );

function asAdministrator(board: Board, member: Principal): Held | undefined {
  const already = canCreateAdministrator(board, member);
  if (already) return already;
  const self = selfPower(board, member);
  const limit = self && canCreateAdministrator(board, { ...member, identity: [...member.identity, allowEverything] });
  return limit && both(self.held, limit);
}

const SHOWN = 3;

function listed(ways: readonly Way[]): string {
  const names = [...new Set(ways.map(({ whom }) => whom.name))].sort();
  const rest = names.length - SHOWN;
  return rest > 0 ? `${names.slice(0, SHOWN).join(', ')} or ${rest} others` : names.join(' or ');
}
