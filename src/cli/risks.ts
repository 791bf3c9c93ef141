import { askRisks } from '../app/analyze.ts';
import { ENTITY_KINDS } from '../model/kinds.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';
import { oneOf, wholeNumber } from './options.ts';
import { table } from './table.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  const limit = wholeNumber(options, 'limit', 1);
  const kind = options['kind'] === undefined ? undefined : oneOf(options, 'kind', ENTITY_KINDS);
  return withApp(invocation, async (app) => {
    const items = await askRisks(app, { limit, ...(kind && { kind }) });
    if (options['json']) printJson(io, { items });
    else if (items.length === 0) io.out('No risk is known: is anything collected?\n');
    else {
      const right = 'right' as const;
      const columns = [
        { title: 'SCORE', align: right },
        { title: 'RANGE' },
        { title: 'KIND' },
        { title: 'KEY', most: 90 },
        { title: 'WHY', most: 110 },
      ];
      const rows = items.map(({ score, range, kind: of, key, findings, factors }) => [
        score,
        range[0] === range[1] ? '' : `${range[0]}–${range[1]}`,
        of,
        key,
        findings.length > 0 ? findings.map(({ nhi, summary }) => `${nhi} ${summary}`).join('; ') : (factors[0]?.inputs ?? ''),
      ]);
      io.out(table(columns, rows));
    }
    return EXIT.done;
  });
}
