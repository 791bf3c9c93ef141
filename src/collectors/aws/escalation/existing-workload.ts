/**
 * Power over a workload that exists and runs as a role: control of the workload. Each row needs *all* its actions on the thing.
 */
import { compilePolicy, RESOURCE_POLICY } from '../../../iam/aws/document.ts';
import { both, conditional, type Held, SURE } from '../held.ts';
import type { Principal } from '../principals.ts';
import { type Thing, valueAt } from '../things.ts';
import { WORKLOAD_PATHS } from './existing-workload-paths.ts';
import { placed } from './pass-role.ts';
import { anyOf, type Board, type EscalationPath } from './path.ts';
import type { Besides, Setting, WorkloadPath } from './workload-path.ts';

export const existingWorkloadPaths: readonly EscalationPath[] = WORKLOAD_PATHS.map((row) => ({
  id: row.id,
  source: row.source,
  actions: [...actionsOn(row), ...(row.also ?? []).map((need) => need.action)],
  *find(board, principal) {
    if (!board.mentionsAll(principal, row.actions)) return;
    const alike = board.treatsAlike(principal, actionsOn(row));
    const known = new Map<string, Held | undefined>();
    for (const thing of board.things(row.types, principal.account)) {
      if (!alike && !row.actions.every((action) => board.mayReach(principal, action, thing))) continue;
      const likeness = alike ? likenessOf(board, row, thing) : thing.arn;
      if (!known.has(likeness)) known.set(likeness, heldOver(board, principal, { row, thing }));
      const held = known.get(likeness);
      if (held) yield { target: thing.key, held, reason: `${row.actions.join(', ')}: ${row.says}` };
    }
  },
}));

/** What is asked about the thing itself. */
function actionsOn({ actions, startsFirst, startedBy = [], setting }: WorkloadPath): string[] {
  return [...actions, ...startedBy, ...[startsFirst, setting?.else].filter((action) => action !== undefined)];
}

/** Things of one likeness get one answer from whom no statement tells apart. */
function likenessOf(board: Board, row: WorkloadPath, thing: Thing): string {
  const { region, configuration } = thing.item;
  const named = row.also?.some((need) => 'named' in need && need.named.includes('{name}'));
  if (thing.policy || named) return thing.arn;
  const said = row.setting?.at.map((path) => valueAt(configuration, path));
  return JSON.stringify([region, isStopped(thing), row.agent && hasAgent(board, thing), said]);
}

interface On {
  readonly row: WorkloadPath;
  readonly thing: Thing;
  /** The role that the thing runs as by then, when it is not today's. */
  readonly role?: Principal;
}

/** How surely a principal makes a thing obey by one row. */
export function heldOver(board: Board, principal: Principal, { row, thing, role }: On): Held | undefined {
  const actions = row.startsFirst && isStopped(thing) ? [...row.actions, row.startsFirst] : row.actions;
  const parts = [
    board.canAll(
      principal,
      actions.map((action) => ({ action, resource: thing.arn })),
    ),
    ...(row.also ?? []).map((need) => () => besides(board, principal, { need, thing })),
    () => (row.startedBy ? startOf(board, principal, { actions: row.startedBy, thing }) : SURE),
    () => (row.setting ? setTo(board, principal, { setting: row.setting, thing }) : SURE),
    () => (row.agent && !hasAgent(board, thing, role) ? ({ certainty: 'possible' } as const) : SURE),
    row.gate ? conditional(row.gate.text, row.gate.class) : SURE,
  ];
  let held: Held = SURE;
  for (const part of parts) {
    const one = typeof part === 'function' ? part() : part;
    if (!one) return undefined;
    held = both(held, one);
  }
  return held;
}

const OPEN = compilePolicy(
  'open to anybody',
  { Version: '2012-10-17', Statement: { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' } },
  RESOURCE_POLICY,
);

/** What is needed on other things too. */
function besides(board: Board, principal: Principal, { need, thing }: { need: Besides; thing: Thing }): Held | undefined {
  const { region, account, name } = thing.item;
  const at = (template: string): string => placed(template, region, account).replaceAll('{name}', name);
  if ('oneOf' in need) return anyOf(need.oneOf.map((one) => board.can(principal, { action: need.action, resource: at(one) })));
  if ('abroad' in need) return board.can(principal, { action: need.action, resource: at(need.abroad), resourcePolicy: OPEN });
  if ('named' in need) return board.canCreate(principal, [need.action], at(need.named));
  const things = board.things([need.existing], account);
  return anyOf(things.map((one) => board.can(principal, { action: need.action, resource: one.arn })));
}

/** New code waits until something starts it: the principal, or chance. */
function startOf(
  board: Board,
  principal: Principal,
  { actions, thing }: { actions: readonly string[]; thing: Thing },
): Held | undefined {
  const can = anyOf(actions.map((action) => board.can(principal, { action, resource: thing.arn })));
  return can ?? conditional('something starts it', 'time');
}

/** As the configuration says, or as the principal may set it; where nothing is said, it is a gate. */
function setTo(board: Board, principal: Principal, { setting, thing }: { setting: Setting; thing: Thing }): Held | undefined {
  const said = setting.at.map((path) => valueAt(thing.item.configuration, path)).filter((value) => value !== undefined);
  if (said.some((value) => setting.is.includes(value))) return SURE;
  const changed = setting.else && board.can(principal, { action: setting.else, resource: thing.arn });
  return changed || (said.length === 0 ? conditional(setting.text, 'unknown') : undefined);
}

const isStopped = (thing: Thing): boolean => valueAt(thing.item.configuration, ['state', 'name']) === 'stopped';

const AGENTS = new WeakMap<Thing, boolean>();

/** Systems Manager reaches an instance whose role lets its agent report. */
function hasAgent(board: Board, thing: Thing, instead?: Principal): boolean {
  const known = instead ? undefined : AGENTS.get(thing);
  if (known !== undefined) return known;
  const role = instead ?? thing.runsAs.map((arn) => board.estate.roleBehind(arn)).find((one) => one !== undefined);
  const has =
    role !== undefined && board.can(role, { action: 'ssm:UpdateInstanceInformation', resource: thing.arn }) !== undefined;
  if (!instead) AGENTS.set(thing, has);
  return has;
}
