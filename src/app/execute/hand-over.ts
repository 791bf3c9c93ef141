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
