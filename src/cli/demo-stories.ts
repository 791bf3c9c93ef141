/**
 * The three stories that the sample estate holds. The sentences know the estate (whose laptop it is, what falls back on what); numbers,
 * names, paths, verdicts and plans are computed from the collected facts, and `test/e2e/estate.test.ts` holds them to what is planted.
 */
import { incidentText } from '../analysis/incident/incident-text.ts';
import { wrapped } from '../analysis/plan/words.ts';
import { askAmbiguity } from '../app/ambiguity.ts';
import { askIncident } from '../app/incident.ts';
import { askOutage } from '../app/outage.ts';
import { askPath, askReach } from '../app/reach.ts';
import { computePlan } from '../app/revocation.ts';
import type { ComposedApp } from '../compose.ts';
import type { Plan } from '../model/plan.ts';
import { printable } from '../model/printable.ts';
import { table } from './table.ts';

export interface Story {
  readonly title: string;
  readonly subjects: readonly string[];
  readonly text: string;
}

const SHARED = 'aws:AKIA0EXAMPLESHARED01';
/** Each with the user that it belongs to. */
const TWINS = [
  { key: 'aws:AKIA0EXAMPLEBACKUP01', user: 'aws:arn:aws:iam::222200002222:user/svc-backup' },
  { key: 'aws:AKIA0EXAMPLERESTORE1', user: 'aws:arn:aws:iam::222200002222:user/svc-restore' },
] as const;
const LEAKED = 'aws:AKIA0EXAMPLELEAKED01';
const SEEN_FIRST = '2026-03-14T09:12:00.000Z';

export const stories: readonly ((app: ComposedApp) => Promise<Story>)[] = [sharedKey, twins, leakedKey];

async function sharedKey(app: ComposedApp): Promise<Story> {
  const { verdict, reasons, candidates, origins, consumers, attributionBits, split } = await askAmbiguity(app, SHARED);
  const outage = await askOutage(app, [SHARED]);
  const known = candidates.filter(({ isAbleOnly }) => !isAbleOnly);
  const right = 'right' as const;
  const who = table(
    [{ title: 'HOLDS IT' }, { title: 'SURE', align: right }],
    known.map(({ key, probability }) => [key, `${Math.round(probability * 100)} %`]),
  );
  const where = table(
    [{ title: 'USED FROM' }, { title: 'TIMES', align: right }, { title: 'LAST', align: right }],
    origins.map(({ key, uses, lastSeen }) => [key.replace('origin:', ''), uses, lastSeen?.slice(11, 16)]),
  );
  const lead = `${SHARED} lies in the secrets of ${known.length} pipelines, and it is used from ${origins.length} places. One of them is somebody's laptop.`;
  const verdictText = `Verdict: ${verdict}. ${attributionBits.toFixed(1)} bits of doubt about who uses it, ${consumers.p05} to ${consumers.p95} consumers: ${reasons.join('; ')}.`;
  const outageText = `If it dies now, ${broken(outage.lo)}, for certain. So it cannot simply be switched off. The way out is a key for each (\`interlock plan ${shortName(SHARED)} --mode retire\`): ${split.steps.map(({ consumer }) => shortName(consumer)).join(', then ')}.`;
  const text = `
${heading('1', 'One access key, three pipelines and a laptop')}
${paragraph(lead)}
${indent(who)}
${indent(where)}
${paragraph(verdictText)}
${paragraph(outageText)}`;
  return { title: 'shared', subjects: [SHARED], text };
}

async function twins(app: ComposedApp): Promise<Story> {
  const [one, other] = TWINS;
  const there = await askPath(app, { from: one.key, to: other.user, level: 'control' });
  const back = await askPath(app, { from: other.key, to: one.user, level: 'control' });
  const plan = await computePlan(app, { targets: [one.key], mode: 'contain', budgets: {} });
  const text = `
${heading('2', 'Two keys that can bring each other back')}
${paragraph('Revoke one of them, and whoever holds the other makes a new one:')}
${indent(hops(one.key, there))}${indent(hops(other.key, back))}
${paragraph(`Asked to contain only ${shortName(one.key)}, the plan therefore does more than switch it off: it also cuts the power to bring it back, in the same wave.`)}
${indent(waves(plan))}`;
  return { title: 'twins', subjects: TWINS.map(({ key }) => key), text };
}

async function leakedKey(app: ComposedApp): Promise<Story> {
  const reach = await askReach(app, [LEAKED], { max: 1 });
  const [jewel] = reach.items;
  const path = jewel ? await askPath(app, { from: LEAKED, to: jewel.key, level: jewel.level }) : undefined;
  const outage = await askOutage(app, [LEAKED]);
  const page = incidentText(await askIncident(app, [LEAKED], SEEN_FIRST));
  const text = `
${heading('3', 'A leaked key, two roles away from the crown jewels')}
${paragraph(`A scanner found ${LEAKED} in a repository. It looks harmless, a thumbnail maker's key. It is not:`)}
${path ? indent(hops(LEAKED, path)) : ''}
${paragraph(`And the shop? With this key dead, ${broken(outage.lo)} for certain: the resizer falls back on its standby key. Somebody else is using the key already, so this is the page for whoever is on call (\`interlock incident ${shortName(LEAKED)} --since ${SEEN_FIRST}\`):`)}
${indent(page)}`;
  return { title: 'leaked', subjects: [LEAKED], text };
}

const WIDTH = 104;
const heading = (number: string, title: string): string => `── ${number}. ${title} ${'─'.repeat(WIDTH - title.length - 5)}\n`;
const indent = (text: string): string => text.replace(/^(?=.)/gm, '  ');
const paragraph = (text: string): string =>
  wrapped(text, WIDTH)
    .map((line) => `  ${line}\n`)
    .join('');
const shortName = (key: string): string => key.replace(/^(aws|github):/, '').replace(/\/\.github\/workflows\/[^#]*#/, ' / ');

function broken(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  return parts.length === 0 ? 'nothing breaks' : parts.map(([grade, count]) => `${count} ${grade}`).join(', ');
}

/** A grant and what it allows are one step to a reader. */
function hops(from: string, path: Awaited<ReturnType<typeof askPath>>): string {
  const steps = path.hops.filter(({ kind }) => kind !== 'HAS_GRANT');
  const lines = steps.map(
    ({ kind, target, reason }) => `    ${kind.padEnd(16)} ${printable(target)}${reason ? `  (${printable(reason)})` : ''}\n`,
  );
  return `${printable(from)}\n${lines.join('')}`;
}

function waves(plan: Plan): string {
  return plan.waves
    .map(({ steps }, i) => `wave ${i + 1}: ${steps.map(({ action, target }) => `${action} ${shortName(target)}`).join(', ')}\n`)
    .join('');
}
