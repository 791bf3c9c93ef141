import { describe, expect, it } from 'vitest';
import type { SplitQuestion } from '../../../../src/analysis/plan/input.ts';
import { revocationPlan } from '../../../../src/analysis/plan/revocation-plan.ts';
import type { Entity } from '../../../../src/model/entity.ts';
import type { PlanStep } from '../../../../src/model/plan.ts';
import { DEFAULT_WEIGHTS } from '../../../../src/model/weights.ts';
import { CASE_NOW, caseGraph } from '../../case-graph.ts';
import { planProblems } from '../replay.ts';

const CHECKOUT = 'k8s:prod/shop/deployments/checkout';
const BILLING = 'k8s:prod/shop/deployments/billing';

interface Given {
  readonly user: string;
  /** How many the user has. */
  readonly passwords: number;
  readonly isSplit: boolean;
}

/** What ends a password that two consumers share. */
function endOf({ user, passwords, isSplit }: Given): PlanStep[] {
  const identity = `redis:cache/users/${user}`;
  const key = `${identity}/passwords/abcdefgh`;
  const graph = caseGraph({ [key]: 'Credential', [identity]: 'ServiceAccount', [CHECKOUT]: 'Workload', [BILLING]: 'Workload' }, [
    `${key} AUTHENTICATES_AS ${identity} entitled`,
    `${CHECKOUT} USES ${key} observed`,
    `${BILLING} USES ${key} observed`,
  ]);
  const sure = [CHECKOUT, BILLING].map((one) => ({ key: one, probability: 0.98, isAbleOnly: false, evidence: [], origins: [] }));
  const split: SplitQuestion = { rights: 'same', window: { end: CASE_NOW, days: 90 }, consumersOf: () => sure };
  const plan = revocationPlan({
    id: 'plan-1',
    graph,
    targets: [key],
    mode: 'retire',
    budgets: {},
    weights: DEFAULT_WEIGHTS,
    now: CASE_NOW,
    generation: 7,
    connectorOf: () => 'manual',
    facts: {
      entity: (one) => (one === key ? ({ properties: { passwordsOfUser: passwords } } as unknown as Entity) : undefined),
    },
    ...(isSplit && { split }),
  });
  expect(planProblems(graph, plan, [key])).toEqual([]);
  return plan.waves.flatMap(({ steps }) => steps).filter(({ action }) => action === 'disable' || action === 'delete');
}

describe('the end of a Redis password', () => {
  it('that was split is the end of its user, with the connections that are left, when it had no other', () => {
    const [disable, deletion] = endOf({ user: 'shop', passwords: 1, isSplit: true });
    expect(disable).toMatchObject({ action: 'disable', reversibility: 'R0', parameters: { user: 'shop' } });
    expect(disable!.commands.apply).toContain('CLIENT KILL USER shop');
    expect(deletion).toMatchObject({ action: 'delete', reversibility: 'R2', parameters: { user: 'shop' } });
  });

  it.each([
    ['of a user with another', { passwords: 2, isSplit: true }],
    ['whose user got another in its place', { passwords: 1, isSplit: false }],
  ])('%s is that of the password alone', (_, given) => {
    const steps = endOf({ user: 'shop', ...given });
    expect(steps.map(({ action, parameters }) => [action, parameters])).toEqual([
      ['disable', { user: 'shop', password: 'abcdefgh' }],
    ]);
  });

  it('of the first user, which cannot be deleted, leaves it switched off', () => {
    const steps = endOf({ user: 'default', passwords: 1, isSplit: true });
    expect(steps.map(({ action, parameters }) => [action, parameters])).toEqual([['disable', { user: 'default' }]]);
  });
});
