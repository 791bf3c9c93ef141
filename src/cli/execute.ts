import { askCascade } from '../app/cascade.ts';
import { executePlan } from '../app/execute/execute-plan.ts';
import { executeContext } from '../app/revocation.ts';
import type { Exit, Invocation } from './command.ts';
import { answerExecution } from './execution.ts';
import { withApp } from './open.ts';
import { duration } from './options.ts';
import { planArgument } from './plan-argument.ts';
import { createProgress } from './progress.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  const apply = options['apply'] === true;
  const holdForMs = duration(options, 'holdFor');
  return withApp(invocation, async (app) => {
    const plan = await planArgument(app, invocation.arguments[0] as string);
    const progress = createProgress(io);
    const result = await executePlan(executeContext(app), plan, {
      apply,
      actor: app.actor,
      signal: io.signal,
      ...(holdForMs !== undefined && { holdForMs }),
      onProgress: ({ done, total, action, target, state }) =>
        progress.show('execute', { done, total, what: `${action} ${target}: ${state}` }),
    }).finally(() => progress.end());
    const said = { json: options['json'], isRehearsal: !apply };
    return answerExecution({ io, app }, result, apply ? { ...said, cascade: await askCascade(app, plan) } : said);
  });
}
