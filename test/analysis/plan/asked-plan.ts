/** Plans of small estates that need more than a graph, each held to every rule by the replay. */
import { expect } from 'vitest';
import type { PlanFacts, PlanInput } from '../../../src/analysis/plan/input.ts';
import { revocationPlan } from '../../../src/analysis/plan/revocation-plan.ts';
import type { Entity } from '../../../src/model/entity.ts';
import type { Plan } from '../../../src/model/plan.ts';
import { DEFAULT_WEIGHTS } from '../../../src/model/weights.ts';
import { CASE_NOW, type CaseEntities, caseGraph } from '../case-graph.ts';
import { planProblems } from './replay.ts';

export const KEY = 'aws:AKIA0EXAMPLE00001';
export const USER = 'aws:arn:aws:iam::111122223333:user/ci';
export const ROLE = 'aws:arn:aws:iam::111122223333:role/deploy';
export const SINCE = '2026-02-28T00:00:00.000Z';

export interface Asked extends Partial<Omit<PlanInput, 'graph' | 'facts'>> {
  readonly entities: CaseEntities;
  readonly relationships: readonly string[];
  readonly facts?: Partial<PlanFacts>;
}

export function planOf({ entities, relationships, facts, ...rest }: Asked): Plan {
  const input: PlanInput = {
    id: 'plan-1',
    graph: caseGraph(entities, relationships),
    targets: [KEY],
    mode: 'contain',
    budgets: {},
    weights: DEFAULT_WEIGHTS,
    now: CASE_NOW,
    generation: 7,
    connectorOf: () => 'manual',
    ...rest,
    facts: { entity: () => undefined, ...facts },
  };
  const plan = revocationPlan(input);
  expect(planProblems(input.graph, plan, input.targets)).toEqual([]);
  return plan;
}

/** An account of an organization: it has control policies. */
export const inOrganization: Partial<PlanFacts> = {
  entity: (key) =>
    key === 'aws:account/111122223333'
      ? ({ key, kind: 'Scope', name: key, provider: 'aws', properties: { organization: 'o-1' } } as unknown as Entity)
      : undefined,
};

export const words = ({ waves }: Plan): string[][] =>
  waves.map(({ steps }) => steps.map(({ action, target }) => `${action} ${target}`).sort());
export const stepsOf = ({ waves }: Plan) => waves.flatMap(({ steps }) => steps);
