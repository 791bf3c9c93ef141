import { askReport, printReport } from '../app/report.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  const [plan = ''] = invocation.arguments;
  return withApp(invocation, async (app) => {
    const report = await askReport(app, plan);
    if (options['json']) printJson(io, report);
    else io.out(printReport(report));
    if (!report.ledger.holds) return EXIT.failed;
    return report.remains.length > 0 || report.open.length > 0 ? EXIT.incomplete : EXIT.done;
  });
}
