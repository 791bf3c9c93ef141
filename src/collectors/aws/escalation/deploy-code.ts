import { both, conditional } from '../held.ts';
import { isRecord } from '../shapes.ts';
import { type Thing, valueAt } from '../things.ts';
import type { EscalationPath } from './path.ts';

const DEPLOY = 'codedeploy:CreateDeployment';
const BESIDES = ['codedeploy:RegisterApplicationRevision', 'codedeploy:GetDeploymentConfig'];

/** A deployment's hooks run as root on the instances of its group. */
export const deployCode: EscalationPath = {
  id: 'code-deploy',
  source: 'https://docs.aws.amazon.com/codedeploy/latest/userguide/auth-and-access-control-permissions-reference.html',
  actions: [DEPLOY, ...BESIDES],
  *find(board, principal) {
    if (!board.mentionsAll(principal, [DEPLOY, ...BESIDES])) return;
    for (const group of board.things(['AWS::CodeDeploy::DeploymentGroup'], principal.account)) {
      const [, region, application] = /^arn:aws[a-z-]*:codedeploy:([^:]*):\d+:deploymentgroup:([^/]+)\//.exec(group.arn) ?? [];
      if (!application) continue;
      const at = `arn:aws:codedeploy:${region}:${principal.account}`;
      const held = board.canAll(principal, [
        { action: DEPLOY, resource: group.arn },
        { action: BESIDES[0] as string, resource: `${at}:application:${application}` },
        { action: BESIDES[1] as string, resource: `${at}:deploymentconfig:CodeDeployDefault.OneAtATime` },
      ]);
      if (!held) continue;
      const fetched = both(held, conditional('the agent of the instance fetches the revision', 'unknown'));
      for (const instance of board.things(['AWS::EC2::Instance'], principal.account))
        if (isIn(instance, group))
          yield { target: instance.key, held: fetched, reason: `${DEPLOY}: ${group.item.name} deploys to it` };
    }
  },
};

/** Any tag filter of the group takes the instance in. */
function isIn(instance: Thing, group: Thing): boolean {
  const filters = ['ec2TagFilters', 'Ec2TagFilters'].flatMap((name) => valueAt(group.item.configuration, [name]) ?? []);
  return filters.filter(isRecord).some((filter) => {
    const [name, value, type] = ['key', 'value', 'type'].map(
      (part) => filter[part] ?? filter[part[0]?.toUpperCase() + part.slice(1)],
    );
    const tags = [...instance.item.tags];
    return tags.some(([tag, said]) => (type === 'VALUE_ONLY' || tag === name) && (type === 'KEY_ONLY' || said === value));
  });
}
