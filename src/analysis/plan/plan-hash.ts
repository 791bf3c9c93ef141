import { canonicalJson, sha256 } from '../../model/ledger.ts';
import type { Plan, PlanStep } from '../../model/plan.ts';

/** What approvals are bound to: what would be done, by whom, with what, in which order. No times, figures or texts. */
export function planHash({ mode, targets, budgets, waves }: Pick<Plan, 'mode' | 'targets' | 'budgets' | 'waves'>): string {
  return sha256(
    canonicalJson({
      mode,
      targets: [...targets].sort(),
      budgets,
      waves: waves.map(({ steps }) => steps.map(essence).sort(byId)),
    }),
  );
}

/** Of all that the plan says, texts and figures too: shows that the plan which is carried out is the one that was made. */
export const planDigest = (plan: Plan): string => sha256(canonicalJson(JSON.parse(JSON.stringify(plan))));

const essence = ({ id, target, action, connector, parameters, needs }: PlanStep) => ({
  id,
  target,
  action,
  connector,
  parameters,
  needs: [...needs].sort(),
});

const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
