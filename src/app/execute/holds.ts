/**
 * A reversible control is held by incidents. The first hold keeps the pre-image; whoever releases last restores it:
 *
 *     A places (pre-image: login) ─┐         ┌─ A released: B still holds, nothing is restored
 *                                  ├─ held ──┤
 *               B places (none) ───┘         └─ B released: the last, login comes back
 */
import { HOUR_MS } from '../../model/durations.ts';
import { isPreparation } from '../../model/final-step.ts';
import type { Hold, PlanStep } from '../../model/plan.ts';
import type { Enforcer, Preflight } from '../../ports/enforcer.ts';
import { type Run, recordOf, timeOf } from './run.ts';

export interface Control {
  readonly target: string;
  readonly control: string;
}

export const controlOf = (enforcer: Enforcer, step: PlanStep): Control => ({
  target: enforcer.heldTarget?.(step) ?? step.target,
  control: enforcer.controlOf(step),
});

/** What a pre-image is sealed for: it opens for this step of this plan only. */
const boundTo = (plan: string, step: string): string => `${plan}/${step}`;

/**
 * The hold to place with the intent, or undefined where there is nothing to bring back. What replaces a proof is held without an end:
 * taken back by a clock, it would leave its consumers with the old one, disabled or not.
 */
export async function holdFor(
  run: Run,
  step: PlanStep,
  { enforcer, preflight }: { enforcer: Enforcer; preflight: Preflight },
): Promise<Hold | undefined> {
  if (preflight.preImage === '' || step.reversibility === 'R2' || enforcer.waitsForPerson) return undefined;
  const control = controlOf(enforcer, step);
  const open = await run.context.store.holds({ ...control, open: true });
  const own = open.find((hold) => hold.holder === run.plan.id && hold.step === step.id);
  if (own) return own;
  return {
    id: run.context.newId(),
    ...control,
    holder: run.plan.id,
    step: step.id,
    since: timeOf(run.context),
    expires: isPreparation(step) ? null : expiryOf(run),
    // What another incident put in place is not what was there before us.
    preexisting: open.length === 0 ? preflight.preexisting : open.every((hold) => hold.preexisting),
    ...(open.length === 0 && { preImage: sealed(run, step, preflight.preImage) }),
  };
}

/** As the run asks, else as configured, else never. */
function expiryOf({ context, holdForMs }: Run): string | null {
  const hours = context.settings.execution?.holdHours;
  const ms = holdForMs ?? (hours === undefined ? undefined : hours * HOUR_MS);
  return ms === undefined ? null : new Date(context.wallClock().getTime() + ms).toISOString();
}

export function sealed(run: Run, step: PlanStep, preImage: string): string {
  return run.sealer.canSeal ? run.sealer.seal(preImage, boundTo(run.plan.id, step.id)) : run.sealer.mark(preImage);
}

export interface HoldState {
  readonly own?: Hold;
  /** Other incidents that still hold the control. */
  readonly others: readonly Hold[];
  /** The control was there before the first of us. */
  readonly preexisting: boolean;
  /** As it was before the first hold of those that follow each other without a gap; undefined when nobody kept it. */
  readonly preImage?: string;
}

/** Call under the control's lease. */
export async function holdState(run: Run, step: PlanStep, control: Control): Promise<HoldState> {
  const all = [...(await run.context.store.holds({ ...control }))].sort((a, b) =>
    a.since < b.since ? -1 : a.since > b.since ? 1 : 0,
  );
  const own = all.findLast((hold) => hold.holder === run.plan.id && hold.step === step.id);
  // A step without a hold of its own, such as an irreversible one, brings back what it found itself.
  const first = own && all.findLast((hold) => hold.preImage !== undefined && hold.since <= own.since);
  const others = all.filter((hold) => hold.released === undefined && hold !== own);
  const kept = first?.preImage ?? recordOf(run, step).preImage;
  const boundary = first ? boundTo(first.holder, first.step) : boundTo(run.plan.id, step.id);
  return {
    ...(own && { own }),
    others,
    preexisting: own?.preexisting ?? false,
    ...(kept !== undefined && { preImage: run.sealer.open(kept, boundary) }),
  };
}
