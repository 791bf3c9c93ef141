import { askExposure } from '../app/reach.ts';
import { counted } from '../model/counted.ts';
import { printable } from '../model/printable.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';
import { wholeNumber } from './options.ts';
import { table } from './table.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  const max = wholeNumber(options, 'max');
  return withApp(invocation, async (app) => {
    const answer = await askExposure(app, invocation.arguments[0] as string, { max });
    if (options['json']) printJson(io, answer);
    else {
      io.out(`${counted(answer.total, 'entity reaches', 'entities reach')} ${printable(invocation.arguments[0] as string)}.\n`);
      const columns = [
        { title: 'LEVEL' },
        { title: 'CERTAINTY' },
        { title: 'HOPS', align: 'right' as const },
        { title: 'DIRECT' },
        { title: 'KIND' },
        { title: 'KEY', most: 140 },
      ];
      const rows = answer.items.map((item) => [
        item.level,
        item.certainty,
        item.distance,
        item.direct ? 'yes' : 'no',
        item.kind,
        item.key,
      ]);
      if (rows.length > 0) io.out(`\n${table(columns, rows)}`);
      if (!answer.complete) io.out(`\nNot complete:\n${answer.gaps.map((gap) => `  ${printable(gap)}\n`).join('')}`);
    }
    return answer.complete ? EXIT.done : EXIT.incomplete;
  });
}
