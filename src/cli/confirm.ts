import { confirmStep } from '../app/execute/confirm-step.ts';
import { executeContext } from '../app/revocation.ts';
import type { Exit, Invocation } from './command.ts';
import { answerExecution } from './execution.ts';
import { withApp } from './open.ts';
import { planArgument, stepArgument } from './plan-argument.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  const [planText, stepText] = invocation.arguments as [string, string];
  return withApp(invocation, async (app) => {
    const plan = await planArgument(app, planText);
    const step = await stepArgument(app, plan, stepText);
    const result = await confirmStep(executeContext(app), plan, step, { actor: app.actor, signal: io.signal });
    return answerExecution({ io, app }, result, { json: options['json'], isRehearsal: false });
  });
}
