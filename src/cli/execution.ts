/** What the commands that carry out plans share: the answer, as JSON or as a table, and its exit code. */
import type { CascadeRow } from '../analysis/cascade.ts';
import type { ExecutionResult } from '../app/execute/run.ts';
import { printable } from '../model/printable.ts';
import { EXIT, type Exit, type Io } from './command.ts';
import { printJson } from './open.ts';
import { table } from './table.ts';

export function answerExecution(
  io: Io,
  result: ExecutionResult,
  { json, isRehearsal, cascade }: { json: unknown; isRehearsal: boolean; cascade?: readonly CascadeRow[] },
): Exit {
  if (json) printJson(io, cascade ? { ...result, cascade } : result);
  else io.out(`${report(result, isRehearsal)}${cascade ? lifeText(cascade) : ''}`);
  if (result.steps.some(({ state }) => state === 'refused' || state === 'failed')) return EXIT.failed;
  if (result.stopped.length > 0 && !isRehearsal)
    return waitsForPerson(result) || hasEffect(result) ? EXIT.incomplete : EXIT.failed;
  return result.state === 'partial' || result.steps.some(({ state }) => state === 'partial') ? EXIT.incomplete : EXIT.done;
}

const hasEffect = ({ steps }: ExecutionResult): boolean => steps.some(({ state }) => state === 'effective');
const waitsForPerson = ({ steps }: ExecutionResult): boolean =>
  steps.some(({ state }) => state === 'accepted' || state === 'propagating');

function report({ plan, state, steps, stopped }: ExecutionResult, isRehearsal: boolean): string {
  const rows = steps.map((step) => [step.id, step.state, step.evidence.at(-1) ?? '', step.residualUntil]);
  const columns = [{ title: 'STEP' }, { title: 'STATE' }, { title: 'EVIDENCE', most: 120 }, { title: 'OUTLIVED UNTIL' }];
  const head = isRehearsal
    ? `Dry run of plan ${plan}: nothing was changed. Carry it out with --apply.`
    : `Plan ${plan} is ${state}.`;
  const stops =
    stopped.length > 0
      ? `\n${isRehearsal ? 'Would be refused' : 'Stopped'}:\n${stopped.map((why) => `  ${printable(why)}\n`).join('')}`
      : '';
  const isOpen =
    !isRehearsal && stopped.length === 0 && steps.some((step) => step.state === 'planned' || step.state === 'approved');
  const next = isOpen ? `\nThere is more to do: \`interlock execute ${plan} --apply\` goes on with the next wave.\n` : '';
  return `${head}\n\n${table(columns, rows)}${stops}${next}`;
}

/** What comes from the targets: alive first, since somebody may still use it. */
function lifeText(rows: readonly CascadeRow[]): string {
  if (rows.length === 0) return '';
  const order = ['alive', 'unknown', 'dead'];
  const sorted = [...rows].sort((a, b) => order.indexOf(a.life) - order.indexOf(b.life));
  const columns = [
    { title: 'WHAT COMES FROM THE TARGETS', most: 80 },
    { title: 'AS' },
    { title: 'IS' },
    { title: 'UNTIL' },
    { title: 'BECAUSE', most: 80 },
  ];
  const cells = sorted.map(({ key, part, life, until, because }) => [
    key,
    part,
    life,
    until ?? (life === 'dead' ? '' : 'not known'),
    because,
  ]);
  return `\n${table(columns, cells)}`;
}
