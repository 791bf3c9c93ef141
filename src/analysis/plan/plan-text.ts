/** The plan for a terminal or a ticket: each step with its command, its inverse and its check, to be pasted as they are. */
import { counted } from '../../model/counted.ts';
import type { Action, Bounds, Plan, PlanStep, Wave } from '../../model/plan.ts';
import { printableLines } from '../../model/printable.ts';
import { durationText, outageText, REVERSIBILITY_WORDS, rangeText, timeText, wrapped } from './words.ts';

const WIDTH = 108;

export function planText(plan: Plan): string {
  return printableLines([...heading(plan), '', ...planStepsLines(plan)])
    .trimEnd()
    .concat('\n');
}

/** Waves, refusals and what cannot be saved, without the heading. */
export function planStepsLines(plan: Plan): string[] {
  return [
    ...plan.waves.flatMap((wave, i) => [...waveLines(plan, wave, i), '']),
    ...alternativeLines(plan),
    ...refusalLines(plan),
    ...(plan.assumeTaken?.length
      ? ['ASSUME TAKEN  the plan comes too late for these', ...plan.assumeTaken.map((one) => `  ${one}`), '']
      : []),
    ...(plan.sensitivity && plan.waves.length > 0 ? [`ORDER  ${plan.sensitivity}`, ''] : []),
  ];
}

function heading(plan: Plan): string[] {
  const steps = plan.waves.flatMap(({ steps }) => steps);
  const last = plan.waves.at(-1)?.steps[0];
  const untouched = plan.tradeoff.find((point) => point.steps.length === 0);
  const goal = plan.mode === 'contain' ? 'cut the attacker off' : 'replace, then remove, with nobody left without a credential';
  const lines = [
    `PLAN ${plan.id}  ${plan.mode}: ${goal}`,
    ...plan.targets.map((target, i) => `  ${i === 0 ? 'for' : '   '}      ${target}`),
  ];
  if (plan.since) lines.push(`  since    ${timeText(plan.since)}`);
  if (steps.length === 0) return [...lines, '  steps    none', `  hash     ${plan.hash}`];
  lines.push(
    `  steps    ${counted(steps.length, 'step')} in ${counted(plan.waves.length, 'wave')}, about ${durationOf(plan)} from start to end`,
  );
  if (last) {
    const before = untouched ? `${rangeText(untouched.reach)} now, ` : '';
    lines.push(
      `  ${plan.mode === 'contain' ? 'attacker' : 'reach   '} ${before}${rangeText(last.reachAfter)} left at the end (weight of what is in reach)`,
    );
    lines.push(`  breaks   ${outageText(last.outageAfter)}`);
  }
  const people = Math.max(...steps.map(({ approvals }) => approvals));
  lines.push(`  approval ${people === 0 ? 'none needed' : `${counted(people, 'person', 'people')} other than the one who asks`}`);
  return [...lines, `  hash     ${plan.hash}`];
}

function durationOf({ createdAt, waves }: Plan): string {
  const ends = waves.flatMap(({ steps }) => steps.map(({ effectiveBy }) => Date.parse(effectiveBy)));
  return durationText(Math.max(...ends) - Date.parse(createdAt));
}

function waveLines(plan: Plan, wave: Wave, index: number): string[] {
  const first = wave.steps[0]!;
  const before = plan.tradeoff.find((point) => point.steps.length === 0)?.reach;
  const end = Math.max(...wave.steps.map(({ effectiveBy }) => Date.parse(effectiveBy)));
  const start = Math.min(...wave.steps.map(({ startsAt }) => Date.parse(startsAt)));
  const when = `starts after ${durationText(start - Date.parse(plan.createdAt))}, effective after ${durationText(end - Date.parse(plan.createdAt))}`;
  return [
    `WAVE ${index + 1} of ${plan.waves.length}  ${index === 0 ? `now; effective after ${durationText(end - Date.parse(plan.createdAt))}` : `${when}; begin when wave ${index} is effective`}`,
    `  after it: ${leftText(first, before)}; breaks: ${outageText(first.outageAfter)}`,
    ...wave.steps.flatMap((step, i) => ['', ...stepLines(step, `${index + 1}.${i + 1}`)]),
  ];
}

/** `50 of 120 by weight still in reach` */
const leftText = ({ reachAfter }: PlanStep, before: Bounds<number> | undefined): string =>
  reachAfter.hi === 0
    ? 'nothing left in reach'
    : `${rangeText(reachAfter)}${before ? ` of ${rangeText(before)}` : ''} by weight still in reach`;

/** What a person does, before the word that the machine knows it by. */
const ACTS: Readonly<Record<Action, string>> = {
  notify: 'LOOK AGAIN',
  'step-up': 'ASK FOR NEW PROOF',
  shorten: 'SHORTEN',
  reduce: 'FENCE',
  block: 'BLOCK',
  quarantine: 'SWITCH OFF',
  rotate: 'CHANGE',
  revoke: 'END FOR GOOD',
  save: 'SAVE',
  issue: 'ISSUE A NEW ONE',
  distribute: 'HAND OUT THE NEW ONE',
  confirm: 'SEE IT IN USE',
  disable: 'SWITCH OFF',
  soak: 'WAIT AND WATCH',
  delete: 'DELETE',
  detach: 'DETACH',
};
const actText = ({ action, parameters }: PlanStep): string =>
  parameters['sessions'] === undefined ? ACTS[action] : 'END SESSIONS';

function stepLines(step: PlanStep, number: string): string[] {
  const { apply, inverse, probe } = step.commands;
  const who = step.connector === 'manual' ? 'by hand' : `by ${step.connector}`;
  const people = step.approvals > 0 ? `, ${counted(step.approvals, 'approval')}` : '';
  const until = step.residualUntil
    ? [['still works', `sessions minted before it, until ${timeText(step.residualUntil)}`] as const]
    : [];
  const serves = step.for && step.for !== step.target ? ` (for ${step.for})` : '';
  return [
    `  ${number}  ${actText(step)}  ${step.target}${serves}`,
    `       ${who}; ${step.id}; ${undoText(step)}${people}`,
    ...[['why', step.why] as const, ...until].flatMap(([name, text]) => labelled(name, wrapped(text, WIDTH - 19))),
    ...labelled('do', apply.split('\n')),
    ...(inverse
      ? labelled('undo', inverse.split('\n'))
      : READS.has(step.action)
        ? []
        : labelled('undo', ['nothing brings it back'])),
    ...labelled('check', [...probe.split('\n'), ...wrapped(`-> ${step.probe}`, WIDTH - 19)]),
  ];
}

const READS: ReadonlySet<string> = new Set(['save', 'confirm', 'soak', 'notify']);

/** Whether it can be undone, where it changes something. */
export const undoText = ({ action, reversibility }: PlanStep): string =>
  READS.has(action) ? 'changes nothing' : REVERSIBILITY_WORDS[reversibility];

const labelled = (name: string, lines: readonly string[]): string[] =>
  lines.map((line, i) => `       ${(i === 0 ? name : '').padEnd(12)}${line}`);

function alternativeLines({ tradeoff }: Plan): string[] {
  const found = tradeoff.filter(({ alternative }) => alternative !== undefined);
  if (found.length === 0) return [];
  return [
    'OTHER WAYS  less is broken, more is left to the attacker',
    ...found.flatMap(({ alternative, reach, outage }) => [
      `  ${ACTS[alternative!.action]} ${alternative!.target} instead of ${alternative!.instead}: ${rangeText(reach)} by weight still in reach; breaks: ${outageText(outage)}`,
      ...labelled('do', alternative!.commands.apply.split('\n')),
      ...labelled('undo', alternative!.commands.inverse.split('\n')),
    ]),
    '',
  ];
}

function refusalLines({ refusals }: Plan): string[] {
  if (refusals.length === 0) return [];
  return [
    'NOT DONE',
    ...refusals.flatMap(({ target, rule, reason }) => [
      `  ${target}  [${rule}]`,
      ...wrapped(reason, WIDTH - 4).map((line) => `    ${line}`),
    ]),
    '',
  ];
}
