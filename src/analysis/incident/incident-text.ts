/** The incident page for a terminal. */
import { counted } from '../../model/counted.ts';
import { printableLines } from '../../model/printable.ts';
import { shellWord } from '../../model/shell.ts';
import type { Incident } from '../incident.ts';
import { planStepsLines } from '../plan/plan-text.ts';
import { durationText, wrapped } from '../plan/words.ts';
import { type AnsweredIncident, GAPS_LEAD, incidentPage, type PageSection } from './page.ts';

const WIDTH = 108;
const WIDEST_CELL = 72;

export function incidentText(found: AnsweredIncident): string {
  const page = incidentPage(found);
  const rule = '='.repeat(WIDTH);
  const lines = [
    rule,
    page.title,
    rule,
    ...page.facts.map(([name, value]) => `  ${name.padEnd(10)}${value}`),
    '',
    'IN SHORT',
    ...bullets(page.summary),
    '',
    ...(page.gaps.length > 0 ? [`NOT COMPLETE  ${GAPS_LEAD}`, ...bullets(page.gaps), ''] : []),
    ...page.sections.flatMap((section, i) => [...sectionLines(section, i + 1), '']),
    ...leadLines('WHAT TO DO NOW', 7, planLead(found)),
    ...(found.plan.waves.length > 0 ? [`     ${planCommand(found)}`] : []),
    '',
    ...planStepsLines(found.plan),
  ];
  return `${printableLines(lines).trimEnd()}\n`;
}

const bullets = (lines: readonly string[]): string[] =>
  lines.flatMap((line) => wrapped(line, WIDTH - 4).map((part, i) => `${i === 0 ? '  - ' : '    '}${part}`));

export function planLead({ plan }: Incident): string {
  const steps = plan.waves.flatMap((wave) => wave.steps);
  if (steps.length === 0) return 'No step can be taken.';
  const end = Math.max(...steps.map(({ effectiveBy }) => Date.parse(effectiveBy)));
  return `${counted(steps.length, 'step')} in ${counted(plan.waves.length, 'wave')}, about ${durationText(end - Date.parse(plan.createdAt))}. Paste the commands, or have it carried out:`;
}

/** On a line of its own, to be pasted: keys come from other people's systems. */
export const planCommand = ({ plan }: Incident): string =>
  `interlock plan ${plan.targets.map(shellWord).join(' ')} --mode contain --since ${plan.since}`;

function sectionLines({ title, lead, columns, rows, notes, commands }: PageSection, number: number): string[] {
  return [
    ...leadLines(title, number, lead),
    ...(rows.length > 0 ? tableLines(columns, rows) : []),
    ...notes.map((note) => `     ${note}`),
    ...commands.flatMap(({ what, command }) => [`     # ${what}`, ...command.split('\n').map((line) => `     ${line}`)]),
  ];
}

function leadLines(title: string, number: number, lead: string): string[] {
  const [first = '', ...rest] = wrapped(lead, WIDTH - 20);
  return [`${number}  ${title.padEnd(15)}  ${first}`, ...rest.map((line) => `${' '.repeat(20)}${line}`)];
}

/** The last column is not cut: it wraps nowhere and can be copied. */
function tableLines(columns: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map((column, i) =>
    Math.min(WIDEST_CELL, Math.max(column.length, ...rows.map((row) => row[i]?.length ?? 0))),
  );
  const line = (cells: readonly string[]): string =>
    `     ${cells.map((cell, i) => (i === cells.length - 1 ? cell : cell.padEnd(widths[i]!))).join('  ')}`.trimEnd();
  return [line(columns), ...rows.map(line)];
}
