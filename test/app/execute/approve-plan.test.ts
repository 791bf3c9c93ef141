import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planText } from '../../../src/analysis/plan/plan-text.ts';
import { revocationPlan } from '../../../src/analysis/plan/revocation-plan.ts';
import { approvalsNeeded } from '../../../src/app/execute/approve-plan.ts';
import type { Plan } from '../../../src/model/plan.ts';
import { DEFAULT_WEIGHTS } from '../../../src/model/weights.ts';
import { caseGraph } from '../../analysis/case-graph.ts';
import { ESTATE_NOW, estates } from '../../analysis/plan/random-estate.ts';

const KEY = 'aws:AKIA0EXAMPLE00001';
const USER = 'aws:arn:aws:iam::111122223333:user/shop';

const asked = {
  id: 'p',
  mode: 'contain' as const,
  targets: [KEY],
  budgets: {},
  weights: DEFAULT_WEIGHTS,
  now: ESTATE_NOW,
  generation: 1,
  connectorOf: () => 'manual',
  facts: { entity: () => undefined },
};

/** A shop that stops when its key dies; how sure that is, is the basis. */
const shop = (basis: 'declared' | 'entitled') =>
  caseGraph({ [KEY]: 'Credential', [USER]: 'ServiceAccount', 'app:shop': 'Workload' }, [
    `${KEY} AUTHENTICATES_AS ${USER} entitled`,
    `app:shop USES ${KEY} ${basis}`,
  ]);

const said = (plan: Plan): number => Math.max(0, ...plan.waves.flatMap(({ steps }) => steps.map(({ approvals }) => approvals)));
const needed = (plan: Plan, down: number): number =>
  approvalsNeeded(
    plan.waves.flatMap(({ steps }) => steps),
    { down, actionsPerHour: 20, maxGraphAgeMinutes: 60 },
  );

describe('the approvals that a plan says are those that its execution asks for', () => {
  it('two people, when more stops for certain than the configured budget', () => {
    const plan = revocationPlan({ ...asked, graph: shop('declared'), downBudget: 0 });
    expect(plan.waves[0]?.steps[0]?.outageAfter.lo.down).toBe(1);
    expect([said(plan), needed(plan, 0)]).toEqual([2, 2]);
    expect(planText(plan)).toContain('approval 2 people other than the one who asks');
  });

  it('nobody, within the budget', () => {
    const plan = revocationPlan({ ...asked, graph: shop('declared'), downBudget: 1 });
    expect([said(plan), needed(plan, 1)]).toEqual([0, 0]);
    expect(planText(plan)).toContain('approval none needed');
  });

  it('one person, when it may only be that more stops', () => {
    const plan = revocationPlan({ ...asked, graph: shop('entitled'), downBudget: 0 });
    expect(plan.waves[0]?.steps[0]?.outageAfter).toMatchObject({ lo: { down: 0 }, hi: { down: 1 } });
    expect([said(plan), needed(plan, 0)]).toEqual([1, 1]);
  });

  it('for any estate, mode and budget', () => {
    fc.assert(
      fc.property(
        estates,
        fc.nat(),
        fc.constantFrom(0, 1, 3),
        fc.constantFrom('contain', 'retire'),
        (estate, pick, down, mode) => {
          const targets = [estate.keys[pick % estate.keys.length] as string];
          const plan = revocationPlan({ ...asked, graph: estate.graph, targets, mode, downBudget: down });
          expect(said(plan)).toBe(needed(plan, down));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('and they are no part of what is approved: the budget changes no hash', () => {
    const hashes = [0, 1].map((downBudget) => revocationPlan({ ...asked, graph: shop('declared'), downBudget }).hash);
    expect(hashes[0]).toBe(hashes[1]);
  });
});
