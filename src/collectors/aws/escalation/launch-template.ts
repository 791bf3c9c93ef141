import { both, conditional } from '../held.ts';
import { valueAt } from '../things.ts';
import type { EscalationPath } from './path.ts';

const GROUP = 'AWS::AutoScaling::AutoScalingGroup';

/**
 * An Auto Scaling group starts instances from a launch template, and AWS's own linked role passes the instance profile: whoever
 * writes the version that the group takes chooses the role, without PassRole. A group that pins a number is safe.
 */
export const launchTemplate: EscalationPath = {
  id: 'launch-template',
  source: 'https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html',
  actions: ['ec2:CreateLaunchTemplateVersion', 'ec2:ModifyLaunchTemplate'],
  *find(board, principal) {
    if (!board.mentionsAll(principal, ['ec2:CreateLaunchTemplateVersion'])) return;
    for (const group of board.things([GROUP], principal.account)) {
      const id = valueAt(group.item.configuration, ['launchTemplate', 'launchTemplateId']);
      const version = valueAt(group.item.configuration, ['launchTemplate', 'version']);
      if (typeof id !== 'string' || (version !== '$Default' && version !== '$Latest')) continue;
      const resource = `arn:aws:ec2:${group.item.region}:${group.item.account}:launch-template/${id}`;
      const actions = ['ec2:CreateLaunchTemplateVersion', ...(version === '$Default' ? ['ec2:ModifyLaunchTemplate'] : [])];
      const held = board.canAll(
        principal,
        actions.map((action) => ({ action, resource })),
      );
      if (!held) continue;
      const launched = both(held, conditional(`${group.item.name} starts an instance`, 'time'));
      for (const { role, held: trusted } of board.trusting('ec2.amazonaws.com', principal.account)) {
        if (!('trust' in role.record) || role.record.instanceProfiles.length === 0) continue;
        const reason = `${actions.join(', ')}: ${group.item.name} starts what the template says`;
        yield { target: role.key, held: both(launched, trusted), reason };
      }
    }
  },
};
