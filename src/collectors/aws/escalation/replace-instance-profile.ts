import { both, type Held, rankOf } from '../held.ts';
import type { Principal } from '../principals.ts';
import type { Thing } from '../things.ts';
import { heldOver } from './existing-workload.ts';
import { anyOf, type Board, type EscalationPath } from './path.ts';
import { INSTANCE_ROWS } from './workload-rows/instances.ts';

const ATTACH = 'ec2:AssociateIamInstanceProfile';
const REPLACE = 'ec2:ReplaceIamInstanceProfileAssociation';

/**
 * An instance that one may enter is given another profile: control of any role that may be passed to EC2. Systems Manager then
 * reaches it by the new role.
 */
export const replaceInstanceProfile: EscalationPath = {
  id: 'replace-instance-profile',
  source: 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceIamInstanceProfileAssociation.html',
  actions: ['iam:PassRole', ATTACH, REPLACE, ...INSTANCE_ROWS.flatMap((row) => row.actions)],
  *find(board, principal) {
    if (!board.mentionsAll(principal, ['iam:PassRole'])) return;
    if (![ATTACH, REPLACE].some((action) => board.estate.mentions(principal, action))) return;
    const roles = board
      .passable(principal, 'ec2.amazonaws.com')
      .filter(({ role }) => 'trust' in role.record && role.record.instanceProfiles.length > 0);
    for (const { role, held: pass } of roles) {
      const found = surestInstance(board, principal, role);
      if (!found) continue;
      const reason = `iam:PassRole of ${role.name} with ${found.action} on ${found.thing.item.name}: ${found.says}`;
      yield { target: role.key, held: both(pass, found.held), reason };
    }
  },
};

interface Entered {
  readonly held: Held;
  readonly thing: Thing;
  readonly action: string;
  readonly says: string;
}

/** The first instance that is surely entered, or else the first at all. */
function surestInstance(board: Board, principal: Principal, role: Principal): Entered | undefined {
  let found: Entered | undefined;
  for (const thing of board.things(['AWS::EC2::Instance'], principal.account)) {
    const action = thing.runsAs.length > 0 ? REPLACE : ATTACH;
    const given = board.mayReach(principal, action, thing) ? board.can(principal, { action, resource: thing.arn }) : undefined;
    if (!given) continue;
    for (const row of INSTANCE_ROWS) {
      const entered = board.mentionsAll(principal, row.actions) ? heldOver(board, principal, { row, thing, role }) : undefined;
      const held = entered && both(given, entered);
      if (held && anyOf([found?.held, held]) === held) found = { held, thing, action, says: row.says };
    }
    if (found && rankOf(found.held) === 0) break;
  }
  return found;
}
