/** A new user in a group that says more than its maker may: the group's rights, free of the maker's own denies and boundary. */
import { awsArn } from '../../../model/keys.ts';
import { both, type Held } from '../held.ts';
import type { Principal } from '../principals.ts';
import type { Change } from './dormant-version.ts';
import type { GroupPower } from './join-group.ts';
import { anyOf, type Board } from './path.ts';

const CREATE = 'iam:CreateUser';
const USE = ['iam:CreateAccessKey', 'iam:CreateLoginProfile'];
export const NEW_MEMBER_ACTIONS: readonly string[] = [CREATE, ...USE];

export function* newMembers(board: Board, principal: Principal, joins: readonly GroupPower[]): Generator<Change> {
  if (joins.length === 0 || !board.estate.mentions(principal, CREATE)) return;
  const template = `arn:aws:iam::${principal.account}:user/probe`;
  const made = anyOf(USE.map((use): Held | undefined => board.canCreate(principal, [CREATE, use], template)));
  if (!made) return;
  for (const { group, held } of joins) {
    const reason = `${CREATE}; iam:AddUserToGroup of it to ${group.record.name}`;
    yield { changed: memberOf(principal, template, group), held: both(made, held), reason };
  }
}

/** Guardrails are the account's, and so are its maker's. */
function memberOf({ account, guardrails }: Principal, arn: string, group: GroupPower['group']): Principal {
  const name = arn.slice(arn.lastIndexOf('/') + 1);
  return {
    key: awsArn(arn),
    arn,
    name,
    account,
    kind: 'user',
    record: { arn, name, path: '/', uniqueId: '', inline: [], attached: [], tags: new Map(), groups: [group.record.name] },
    requester: { arn, type: 'iam', account },
    groups: [group],
    attached: group.attached,
    identity: group.attached.map((one) => one.policy),
    boundary: null,
    trust: null,
    guardrails,
    absent: [],
    unsure: false,
    serviceLinked: false,
  };
}
