import { ledgerRecords, verifyLedger } from '../app/audit.ts';
import { counted } from '../model/counted.ts';
import { UsageError } from '../model/errors.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';
import { textOption } from './options.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  const [act] = invocation.arguments;
  if (act !== 'verify' && act !== 'export') throw new UsageError('audit: expected verify or export');
  const head = textOption(options, 'head');
  if (head !== undefined && !/^[0-9a-f]{64}$/.test(head))
    throw new UsageError(`--head: expected the 64 hexadecimal digits of a hash, found ${head}`);
  return withApp(invocation, async (app) => {
    if (act === 'export') {
      for await (const record of ledgerRecords(app.store)) io.out(`${JSON.stringify(record)}\n`);
      return EXIT.done;
    }
    const verified = await verifyLedger(app.store, head);
    if (options['json']) printJson(io, verified);
    else if (verified.holds)
      io.out(`The chain holds: ${counted(verified.records, 'record')}${verified.head ? `, head ${verified.head}` : ''}.\n`);
    else io.out(`The chain is broken: ${verified.problem}. Nothing after it can be trusted.\n`);
    return verified.holds ? EXIT.done : EXIT.failed;
  });
}
