/** The incident page for a ticket or a chat, as Markdown. */
import { counted } from '../../model/counted.ts';
import { fencedMarkdown as fenced, inlineMarkdown as inline, tableMarkdown } from '../../model/markdown.ts';
import type { PlanStep } from '../../model/plan.ts';
import { printableLines } from '../../model/printable.ts';
import type { Incident } from '../incident.ts';
import { undoText } from '../plan/plan-text.ts';
import { outageText, rangeText, timeText } from '../plan/words.ts';
import { planCommand, planLead } from './incident-text.ts';
import { type AnsweredIncident, GAPS_LEAD, incidentPage, type PageSection } from './page.ts';

export function incidentMarkdown(found: AnsweredIncident): string {
  const page = incidentPage(found);
  const lines = [
    `# ${inline(page.title.replace(/^INCIDENT\s+/, 'Incident: '))}`,
    '',
    ...page.facts.map(([name, value]) => `- **${name}**: ${inline(value)}`),
    '',
    '## In short',
    '',
    ...page.summary.map((line) => `- ${inline(line)}`),
    '',
    ...(page.gaps.length > 0 ? ['## Not complete', '', GAPS_LEAD, '', ...page.gaps.map((gap) => `- ${inline(gap)}`), ''] : []),
    ...page.sections.flatMap((section, i) => sectionLines(section, i + 1)),
    '## 7. What to do now',
    '',
    inline(planLead(found)),
    '',
    ...(found.plan.waves.length > 0 ? [...fenced(planCommand(found)), ''] : []),
    ...planLines(found),
  ];
  return `${printableLines(lines).trimEnd()}\n`;
}

function sectionLines({ title, lead, columns, rows, notes, commands }: PageSection, number: number): string[] {
  return [
    `## ${number}. ${title[0]}${title.slice(1).toLowerCase()}`,
    '',
    inline(lead),
    '',
    ...(rows.length > 0 ? [...tableLines(columns, rows), ''] : []),
    ...notes.flatMap((note) => [inline(note), '']),
    ...commands.flatMap(({ what, command }) => [`${inline(what)}:`, '', ...fenced(command), '']),
  ];
}

const tableLines = (columns: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  tableMarkdown(
    columns.map((column) => column[0] + column.slice(1).toLowerCase()),
    rows,
  );

function planLines({ plan }: Incident): string[] {
  const waves = plan.waves.flatMap(({ steps }, i) => [
    `### Wave ${i + 1}${i === 0 ? ', now' : `, when wave ${i} is effective`}`,
    '',
    `After it ${inline(rangeText(steps[0]!.reachAfter))} is left in the attacker's reach; breaks: ${outageText(steps[0]!.outageAfter)}.`,
    '',
    ...steps.flatMap(stepLines),
  ]);
  const refused = plan.refusals.map(({ target, rule, reason }) => `- ${inline(target)} (${inline(rule)}): ${inline(reason)}`);
  const taken = (plan.assumeTaken ?? []).map((one) => `- ${inline(one)}`);
  return [
    ...waves,
    ...(refused.length > 0 ? ['### Not done', '', ...refused, ''] : []),
    ...(taken.length > 0 ? ['### Assume taken', '', ...taken, ''] : []),
  ];
}

function stepLines(step: PlanStep): string[] {
  const { apply, inverse, probe } = step.commands;
  return [
    `- [ ] **${step.action}** ${inline(step.target)} (step \`${step.id}\`): ${inline(step.why)}. It ${undoText(step)}${step.approvals > 0 ? `; ${counted(step.approvals, 'approval')}` : ''}${step.residualUntil ? `; sessions live until ${timeText(step.residualUntil)}` : ''}.`,
    '',
    ...fenced(apply).map(indented),
    ...(inverse ? ['', '  Undo:', '', ...fenced(inverse).map(indented)] : []),
    '',
    `  Check: ${inline(step.probe)}`,
    '',
    ...fenced(probe).map(indented),
    '',
  ];
}

const indented = (line: string): string => (line === '' ? '' : `  ${line}`);
