import { writeFile } from 'node:fs/promises';
import { planText } from '../analysis/plan/plan-text.ts';
import { planRevocation } from '../app/revocation.ts';
import { UsageError } from '../model/errors.ts';
import { MODES, type SplitRights } from '../model/plan.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';
import { oneOf, textOption, timeOption, wholeNumber } from './options.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  const mode = oneOf(options, 'mode', MODES);
  const since = timeOption(options, 'since');
  const budgetDown = options['budgetDown'] === undefined ? undefined : wholeNumber(options, 'budgetDown');
  const split = splitOption(options);
  return withApp(invocation, async (app) => {
    const plan = await planRevocation(app, {
      targets: invocation.arguments,
      mode,
      ...(options['offboard'] === true && { offboard: true }),
      ...(since !== undefined && { since }),
      ...(budgetDown !== undefined && { budgetDown }),
      ...(split !== undefined && { split }),
    });
    const file = textOption(options, 'out');
    if (file !== undefined) await writeFile(file, `${JSON.stringify(plan, null, 2)}\n`);
    if (options['json']) printJson(io, plan);
    else io.out(planText(plan));
    return EXIT.done;
  });
}

function splitOption(options: Invocation['options']): SplitRights | undefined {
  const isSame = options['sameRights'] === true;
  if (options['split'] === true) return isSame ? 'same' : 'seen';
  if (isSame) throw new UsageError('--same-rights: of the credentials that a shared one is split into; add --split');
  return undefined;
}
