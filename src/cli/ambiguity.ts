import type { Ambiguity } from '../analysis/ambiguity.ts';
import { askAmbiguity } from '../app/ambiguity.ts';
import { counted } from '../model/counted.ts';
import { printable } from '../model/printable.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';
import { table } from './table.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  return withApp(invocation, async (app) => {
    const answer = await askAmbiguity(app, invocation.arguments[0] as string);
    if (invocation.options['json']) printJson(invocation.io, { items: [answer] });
    else invocation.io.out(ambiguityText(answer));
    return EXIT.done;
  });
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

const MEANING: Readonly<Record<Ambiguity['verdict'], string>> = {
  dormant: 'nobody uses it, and a use would have been seen',
  ambiguous: 'it is not sure who uses it',
  exclusive: 'one consumer uses it',
  shared: 'several consumers use it, and all are known',
  unattributed: 'it is used, and nobody known fits',
};

function ambiguityText(answer: Ambiguity): string {
  const { key, verdict, reasons, candidates, origins, copies, split, consumers, attributionBits, unattributedShare } = answer;
  const right = 'right' as const;
  const known = candidates.filter(({ isAbleOnly }) => !isAbleOnly);
  const able = candidates.length - known.length;
  const parts = [
    `${printable(key)}: ${verdict} (${MEANING[verdict]}).\n`,
    reasons.length > 0 ? `Because ${reasons.map(printable).join('; ')}.\n` : '',
    `Consumers: ${consumers.mean.toFixed(1)} expected (${consumers.p05} to ${consumers.p95}). Doubt about who: ${attributionBits.toFixed(1)} bits. Use by none of them: ${percent(unattributedShare)}.\n`,
  ];
  if (known.length > 0) {
    const columns = [
      { title: 'IS A CONSUMER', align: right },
      { title: 'SHARE OF USE', align: right },
      { title: 'WHO' },
      { title: 'WHY', most: 90 },
    ];
    parts.push(
      '\n',
      table(
        columns,
        known.map((c) => [percent(c.probability), percent(c.share), c.key, c.evidence.map(({ text }) => text).join('; ')]),
      ),
    );
  }
  if (able > 0) parts.push(`${counted(able, 'other')} could read it; nothing says that they do.\n`);
  if (origins.length > 0) {
    const columns = [{ title: 'USES', align: right }, { title: 'FROM' }, { title: 'LAST' }, { title: 'LIKELY' }];
    parts.push(
      '\n',
      table(
        columns,
        origins.map((o) => [o.uses, o.key, o.lastSeen, o.consumer ?? 'none of the known consumers']),
      ),
    );
  }
  if (copies.length > 0)
    parts.push(
      `\nCopies: ${copies.map((copy) => `${printable(copy.key)}${copy.version === 'leaked' ? ' (leaked)' : ''}`).join(', ')}\n`,
    );
  if (split.steps.length > 1) {
    parts.push('\nTo end it, give each its own credential, in this order:\n');
    for (const [i, step] of split.steps.entries())
      parts.push(`  ${i + 1}. ${printable(step.consumer)} (${printable(step.why)})\n`);
  }
  return parts.join('');
}
