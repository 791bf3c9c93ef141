import { writeFile } from 'node:fs/promises';
import { planText } from '../analysis/plan/plan-text.ts';
import { planRevocation } from '../app/revocation.ts';
import { MODES } from '../model/plan.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';
import { oneOf, textOption, timeOption, wholeNumber } from './options.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  const mode = oneOf(options, 'mode', MODES);
  const since = timeOption(options, 'since');
  const budgetDown = options['budgetDown'] === undefined ? undefined : wholeNumber(options, 'budgetDown');
  return withApp(invocation, async (app) => {
    const plan = await planRevocation(app, {
      targets: invocation.arguments,
      mode,
      ...(options['offboard'] === true && { offboard: true }),
      ...(since !== undefined && { since }),
      ...(budgetDown !== undefined && { budgetDown }),
    });
    const file = textOption(options, 'out');
    if (file !== undefined) await writeFile(file, `${JSON.stringify(plan, null, 2)}\n`);
    if (options['json']) printJson(io, plan);
    else io.out(planText(plan));
    return EXIT.done;
  });
}
