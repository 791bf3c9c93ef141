import { approvePlan, withdrawApproval } from '../app/execute/approve-plan.ts';
import { executeContext } from '../app/revocation.ts';
import type { ComposedApp } from '../compose.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';
import { planArgument } from './plan-argument.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  return withApp(invocation, async (app) => {
    const plan = await planArgument(app, invocation.arguments[0] as string);
    if (options['withdraw']) return withdraw(invocation, app, plan);
    const result = await approvePlan(executeContext(app), plan, { actor: app.actor });
    if (options['json']) printJson(io, result);
    else
      io.out(
        `Plan ${result.plan}: approved by ${result.approvedBy.join(', ')} (${neededText(result)}), until ${result.expiresAt}.\n`,
      );
    return EXIT.done;
  });
}

const neededText = ({ approvedBy, needed }: { readonly approvedBy: readonly string[]; readonly needed: number }): string =>
  needed === 0 ? 'none is needed' : `${approvedBy.length} of ${needed} needed`;

async function withdraw({ io, options }: Invocation, app: ComposedApp, plan: string): Promise<Exit> {
  const result = await withdrawApproval(executeContext(app), plan, { actor: app.actor });
  if (options['json']) printJson(io, result);
  else io.out(`Plan ${result.plan}: your approval was taken back (${neededText(result)}).\n`);
  return EXIT.done;
}
