import type { StepRecord, StoredPlan } from '../../src/model/plan.ts';

const stepFields = ({ step, state, evidence, residualUntil, drift }: StepRecord) => ({
  id: step,
  state,
  evidence,
  residualUntil: residualUntil ?? null,
  driftSince: drift?.since ?? null,
});

/** The steps as the store holds them; what nobody touched yet is `planned`. */
export function executionFields({ plan, state, steps }: StoredPlan) {
  const records = new Map(steps.map((record) => [record.step, record]));
  const all = plan.waves.flatMap((wave) => wave.steps);
  return {
    plan: plan.id,
    state,
    stopped: [],
    steps: all.map(({ id }) => {
      const record = records.get(id);
      return record ? stepFields(record) : { id, state: 'planned', evidence: [], residualUntil: null };
    }),
  };
}

export const planFields = (stored: StoredPlan) => ({
  ...stored.plan,
  state: stored.state,
  requestedBy: stored.requestedBy,
  approvals: stored.approvals,
  execution: executionFields(stored),
});
