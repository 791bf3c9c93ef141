import { MINUTE_MS } from '../../model/durations.ts';
import { matchesGlob } from '../../model/glob.ts';
import type { Plan, PlanStep, StepState } from '../../model/plan.ts';
import { overActionBudgets } from './action-budgets.ts';
import { approvalsFor, approvalsThatCount } from './approve-plan.ts';
import { integrityOf } from './integrity.ts';
import { pausedError } from './patience.ts';
import { planDifference } from './plan-difference.ts';
import { isToDo } from './plan-state.ts';
import { enforcerOf, hasEnded, type Run, recordOf, stepsOf, storedPlan, timeOf } from './run.ts';

/** Of it nothing has happened: the estate is still as no step of the plan has changed it. */
const NOT_BEGUN: readonly StepState[] = ['planned', 'approved', 'refused'];

/**
 * Everything that forbids the plan to run up to a wave, before any call of it is made; empty when it may. What later waves need, such as
 * approvals of what is irreversible, never keeps a containment waiting that needs none.
 */
export async function guardRails(run: Run, wave: number): Promise<string[]> {
  const { context, plan } = run;
  const stored = await storedPlan(context, plan.id);
  const { found, approvals } = await integrityOf(run, stored);
  if (found.length > 0) return found;
  if (stored.state === 'undone') found.push(`plan ${plan.id} was undone: plan again`);
  if (plan.waves.length === 0 && plan.refusals.length > 0)
    found.push(...plan.refusals.map((r) => `${r.target}: ${r.reason} (${r.rule})`));
  if (await context.store.paused()) found.push(pausedError().message);
  found.push(...(await deniedTargets(run)), ...(await unknownTargets(run)), ...(await overActionBudgets(run)));
  const hasBegun = stepsOf(plan).some((step) => !NOT_BEGUN.includes(recordOf(run, step).state));
  const now = hasBegun ? undefined : await context.replan(plan);
  if (now) found.push(...(await staleGraph(run)), ...otherPlan(run, now));
  const planned = await approvalsFor(context, toDoUpTo(run, wave));
  const needed = Math.max(planned, now ? await approvalsFor(context, stepsUpTo(now, wave)) : 0);
  const by = approvalsThatCount({ ...stored, approvals }, timeOf(context));
  if (by.length < needed) {
    found.push(
      `${needed} people must approve, ${by.length} did${by.length ? ` (${by.join(', ')})` : ''}: \`interlock approve ${plan.id}\`${wave > 0 ? ` (for wave ${wave + 1})` : ''}${now && needed > planned ? `; when it was planned ${planned} had to: ${worseText(plan, now)}` : ''}`,
    );
  }
  return found;
}

const stepsUpTo = ({ waves }: Plan, wave: number): PlanStep[] => waves.slice(0, wave + 1).flatMap(({ steps }) => steps);

/** The same steps break more than they did: what came to depend on them since is not in the figures that people have seen. */
function worseText(before: Plan, now: Plan): string {
  const downOf = (plan: Plan, bound: 'lo' | 'hi') =>
    Math.max(0, ...stepsOf(plan).map(({ outageAfter }) => outageAfter[bound].down));
  return `it stopped ${downOf(before, 'lo')} to ${downOf(before, 'hi')} things then, and stops ${downOf(now, 'lo')} to ${downOf(now, 'hi')} now`;
}

export const toDoUpTo = (run: Run, wave: number): PlanStep[] => stepsUpTo(run.plan, wave).filter((step) => isToDo(run, step));

/** The first wave that has something to do; the last when none has. */
export function nextWave(run: Run): number {
  const { waves } = run.plan;
  const open = waves.findIndex(({ steps }) => steps.some((step) => isToDo(run, step)));
  return open === -1 ? Math.max(0, waves.length - 1) : open;
}

export async function deniedTargets(run: Run): Promise<string[]> {
  const found: string[] = [];
  for (const step of stepsOf(run.plan)) {
    const keys = [step.target, ...(step.for === undefined ? [] : [step.for]), ...(await heldKey(run, step))];
    const rule = run.context.settings.denyList.find((glob) => keys.some((key) => matchesGlob(glob, key)));
    if (rule !== undefined) found.push(`step ${step.id}: ${step.target} is on the deny list (${rule})`);
  }
  return found;
}

async function heldKey(run: Run, step: PlanStep): Promise<string[]> {
  try {
    const held = (await enforcerOf(run, step)).heldTarget?.(step);
    return held === undefined ? [] : [held];
  } catch {
    return [];
  }
}

/** The graph must know what a step acts on, and the connector must be able to. A preparation's target may be yet to come. */
async function unknownTargets(run: Run): Promise<string[]> {
  const steps = stepsOf(run.plan);
  const known = new Map(
    (await run.context.store.entities(steps.map((step) => step.target))).map((entity) => [entity.key, entity]),
  );
  const found: string[] = [];
  for (const step of steps) {
    const enforcer = await run.context.enforcerFor(step.connector);
    if (!enforcer) {
      found.push(`step ${step.id}: no enforcer ${step.connector} is configured: name it under \`enforcers\`, or plan again`);
      continue;
    }
    if (enforcer.waitsForPerson || hasEnded(recordOf(run, step).state)) continue;
    const target = known.get(step.target);
    if (!target) found.push(`step ${step.id}: ${step.target} is not in the graph: collect and plan again`);
    else if (!enforcer.supports(target.kind, step.action)) {
      found.push(`step ${step.id}: ${step.connector} (${enforcer.type}) does not ${step.action} a ${target.kind}`);
    }
  }
  return found;
}

async function staleGraph({ context }: Run): Promise<string[]> {
  const minutes = context.settings.budgets.maxGraphAgeMinutes;
  const oldest = new Date(context.clock().getTime() - minutes * MINUTE_MS).toISOString();
  const stale = (await context.store.sources()).filter(({ lastRun }) => lastRun < oldest).map(({ name }) => name);
  if (stale.length === 0) return [];
  return [
    `the graph is older than ${minutes} minutes (${stale.join(', ')}): \`interlock collect\` first (budgets.maxGraphAgeMinutes)`,
  ];
}

function otherPlan({ plan }: Run, now: Plan): string[] {
  const difference = planDifference(plan, now);
  return difference === undefined ? [] : [`the estate has changed since plan ${plan.id}: ${difference}; look at the new plan`];
}
