import { canonicalJson } from '../../model/ledger.ts';
import type { Plan, PlanStep } from '../../model/plan.ts';

/** What two plans differ in first, in words, by what their hash covers; undefined when they are the same. */
export function planDifference(before: Plan, now: Plan): string | undefined {
  if (before.hash === now.hash) return undefined;
  for (const field of ['mode', 'targets', 'budgets'] as const) {
    const [was, is] = [before[field], now[field]].map((value) => comparable(value));
    if (was !== is) return `${field}: was ${was}, is ${is}`;
  }
  for (let wave = 0; wave < Math.max(before.waves.length, now.waves.length); wave++) {
    const difference = waveDifference(before.waves[wave]?.steps ?? [], now.waves[wave]?.steps ?? []);
    if (difference) return `wave ${wave + 1}: ${difference}`;
  }
  return `the hash: was ${before.hash}, is ${now.hash}`;
}

/** Lists are compared as sets. */
const comparable = (value: unknown): string => canonicalJson(Array.isArray(value) ? [...value].sort(byText) : value);

const byText = (a: unknown, b: unknown): number => (canonicalJson(a) < canonicalJson(b) ? -1 : 1);

function waveDifference(before: readonly PlanStep[], now: readonly PlanStep[]): string | undefined {
  const ids = [...new Set([...before, ...now].map((step) => step.id))].sort();
  for (const id of ids) {
    const was = before.find((step) => step.id === id);
    const is = now.find((step) => step.id === id);
    if (!is) return `${was?.action} ${was?.target} is no longer in it`;
    if (!was) return `${is.action} ${is.target} is new in it`;
    for (const field of ['target', 'action', 'connector', 'parameters', 'needs'] as const) {
      const [old, fresh] = [was[field], is[field]].map((value) => comparable(value));
      if (old !== fresh) return `${is.action} ${is.target}: ${field} was ${old}, is ${fresh}`;
    }
  }
  return undefined;
}
