/** What the commands that carry out plans share: the answer, as JSON or as a table, and its exit code. */
import type { CascadeRow } from '../analysis/cascade.ts';
import type { ExecutedStep, ExecutionResult } from '../app/execute/run.ts';
import type { PlanStep } from '../model/plan.ts';
import { printable } from '../model/printable.ts';
import type { PlanStore } from '../ports/store.ts';
import { EXIT, type Exit, type Io } from './command.ts';
import { printJson } from './open.ts';
import { table } from './table.ts';

interface Asked {
  readonly io: Io;
  readonly app: { readonly store: PlanStore };
}

export async function answerExecution(
  { io, app }: Asked,
  result: ExecutionResult,
  { json, isRehearsal, cascade }: { json: unknown; isRehearsal: boolean; cascade?: readonly CascadeRow[] },
): Promise<Exit> {
  if (json) printJson(io, cascade ? { ...result, cascade } : result);
  else {
    const planned = (await app.store.plan(result.plan))?.plan.waves.flatMap(({ steps }) => steps) ?? [];
    io.out(`${report(result, planned, isRehearsal)}${cascade ? lifeText(cascade) : ''}`);
  }
  return exitOf(result, isRehearsal);
}

function exitOf(result: ExecutionResult, isRehearsal: boolean): Exit {
  if (result.steps.some(({ state }) => state === 'refused' || state === 'failed')) return EXIT.failed;
  if (result.stopped.length > 0 && !isRehearsal)
    return waitsForPerson(result) || hasEffect(result) ? EXIT.incomplete : EXIT.failed;
  return result.state === 'partial' || result.steps.some(({ state }) => state === 'partial') ? EXIT.incomplete : EXIT.done;
}

const hasEffect = ({ steps }: ExecutionResult): boolean => steps.some(({ state }) => state === 'effective');
const waitsForPerson = ({ steps }: ExecutionResult): boolean =>
  steps.some(({ state }) => state === 'accepted' || state === 'propagating');

function report(result: ExecutionResult, planned: readonly PlanStep[], isRehearsal: boolean): string {
  const { plan, state, steps, stopped } = result;
  const head = isRehearsal
    ? `Dry run of plan ${plan}: nothing was changed. Carry it out with --apply.`
    : `Plan ${plan} is ${state}.`;
  const stops =
    stopped.length > 0
      ? `\n${isRehearsal ? 'Would be refused' : 'Stopped'}:\n${stopped.map((why) => `  ${printable(why)}\n`).join('')}`
      : '';
  const names = new Map(planned.map(({ id, action, target }) => [id, `${action} ${target}`]));
  const waiting = waitingIn(result, isRehearsal);
  const next = isRehearsal || stopped.length > 0 ? '' : nextText(result, [...waiting.keys()]);
  return `${head}\n\n${stepTable(steps, names, waiting)}${byHandText(names, waiting)}${stops}${next}`;
}

/** Evidence comes last and whole: it says why, and a command in it can be copied. */
function stepTable(steps: readonly ExecutedStep[], names: Names, waiting: ReadonlyMap<string, string>): string {
  const isOutlived = steps.some(({ residualUntil }) => residualUntil !== null);
  const columns = [
    { title: 'STEP' },
    { title: 'STATE' },
    { title: 'WHAT' },
    ...(isOutlived ? [{ title: 'OUTLIVED UNTIL' }] : []),
    { title: 'EVIDENCE', most: Number.POSITIVE_INFINITY },
  ];
  const rows = steps.map(({ id, state, residualUntil, evidence }) => [
    id,
    state,
    names.get(id) ?? '',
    ...(isOutlived ? [residualUntil] : []),
    waiting.has(id) ? 'asked of a person, see below' : (evidence.at(-1) ?? '').replaceAll('\n', '; '),
  ]);
  return table(columns, rows);
}

/** What a step does to what, by its id. */
type Names = ReadonlyMap<string, string>;

const BY_HAND = 'by hand: ';

/** Nothing has stopped it: what goes on by itself when it is asked for, and what a person must do first. */
function nextText({ plan, steps }: ExecutionResult, waiting: readonly string[]): string {
  if (waiting.length > 0) return `\nThen:\n${waiting.map((id) => `  interlock confirm ${plan} ${id}\n`).join('')}`;
  const isOpen = steps.some(({ state }) => state === 'planned' || state === 'approved');
  return isOpen ? `\nThere is more to do: \`interlock execute ${plan} --apply\` goes on with the next wave.\n` : '';
}

/** What is asked of a person, by step. */
function waitingIn({ steps, stopped }: ExecutionResult, isRehearsal: boolean): Map<string, string> {
  const asked = new Set(stopped.map((why) => /`interlock confirm \S+ (\S+)`/.exec(why)?.[1]));
  const waiting = new Map<string, string>();
  if (isRehearsal) return waiting;
  for (const { id, state, evidence } of steps) {
    const isAsked = asked.has(id) || (state === 'accepted' && evidence.at(-1)?.startsWith(BY_HAND) === true);
    const line = isAsked ? evidence.findLast((one) => one.startsWith(BY_HAND)) : undefined;
    if (line !== undefined) waiting.set(id, line.slice(BY_HAND.length));
  }
  return waiting;
}

/** The commands, to be pasted as they are. */
function byHandText(names: Names, waiting: ReadonlyMap<string, string>): string {
  const lines = [...waiting].flatMap(([id, asked]) => [`# ${names.get(id) ?? ''}, step ${id}`, ...asked.split('\n')]);
  return lines.length === 0 ? '' : `\nTo do by hand:\n${lines.map((line) => `  ${printable(line)}\n`).join('')}`;
}

/** What comes from the targets: alive first, since somebody may still use it. */
function lifeText(rows: readonly CascadeRow[]): string {
  if (rows.length === 0) return '';
  const order = ['alive', 'unknown', 'dead'];
  const sorted = [...rows].sort((a, b) => order.indexOf(a.life) - order.indexOf(b.life));
  const columns = [
    { title: 'WHAT COMES FROM THE TARGETS' },
    { title: 'AS' },
    { title: 'IS' },
    { title: 'UNTIL' },
    { title: 'BECAUSE', most: Number.POSITIVE_INFINITY },
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
