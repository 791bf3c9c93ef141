/**
 * Power over a workload that exists and runs as a role: control of the workload. Each row needs *all* its actions on the thing.
 */
import { both, conditional, type Held } from '../held.ts';
import type { Principal } from '../principals.ts';
import { type Thing, valueAt } from '../things.ts';
import { WORKLOAD_PATHS, type WorkloadPath } from './existing-workload-paths.ts';
import { anyOf, type Board, type EscalationPath } from './path.ts';

export const existingWorkloadPaths: readonly EscalationPath[] = WORKLOAD_PATHS.map((row) => ({
  id: row.id,
  source: row.source,
  *find(board, principal) {
    if (!board.mentionsAll(principal, row.actions)) return;
    for (const thing of board.things(row.types, principal.account)) {
      if (!row.actions.every((action) => board.mayReach(principal, action, thing))) continue;
      const held = heldOver(board, principal, { row, thing });
      if (held) yield { target: thing.key, held, reason: `${row.actions.join(', ')}: ${row.says}` };
    }
  },
}));

function heldOver(board: Board, principal: Principal, { row, thing }: { row: WorkloadPath; thing: Thing }): Held | undefined {
  const actions = row.startsFirst && isStopped(thing) ? [...row.actions, row.startsFirst] : row.actions;
  const onThing = board.canAll(
    principal,
    actions.map((action) => ({ action, resource: thing.arn })),
  );
  const held = onThing && besides(board, principal, { row, thing, onThing });
  if (!held) return undefined;
  const started = startOf(board, principal, { row, thing });
  const agent = row.agent && !hasAgent(board, thing) ? ({ certainty: 'possible' } as const) : undefined;
  return [started, row.gate && conditional(row.gate.text, row.gate.class), agent].reduce<Held>(
    (all, one) => (one ? both(all, one) : all),
    held,
  );
}

/** What is needed on other things too. */
function besides(
  board: Board,
  principal: Principal,
  { row, thing, onThing }: { row: WorkloadPath; thing: Thing; onThing: Held },
): Held | undefined {
  let held = onThing;
  for (const { action, resource } of row.also ?? []) {
    const template = resource.replaceAll('{region}', thing.item.region).replaceAll('{account}', thing.item.account);
    const one = board.canCreate(principal, [action], template);
    if (!one) return undefined;
    held = both(held, one);
  }
  return held;
}

/** New code waits until something starts it: the principal, or chance. */
function startOf(board: Board, principal: Principal, { row, thing }: { row: WorkloadPath; thing: Thing }): Held | undefined {
  if (!row.startedBy) return undefined;
  const can = anyOf(row.startedBy.map((action) => board.can(principal, { action, resource: thing.arn })));
  return can ?? conditional(`something starts ${thing.item.name}`, 'time');
}

const isStopped = (thing: Thing): boolean => valueAt(thing.item.configuration, ['state', 'name']) === 'stopped';

/** Systems Manager reaches an instance whose role lets its agent report. */
function hasAgent(board: Board, thing: Thing): boolean {
  const role = thing.runsAs.map((arn) => board.estate.roleBehind(arn)).find((one) => one !== undefined);
  return role !== undefined && board.can(role, { action: 'ssm:UpdateInstanceInformation', resource: thing.arn }) !== undefined;
}
