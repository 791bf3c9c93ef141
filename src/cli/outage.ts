import { askOutage, type OutageAnswer } from '../app/outage.ts';
import { GRADES } from '../model/plan.ts';
import { printable } from '../model/printable.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';
import { oneOf } from './options.ts';
import { table } from './table.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  return withApp(invocation, async (app) => {
    const answer = await askOutage(app, invocation.arguments, { connections: oneOf(options, 'connections', ['ended', 'kept']) });
    if (options['json']) printJson(io, answer);
    else io.out(report(invocation.arguments, answer));
    return answer.complete ? EXIT.done : EXIT.incomplete;
  });
}

const MEANING: Readonly<Record<(typeof GRADES)[number], string>> = {
  down: 'stops now',
  latent: 'works until it restarts or reconnects',
  blocked: 'its next run fails',
  interrupted: 'recovers by itself',
  degraded: 'works, but can no longer be changed',
};

function report(keys: readonly string[], { lo, hi, items, owners, complete, gaps }: OutageAnswer): string {
  const what = keys.map(printable).join(', ');
  if (items.length === 0) return `Nothing that we know of breaks when ${what} dies.\n${gapLines(complete, gaps)}`;
  const right = 'right' as const;
  const counts = GRADES.map((grade) => [grade, lo[grade], hi[grade], MEANING[grade]]);
  const rows = items.map((item) => [
    item.bound === 'lo' ? item.grade : item.gradeHi,
    item.bound === 'lo' ? 'for certain' : 'perhaps',
    item.kind,
    item.key,
    item.owners.join(', '),
  ]);
  return [
    `When ${what} dies:\n\n`,
    table(
      [{ title: 'GRADE' }, { title: 'FOR CERTAIN', align: right }, { title: 'AT MOST', align: right }, { title: 'MEANS' }],
      counts,
    ),
    '\n',
    table(
      [{ title: 'GRADE' }, { title: 'BOUND' }, { title: 'KIND' }, { title: 'WHAT BREAKS', most: 120 }, { title: 'OWNER' }],
      rows,
    ),
    owners.length > 0 ? `\nTell: ${owners.map(({ key }) => printable(key)).join(', ')}\n` : '',
    gapLines(complete, gaps),
  ].join('');
}

const gapLines = (complete: boolean, gaps: readonly string[]): string =>
  complete ? '' : `\nNot complete:\n${gaps.map((gap) => `  ${printable(gap)}\n`).join('')}`;
