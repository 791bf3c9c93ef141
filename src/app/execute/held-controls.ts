import type { Drift, Hold } from '../../model/plan.ts';
import type { PlanStore } from '../../ports/store.ts';

export interface HeldControl extends Pick<Hold, 'id' | 'target' | 'control' | 'holder' | 'since' | 'expires' | 'preexisting'> {
  readonly step: string;
  /** Since when it is over and waits for a person, or null. */
  readonly due: string | null;
  /** Somebody has removed the control meanwhile, or null. */
  readonly drift: Drift | null;
  /** Other plans that hold the same control. */
  readonly alsoHeldBy: readonly string[];
}

/** Open holds, the oldest first. */
export async function heldControls({ store }: { readonly store: PlanStore }): Promise<HeldControl[]> {
  const holds = await store.holds({ open: true });
  const controlOf = ({ target, control }: Hold): string => JSON.stringify([target, control]);
  const holders = new Map<string, string[]>();
  for (const hold of holds) holders.set(controlOf(hold), [...(holders.get(controlOf(hold)) ?? []), hold.holder]);
  const drifts = new Map<string, Drift>();
  for (const plan of new Set(holds.map(({ holder }) => holder))) {
    const stored = await store.plan(plan);
    for (const { step, drift } of stored?.steps ?? []) if (drift) drifts.set(`${plan}/${step}`, drift);
  }
  return holds.map((hold) => {
    const { id, target, control, holder, step, since, expires, preexisting, due = null } = hold;
    const alsoHeldBy = [...new Set(holders.get(controlOf(hold)))].filter((other) => other !== holder);
    const drift = drifts.get(`${holder}/${step}`) ?? null;
    return { id, target, control, holder, step, since, expires, preexisting, due, drift, alsoHeldBy };
  });
}
