import { askWhoCan, type WhoCan } from '../app/who-can.ts';
import { counted } from '../model/counted.ts';
import { printable } from '../model/printable.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';
import { textOption } from './options.ts';
import { requestContext } from './request-context.ts';
import { table } from './table.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  const [action, resource] = invocation.arguments as [string, string];
  const context = requestContext(options);
  const account = textOption(options, 'account');
  return withApp(invocation, async (app) => {
    const answer = await askWhoCan(app, { action, resource, context, ...(account !== undefined && { account }) });
    if (options['json']) printJson(io, answer);
    else io.out(inWords(answer, action, resource));
    return answer.complete ? EXIT.done : EXIT.incomplete;
  });
}

function inWords({ items, outside, gaps }: WhoCan, action: string, resource: string): string {
  const all = [...items, ...outside];
  const columns = [{ title: 'VERDICT' }, { title: 'KEY', most: 140 }, { title: 'IF', most: 100 }];
  const rows = all.map(({ verdict, key, conditions }) => [verdict, printable(key), printable(conditions.join('; '))]);
  const lines = [`${counted(items.length, 'principal')} may ${printable(action)} on ${printable(resource)}.`, ''];
  if (outside.length > 0) lines.push(`Beyond the estate: ${outside.map(({ key }) => printable(key)).join(', ')}.`, '');
  if (rows.length > 0) lines.push(table(columns, rows));
  if (gaps.length > 0) lines.push('Not everything was seen:', ...gaps.map((gap) => `  ${printable(gap)}`));
  return `${lines.join('\n').trimEnd()}\n`;
}
