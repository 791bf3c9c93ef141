import { undoPlan } from '../app/execute/undo-plan.ts';
import { executeContext } from '../app/revocation.ts';
import type { Exit, Invocation } from './command.ts';
import { answerExecution } from './execution.ts';
import { withApp } from './open.ts';
import { planArgument } from './plan-argument.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  const apply = options['apply'] === true;
  return withApp(invocation, async (app) => {
    const plan = await planArgument(app, invocation.arguments[0] as string);
    const result = await undoPlan(executeContext(app), plan, { apply, actor: app.actor, signal: io.signal });
    return answerExecution({ io, app }, result, { json: options['json'], isRehearsal: !apply });
  });
}
