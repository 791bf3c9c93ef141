/** What a plan has left of everything that comes from its targets. */
import { type CascadeRow, cascade } from '../analysis/cascade.ts';
import type { App } from './app.ts';
import { stepsOf, storedPlan } from './execute/run.ts';
import type { Asking } from './reach.ts';
import { planFacts } from './revocation.ts';

/** Of the plan as the store has it, on the graph as it was collected. Throws a RefusedError where there is no such plan. */
export async function askCascade(app: App & Asking, planId: string): Promise<CascadeRow[]> {
  const { plan, steps } = await storedPlan(app, planId);
  return cascade({
    graph: await app.graph(),
    facts: await planFacts(app.store),
    targets: plan.targets,
    steps: stepsOf(plan),
    records: new Map(steps.map((record) => [record.step, record])),
    now: app.clock().toISOString(),
  });
}
