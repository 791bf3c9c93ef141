import { approvePlan } from '../app/execute/approve-plan.ts';
import { executeContext } from '../app/revocation.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  return withApp(invocation, async (app) => {
    const result = await approvePlan(executeContext(app), invocation.arguments[0] as string, { actor: app.actor });
    if (options['json']) printJson(io, result);
    else
      io.out(
        `Plan ${result.plan}: approved by ${result.approvedBy.join(', ')} (${result.approvedBy.length} of ${result.needed} needed), until ${result.expiresAt}.\n`,
      );
    return EXIT.done;
  });
}
