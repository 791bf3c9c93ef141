import { type WhatIf, whatIf } from '../analysis/plan/what-if.ts';
import type { Plan } from '../model/plan.ts';
import type { Asking } from './reach.ts';
import { planFacts } from './revocation.ts';

/** The figures of a plan of which only these steps are taken, on the graph as it is now. */
export async function askWhatIf(app: Asking, plan: Plan, steps: readonly string[]): Promise<WhatIf> {
  return whatIf({ graph: await app.graph(), weights: app.settings.weights, facts: await planFacts(app.store) }, plan, steps);
}
