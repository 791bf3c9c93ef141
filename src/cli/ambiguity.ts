import type { SplitStep } from '../analysis/ambiguity/split.ts';
import type { Ambiguity } from '../analysis/ambiguity.ts';
import { type AttributionAnswer, askAmbiguity, askAttribution } from '../app/ambiguity.ts';
import { counted } from '../model/counted.ts';
import { printable } from '../model/printable.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';
import { textOption } from './options.ts';
import { table } from './table.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  return withApp(invocation, async (app) => {
    const credential = invocation.arguments[0] as string;
    const from = textOption(invocation.options, 'from');
    const answer = await askAmbiguity(app, credential);
    const attribution = from === undefined ? undefined : await askAttribution(app, credential, from);
    if (invocation.options['json']) printJson(invocation.io, { items: [answer], ...(attribution && { attribution }) });
    else invocation.io.out((attribution ? attributionText(attribution) : '') + ambiguityText(answer));
    return EXIT.done;
  });
}

function attributionText({ from, shares, none }: AttributionAnswer): string {
  const who = [
    ...shares.map(({ key, probability }) => `${percent(probability)} ${printable(key)}`),
    `${percent(none)} none of them`,
  ];
  return `A use from ${printable(from)} was made by: ${who.join(', ')}.\n\n`;
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

const MEANING: Readonly<Record<Ambiguity['verdict'], string>> = {
  dormant: 'nobody uses it, and a use would have been seen',
  ambiguous: 'it is not sure who uses it',
  exclusive: 'one consumer uses it',
  shared: 'several consumers use it, and all are known',
  unattributed: 'it is used, and nobody known fits',
};

const MOST_SCOPE = 5;

/** The scope of the new credential: what this consumer was seen using. */
function scopeText({ scope, isOwnScope }: SplitStep): string {
  if (scope.length === 0) return '     for what it needs: it was not seen using anything\n';
  const more = scope.length > MOST_SCOPE ? ` and ${scope.length - MOST_SCOPE} more` : '';
  const whose = isOwnScope ? '' : ', seen of the identity that others work as too';
  return `     for ${scope.slice(0, MOST_SCOPE).map(printable).join(', ')}${more}${whose}\n`;
}

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
    const columns = [
      { title: 'USES', align: right },
      { title: 'FROM' },
      { title: 'LAST' },
      { title: 'SURE', align: right },
      { title: 'LIKELIEST' },
    ];
    parts.push(
      '\n',
      table(
        columns,
        origins.map((o) => [o.uses, o.key, o.lastSeen, percent(o.probability), o.consumer ?? 'none of the known consumers']),
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
      parts.push(`  ${i + 1}. ${printable(step.consumer)} (${printable(step.why)})\n${scopeText(step)}`);
  }
  return parts.join('');
}
