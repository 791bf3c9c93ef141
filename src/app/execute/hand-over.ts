import type { PlanStep } from '../../model/plan.ts';
import type { HandOver, NewCredential } from '../../ports/enforcer.ts';

/** New credentials of the plans that this process carries out. In memory only: whoever goes on elsewhere issues anew. */
export interface HandOvers {
  of(plan: string): HandOver;
  /** When no step of the plan will ask for them any more. */
  drop(plan: string): void;
}

export function createHandOvers(): HandOvers {
  const plans = new Map<string, HandOver>();
  return {
    of(plan) {
      const known = plans.get(plan) ?? createHandOver();
      plans.set(plan, known);
      return known;
    },
    drop: (plan) => void plans.delete(plan),
  };
}

/** By the key of the credential that each replaces. */
export function createHandOver(): HandOver {
  const held = new Map<string, NewCredential>();
  return { give: (replaced, credential) => void held.set(replaced, credential), find: (replaced) => held.get(replaced) };
}

type Serving = Pick<PlanStep, 'target' | 'for' | 'forConsumers'>;

/** Which new credential a step is about: of one that is split, the consumers have each their own. */
export const slotOf = ({ target, for: replaced, forConsumers = [] }: Serving): string =>
  [replaced ?? target, ...forConsumers].join('\n');

/** As a step sees it: its enforcer asks by the credential that is replaced, and gets that of the step's consumers. */
export function handOverOf(all: HandOver, step: Serving): HandOver {
  if (step.forConsumers === undefined) return all;
  const slot = (replaced: string): string => slotOf({ ...step, for: replaced });
  return {
    give: (replaced, credential) => all.give(slot(replaced), credential),
    find: (replaced) => all.find(slot(replaced)),
  };
}
