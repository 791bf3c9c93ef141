/** How many people must agree to a step, by what it breaks, what cannot be brought back, and what is in doubt. */
import { entityKindAt } from '../../graph/access-graph.ts';
import type { Figures } from './figures.ts';
import type { Draft, PlanInput } from './input.ts';

type Question = Pick<PlanInput, 'graph' | 'budgets' | 'downBudget' | 'limits'>;

/** For what stops more for certain, touches more of tier 0, or is more in doubt than the configured budget allows. */
const APPROVALS_OVER_BUDGET = 2;

/** By wave; `figures` are those after each. */
export function withApprovals(input: Question, waves: readonly (readonly Draft[])[], figures: readonly Figures[]): Draft[][] {
  const irreversible = waves.flat().filter(({ reversibility }) => reversibility === 'R2').length;
  const most = input.limits?.irreversible ?? 0;
  const isOverIrreversible = most > 0 && irreversible > most;
  return waves.map((wave, i) =>
    wave.map((draft) => {
      const approvals = approvalsOf(input, draft, figures[i]!);
      return { ...draft, approvals: approvals + (draft.reversibility === 'R2' && isOverIrreversible ? 1 : 0) };
    }),
  );
}

/**
 * At least two where a lower bound or a doubt passes its budget, as execution asks; one more where only the upper bound passes a budget,
 * and one where tier 0 is touched beyond its own.
 */
function approvalsOf(input: Question, draft: Draft, { outage, tierZero }: Figures): number {
  if (draft.kills.length === 0 && draft.removes.length === 0) return draft.approvals;
  const { budgets, downBudget = Number.POSITIVE_INFINITY, limits } = input;
  const isSurelyOver = outage.lo.down > downBudget;
  const isOver = !isSurelyOver && outage.hi.down > (budgets['down'] ?? downBudget);
  const touchesTop = tierZero.length > (budgets['tier0'] ?? limits?.tier0 ?? 0);
  const approvals = draft.approvals + (isOver ? 1 : 0) + (touchesTop ? 1 : 0);
  return isSurelyOver || isInDoubt(input, draft) ? Math.max(approvals, APPROVALS_OVER_BUDGET) : approvals;
}

function isInDoubt({ graph, limits }: Question, { kills }: Draft): boolean {
  const { ambiguityBits, doubtOf } = limits ?? {};
  if (ambiguityBits === undefined || doubtOf === undefined) return false;
  return kills.some((one) => entityKindAt(graph, one) === 'Credential' && doubtOf(one) > ambiguityBits);
}
