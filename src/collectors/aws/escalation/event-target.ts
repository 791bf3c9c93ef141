import { both } from '../held.ts';
import { heldOver } from './existing-workload.ts';
import { WORKLOAD_PATHS } from './existing-workload-paths.ts';
import type { EscalationPath } from './path.ts';

/** What a rule's target can do with a role: commands, builds and jobs whose input the rule gives. */
const TARGETS = WORKLOAD_PATHS.filter(({ id }) => ['ssm-send-command', 'codebuild-start-build', 'batch-submit-job'].includes(id));

const PUT = ['events:PutRule', 'events:PutTargets'];

/** A role passed to EventBridge does only what a target does: the workloads that it may thereby steer, not the role itself. */
export const eventTarget: EscalationPath = {
  id: 'event-bridge-target',
  source: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html',
  actions: ['iam:PassRole', ...PUT],
  *find(board, principal) {
    if (!board.mentionsAll(principal, ['iam:PassRole', ...PUT])) return;
    const rule = board.canCreate(principal, PUT, `arn:aws:events:us-east-1:${principal.account}:rule/probe`);
    if (!rule) return;
    for (const { role, held: pass } of board.passable(principal, 'events.amazonaws.com')) {
      for (const row of TARGETS.filter((one) => board.mentionsAll(role, one.actions))) {
        for (const thing of board.things(row.types, principal.account)) {
          const held = board.mayReach(role, row.actions[0] as string, thing) ? heldOver(board, role, { row, thing }) : undefined;
          const reason = `iam:PassRole of ${role.name} with ${PUT.join(', ')}: ${row.says}`;
          if (held) yield { target: thing.key, held: both(both(pass, rule), held), reason };
        }
      }
    }
  },
};
