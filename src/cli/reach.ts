import { askReach, type ReachAnswer } from '../app/reach.ts';
import { printable } from '../model/printable.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';
import { wholeNumber } from './options.ts';
import { table } from './table.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  const max = wholeNumber(options, 'max');
  return withApp(invocation, async (app) => {
    const answer = await askReach(app, invocation.arguments, { max });
    if (options['json']) {
      const { items, ...figures } = answer;
      printJson(io, options['items'] ? answer : { ...figures, items: [] });
    } else {
      io.out(summary(answer));
      if (options['items']) io.out(`\n${itemTable(answer)}`);
    }
    return answer.complete ? EXIT.done : EXIT.incomplete;
  });
}

const figure = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 1 });
const range = (lo: number, hi: number): string => (lo === hi ? figure(hi) : `${figure(lo)} to ${figure(hi)}`);

function summary({ subjects, counts, weight, share, complete, gaps, total, rearmable }: ReachAnswer): string {
  const lines = [`A holder of ${subjects.map(printable).join(', ')} reaches ${figure(total)} things.`, ''];
  const kinds = Object.keys(counts.hi).sort((a, b) => counts.hi[b]! - counts.hi[a]!);
  const rows = kinds.map((kind) => [kind, counts.lo[kind] ?? 0, counts.hi[kind]]);
  if (rows.length > 0) {
    lines.push(table([{ title: 'KIND' }, { title: 'FOR CERTAIN', align: 'right' }, { title: 'AT MOST', align: 'right' }], rows));
    const parts = `${range(share.lo * 100, share.hi * 100)} %`;
    lines.push(`Weight ${range(weight.lo, weight.hi)}: ${parts} of all that is protected.`);
  }
  if (rearmable.length > 0)
    lines.push(`Inactive or expired, spreading nothing until re-armed: ${rearmable.slice(0, 5).map(printable).join(', ')}.`);
  if (!complete) lines.push('', 'Not complete:', ...gaps.map((gap) => `  ${printable(gap)}`));
  return `${lines.join('\n')}\n`;
}

function itemTable({ items, truncated, total }: ReachAnswer): string {
  const columns = [
    { title: 'TIER' },
    { title: 'LEVEL' },
    { title: 'CERTAINTY' },
    { title: 'HOPS', align: 'right' as const },
    { title: 'KIND' },
    { title: 'KEY', most: 140 },
  ];
  const rows = items.map(({ tier, level, certainty, distance, kind, key }) => [tier, level, certainty, distance, kind, key]);
  return table(columns, rows) + (truncated ? `… ${figure(total - items.length)} more (--max)\n` : '');
}
