import { askReport, printReport } from '../app/report.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';
import { planArgument } from './plan-argument.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  return withApp(invocation, async (app) => {
    const report = await askReport(app, await planArgument(app, invocation.arguments[0] as string));
    if (options['json']) printJson(io, report);
    else io.out(printReport(report));
    if (!report.ledger.holds) return EXIT.failed;
    return report.remains.length > 0 || report.open.length > 0 ? EXIT.incomplete : EXIT.done;
  });
}
