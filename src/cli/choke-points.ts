import { askChokePoints } from '../app/reach.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';
import { wholeNumber } from './options.ts';
import { table } from './table.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  const limit = wholeNumber(options, 'limit', 1);
  const target = options['target'] as string | undefined;
  return withApp(invocation, async (app) => {
    const { items } = await askChokePoints(app, { limit, ...(target !== undefined && { target }) });
    if (options['json']) printJson(io, { items });
    else if (items.length === 0) io.out('No single relationship cuts anything off.\n');
    else {
      const right = 'right' as const;
      const columns = [
        { title: 'WEIGHT CUT', align: right },
        { title: 'SHARE', align: right },
        { title: 'SOURCE' },
        { title: 'KIND' },
        { title: 'TARGET' },
      ];
      io.out(
        table(
          columns,
          items.map((item) => [
            item.weightCut.toFixed(1),
            `${(item.share * 100).toFixed(0)} %`,
            item.source,
            item.kind,
            item.target,
          ]),
        ),
      );
    }
    return EXIT.done;
  });
}
