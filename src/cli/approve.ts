import { approvePlan, withdrawApproval } from '../app/execute/approve-plan.ts';
import { executeContext } from '../app/revocation.ts';
import type { ComposedApp } from '../compose.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  return withApp(invocation, async (app) => {
    if (options['withdraw']) return withdraw(invocation, app);
    const result = await approvePlan(executeContext(app), invocation.arguments[0] as string, { actor: app.actor });
    if (options['json']) printJson(io, result);
    else
      io.out(
        `Plan ${result.plan}: approved by ${result.approvedBy.join(', ')} (${result.approvedBy.length} of ${result.needed} needed), until ${result.expiresAt}.\n`,
      );
    return EXIT.done;
  });
}

async function withdraw({ io, options, arguments: [plan] }: Invocation, app: ComposedApp): Promise<Exit> {
  const result = await withdrawApproval(executeContext(app), plan as string, { actor: app.actor });
  if (options['json']) printJson(io, result);
  else io.out(`Plan ${result.plan}: your approval was taken back (${result.approvedBy.length} of ${result.needed} needed).\n`);
  return EXIT.done;
}
