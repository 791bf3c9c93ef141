/** Plans made by hand, for tests of what carries them out. */
import { planHash } from '../../../src/analysis/plan/plan-hash.ts';
import type { GRADES, OutageCounts, Plan, PlanStep } from '../../../src/model/plan.ts';

const NOBODY: OutageCounts = { down: 0, latent: 0, blocked: 0, interrupted: 0, degraded: 0 } satisfies Record<
  (typeof GRADES)[number],
  number
>;

export const PLANNED_AT = '2026-03-01T12:00:00.000Z';

export function makeStep(change: Partial<PlanStep> & Pick<PlanStep, 'id' | 'target'>): PlanStep {
  return {
    action: 'quarantine',
    parameters: {},
    connector: 'switches',
    reversibility: 'R0',
    needs: [],
    cuts: [],
    reachAfter: { lo: 0, hi: 0 },
    outageAfter: { lo: NOBODY, hi: NOBODY },
    startsAt: PLANNED_AT,
    effectiveBy: '2026-03-01T12:00:10.000Z',
    residualUntil: null,
    probe: 'it is off',
    approvals: 0,
    commands: { apply: `turn ${change.target} off`, inverse: `turn ${change.target} on`, probe: `look at ${change.target}` },
    why: 'a test',
    ...change,
  };
}

export function makePlan(id: string, waves: readonly (readonly PlanStep[])[], change: Partial<Plan> = {}): Plan {
  const plan: Plan = {
    id,
    hash: '',
    mode: 'contain',
    targets: waves.flat().map((step) => step.target),
    budgets: {},
    createdAt: PLANNED_AT,
    generation: 1,
    waves: waves.map((steps) => ({ steps })),
    tradeoff: [],
    refusals: [],
    ...change,
  };
  return { ...plan, hash: change.hash ?? planHash(plan) };
}
