import { planDigest, planHash } from '../../analysis/plan/plan-hash.ts';
import { MINUTE_MS } from '../../model/durations.ts';
import type { StoredPlan } from '../../model/plan.ts';
import { type LedgerFacts, ledgerFacts } from './ledger-facts.ts';
import type { Run } from './run.ts';

/** Clocks of machines differ a little. */
const CLOCK_TOLERANCE_MS = 5 * MINUTE_MS;

/** What shows that the store, or the clock, was tampered with or moved; and the approvals that the ledger bears out. */
export async function integrityOf(
  { context }: Pick<Run, 'context'>,
  { plan, approvals }: StoredPlan,
): Promise<{ readonly found: string[]; readonly approvals: StoredPlan['approvals'] }> {
  const facts = await ledgerFacts(context.store);
  if (facts.problem !== undefined) {
    return { found: [`the ledger is broken (${facts.problem}): nothing runs on it; \`interlock audit verify\``], approvals: [] };
  }
  const known = approvals.filter(facts.isRecorded);
  const foreign = approvals.filter((approval) => !facts.isRecorded(approval)).map(({ by }) => by);
  const found = [...planProblems(plan, facts), ...clockProblems(facts, context.wallClock())];
  if (foreign.length > 0) found.push(`the approval of ${foreign.join(', ')} is not in the ledger: it was not given here`);
  return { found, approvals: known };
}

function planProblems(plan: StoredPlan['plan'], { plans }: LedgerFacts): string[] {
  const recorded = plans.get(plan.id);
  if (recorded === undefined) return [`plan ${plan.id} is not in the ledger: it was not made here; plan again`];
  const isSame = new Set([recorded.hash, plan.hash, planHash(plan)]).size === 1;
  const isWhole = recorded.digest === undefined || recorded.digest === planDigest(plan);
  return isSame && isWhole ? [] : [`plan ${plan.id} was changed after it was made: plan again`];
}

function clockProblems({ newest }: LedgerFacts, now: Date): string[] {
  const behindMs = newest === undefined ? 0 : Date.parse(newest) - now.getTime();
  if (behindMs <= CLOCK_TOLERANCE_MS) return [];
  const minutes = Math.round(behindMs / MINUTE_MS);
  return [`the clock is ${minutes} minutes behind the ledger: set it right, since approvals and holds go by it`];
}
