import { outageText } from '../analysis/plan/words.ts';
import { askShared } from '../app/ambiguity.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';
import { wholeNumber } from './options.ts';
import { table } from './table.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  const limit = wholeNumber(options, 'limit', 1);
  const minConsumers = wholeNumber(options, 'minConsumers', 1);
  return withApp(invocation, async (app) => {
    const items = await askShared(app, { minConsumers, limit });
    if (options['json']) printJson(io, { items });
    else if (items.length === 0) io.out('No credential is known to be shared.\n');
    else {
      const right = 'right' as const;
      const columns = [
        { title: 'VERDICT' },
        { title: 'CONSUMERS', align: right },
        { title: 'DOUBT (BITS)', align: right },
        { title: 'BREAKS IF IT DIES' },
        { title: 'CREDENTIAL' },
      ];
      const rows = items.map(({ verdict, consumers, attributionBits, outage, key }) => [
        verdict,
        consumers.mean.toFixed(1),
        attributionBits.toFixed(1),
        outageText(outage),
        key,
      ]);
      io.out(table(columns, rows));
    }
    return EXIT.done;
  });
}
