/** The report of an execution, to be printed or put into a ticket. */
import { counted } from '../../model/counted.ts';
import { fencedMarkdown, inlineMarkdown as inline, tableMarkdown } from '../../model/markdown.ts';
import { printableLines } from '../../model/printable.ts';
import { rangeText, timeText } from '../plan/words.ts';
import type { ExecutionReport, ReportedStep } from './execution-report.ts';

/** With the ledger's own state, which says whether the report can be relied on. */
export interface PrintedReport extends ExecutionReport {
  readonly ledger: { readonly holds: boolean; readonly head: string | null; readonly problem: string | null };
}

export function reportMarkdown(report: PrintedReport): string {
  return `${printableLines([
    `# Report of plan ${inline(report.plan)}: ${inline(report.targets.join(', '))}`,
    '',
    ...facts(report).map(([name, value]) => `- **${name}**: ${inline(value)}`),
    '',
    ...section('What was cut', cutLines(report)),
    ...section('What outlives it', remainsLines(report)),
    ...section('What is still to do', openLines(report)),
    ...section('How to take it back', undoLines(report)),
    ...section('Evidence, step by step', report.steps.flatMap(evidenceLines)),
    ...section('Timeline', timelineLines(report)),
  ]).trimEnd()}\n`;
}

function facts(report: PrintedReport): [string, string][] {
  const { ledger } = report;
  return [
    ['State', report.state],
    ['Mode', report.since === null ? report.mode : `${report.mode}, of an incident since ${timeText(report.since)}`],
    ['Asked for by', `${report.requestedBy}, ${timeText(report.createdAt)}`],
    ['Approved by', report.approvals.map(({ by, at }) => `${by} (${timeText(at)})`).join(', ') || 'nobody'],
    ['Left in reach', report.reachLeft === null ? 'not known: no wave came to its end' : rangeText(report.reachLeft)],
    ['Plan hash', report.hash],
    ['Ledger', ledger.holds ? `the chain holds; its head is ${ledger.head ?? 'empty'}` : `BROKEN: ${ledger.problem}`],
  ];
}

const section = (title: string, lines: readonly string[]): string[] => [
  `## ${title}`,
  '',
  ...(lines.length > 0 ? lines : ['Nothing.']),
  '',
];

function cutLines({ steps }: PrintedReport): string[] {
  const rows = steps.flatMap(({ id, cut }) => cut.map(({ source, kind, target }) => [id, source, kind, target]));
  return rows.length === 0 ? [] : tableMarkdown(['Step', 'From', 'Relationship', 'To'], rows);
}

function remainsLines({ remains, refusals }: PrintedReport): string[] {
  const rows = remains.map(({ step, target, what, until }) => [
    step,
    target,
    what,
    until === null ? 'somebody ends it' : timeText(until),
  ]);
  const refused = refusals.map(
    ({ target, rule, reason }) => `- ${inline(target)} was not planned (${inline(rule)}): ${inline(reason)}`,
  );
  return [...(rows.length > 0 ? [...tableMarkdown(['Step', 'Target', 'What', 'Until'], rows), ''] : []), ...refused];
}

const openLines = ({ open }: PrintedReport): string[] =>
  open.length === 0
    ? []
    : tableMarkdown(
        ['Step', 'Target', 'State', 'Next'],
        open.map(({ step, target, state, next }) => [step, target, state, next]),
      );

function undoLines({ undo, plan }: PrintedReport): string[] {
  if (undo.length === 0) return [];
  const possible = undo.filter(({ isPossible }) => isPossible).length;
  return [
    `\`interlock undo ${inline(plan)} --apply\` takes back ${counted(possible, 'step')} of ${undo.length}, the last first:`,
    '',
    ...undo.flatMap(({ step, target, isPossible, why, command }) => [
      `- ${isPossible ? '' : '**not now**: '}${inline(target)} (step \`${step}\`): ${inline(why)}`,
      ...(command === '' ? [] : ['', ...fencedMarkdown(command).map((line) => `  ${line}`), '']),
    ]),
  ];
}

function evidenceLines({ id, wave, action, target, connector, state, why, evidence }: ReportedStep): string[] {
  return [
    `- **${action}** ${inline(target)} (wave ${wave}, step \`${id}\`, by ${inline(connector)}): **${state}**. ${inline(why)}`,
    ...evidence.map((line) => `  - ${inline(line)}`),
  ];
}

const timelineLines = ({ timeline }: PrintedReport): string[] =>
  timeline.length === 0
    ? []
    : tableMarkdown(
        ['No.', 'When (UTC)', 'Who', 'Step', 'What'],
        timeline.map(({ seq, at, actor, step, what }) => [
          String(seq),
          `${at.slice(0, 10)} ${at.slice(11, 19)}`,
          actor,
          step ?? '',
          what,
        ]),
      );
