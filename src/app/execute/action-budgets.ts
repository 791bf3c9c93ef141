import { HOUR_MS } from '../../model/durations.ts';
import { isToDo } from './plan-state.ts';
import { type Run, recordOf, stepsOf } from './run.ts';

/** Why the steps ahead would pass what may be done in an hour, in all or for one owner; empty when they may be done. */
export async function overActionBudgets(run: Run): Promise<string[]> {
  const { actionsPerHour, actionsPerOwnerPerHour } = run.context.settings.budgets;
  const ahead = stepsOf(run.plan).filter((step) => isToDo(run, step));
  if (ahead.length === 0) return [];
  const done = await recentActions(run);
  const recent = [...done.values()].reduce((sum, actions) => sum + actions, 0);
  const found: string[] = [];
  if (recent + ahead.length > actionsPerHour) {
    found.push(
      `${recent} actions in the last hour and ${ahead.length} more would pass the budget of ${actionsPerHour} (budgets.actionsPerHour)`,
    );
  }
  if (actionsPerOwnerPerHour === undefined) return found;
  const byOwner = new Map<string, number>();
  const owners = await ownersOf(run);
  for (const step of ahead) {
    const owner = owners.get(step.target);
    if (owner !== undefined) byOwner.set(owner, (byOwner.get(owner) ?? 0) + 1);
  }
  for (const [owner, more] of byOwner) {
    const before = done.get(owner) ?? 0;
    if (before + more <= actionsPerOwnerPerHour) continue;
    found.push(
      `${before} actions of the last hour and ${more} more would hit what ${owner} owns: the budget is ${actionsPerOwnerPerHour} (budgets.actionsPerOwnerPerHour)`,
    );
  }
  return found;
}

/** Owners of targets, as the graph says. */
export async function ownersOf(run: Run): Promise<ReadonlyMap<string, string>> {
  const keys = [...new Set(stepsOf(run.plan).map(({ target }) => target))];
  const entities = await run.context.store.entities(keys);
  return new Map(entities.flatMap(({ key, owner }) => (owner === undefined ? [] : [[key, owner] as const])));
}

/** Actions by owner, of all plans, that were called in the last hour; without the steps ahead of this one, tried again or not. */
async function recentActions(run: Run): Promise<Map<string | null, number>> {
  const since = new Date(run.context.wallClock().getTime() - HOUR_MS).toISOString();
  const others = await run.context.store.actionsSince(since, run.plan.id);
  const counts = new Map<string | null, number>(others.map(({ owner, actions }) => [owner, actions]));
  for (const step of stepsOf(run.plan)) {
    const { attempts, updatedAt, owner = null } = recordOf(run, step);
    if (attempts === 0 || updatedAt < since || isToDo(run, step)) continue;
    counts.set(owner, (counts.get(owner) ?? 0) + 1);
  }
  return counts;
}
