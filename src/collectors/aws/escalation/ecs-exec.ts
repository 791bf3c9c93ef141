import { both, conditional, SURE } from '../held.ts';
import type { Thing } from '../things.ts';
import { valueAt } from '../things.ts';
import type { Board, EscalationPath } from './path.ts';

const EXECUTE = 'ecs:ExecuteCommand';

/** A shell in a running task of a service that was set up for it: control of what its task definition runs as. */
export const ecsExec: EscalationPath = {
  id: 'ecs-execute-command',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html',
  actions: [EXECUTE],
  *find(board, principal) {
    if (!board.mentionsAll(principal, [EXECUTE])) return;
    for (const service of board.things(['AWS::ECS::Service'], principal.account)) {
      const definition = definitionOf(board, service);
      const enabled = saidAt(service, ['enableExecuteCommand', 'EnableExecuteCommand']);
      if (!definition || enabled === false) continue;
      const [prefix, cluster] = [service.arn.slice(0, service.arn.indexOf(':service/')), service.arn.split('/')[1]];
      const held = board.canAll(principal, [
        { action: EXECUTE, resource: `${prefix}:cluster/${cluster}` },
        { action: EXECUTE, resource: `${prefix}:task/${cluster}/probe` },
      ]);
      const gate = enabled === true ? SURE : conditional(`${service.item.name} is set up for commands`, 'unknown');
      if (held) yield { target: definition.key, held: both(held, gate), reason: `${EXECUTE}: a shell in ${service.item.name}` };
    }
  },
};

function definitionOf(board: Board, service: Thing): Thing | undefined {
  const arn = saidAt(service, ['taskDefinition', 'TaskDefinition']);
  return typeof arn === 'string' ? board.estate.things.get(arn) : undefined;
}

const saidAt = (thing: Thing, names: readonly string[]): unknown =>
  names.map((name) => valueAt(thing.item.configuration, [name])).find((value) => value !== undefined);
