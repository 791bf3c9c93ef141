import { LaterError, messageOf, RefusedError } from '../../model/errors.ts';
import type { PlanStep, StepState } from '../../model/plan.ts';
import type { Enforcer, Preflight } from '../../ports/enforcer.ts';
import { withControl } from './control-lease.ts';
import { controlOf, holdFor, sealed } from './holds.ts';
import { patiently } from './patience.ts';
import { isVain } from './plan-state.ts';
import { strandedValue } from './rotation.ts';
import { enforcerContext, gateOf, moveStep, type Run, recordOf, stepDraft, stepsOf, timeOf } from './run.ts';

/** States from which a step may be begun: a refusal's cause can be cured, and `failed` is looked at before it is called again. */
export const OPEN: readonly StepState[] = ['planned', 'approved', 'refused'];

/** Why the step may not run, its connector's reasons and ours. */
export async function preflightOf(run: Run, step: PlanStep, enforcer: Enforcer): Promise<Preflight> {
  const missing = step.needs.filter((id) => !isPassed(run.records.get(id)?.state) && !isExcused(run, id));
  const refusals = missing.map((id) => `needs step ${id}, which is ${run.records.get(id)?.state ?? 'not in the plan'}`);
  try {
    const answer = await gateOf(run, step).look(() =>
      patiently(run, step, () => enforcer.preflight(step, enforcerContext(run, step))),
    );
    refusals.push(...answer.refusals, ...unsealable(run, step, { enforcer, answer }), ...(await strandedValue(run, step)));
    // What is planned as irreversible does not need it: better none than one that anybody could read.
    const isDropped = step.reversibility === 'R2' && !run.sealer.canSeal;
    return { ...answer, refusals, ...(isDropped && { preImage: '' }) };
  } catch (error) {
    if (run.signal.aborted || error instanceof LaterError) throw error;
    return { refusals: [...refusals, messageOf(error)], preImage: '', preexisting: false };
  }
}

interface Answered {
  readonly enforcer: Enforcer;
  readonly answer: Preflight;
}

/** Tried in vain, and nothing that stops the plan: evidence that could not be saved holds no containment up. */
const isExcused = ({ plan, records }: Run, id: string): boolean =>
  isVain(records.get(id)?.state) && stepsOf(plan).some((step) => step.id === id && step.continue === true);

const isPassed = (state: StepState | undefined): boolean => state === 'effective' || state === 'partial' || state === 'skipped';

/** What is fully reversible keeps no more than which way a switch was: it may be stored as it is, unless somebody else wrote it. */
function unsealable({ sealer }: Run, step: PlanStep, { enforcer, answer: { preImage } }: Answered): string[] {
  if (step.reversibility === 'R1' && preImage === '')
    return ['the step is R1 and its connector saved no pre-image: it could not be undone; plan it as R2'];
  const mayBeSecret = step.reversibility === 'R1' || enforcer.foreignPreImages === true;
  const isDropped = step.reversibility === 'R2';
  if (preImage === '' || isDropped || !mayBeSecret || sealer.canSeal) return [];
  return ['its pre-image must be sealed: set INTERLOCK_SEAL_KEY (make one with `openssl rand -base64 32`)'];
}

export async function refuseStep(run: Run, step: PlanStep, reasons: readonly string[]): Promise<void> {
  await moveStep(run, step, {
    to: 'refused',
    from: [...OPEN, 'requested'],
    evidence: reasons.map((reason) => `refused: ${reason}`),
    ledger: [stepDraft(run, step, 'refusal', { reasons: [...reasons] })],
  });
}

/** Intent first: the step, its pre-image, its hold and the ledger's record are stored as one before anything is called. */
export async function recordIntent(run: Run, step: PlanStep, enforcer: Enforcer): Promise<void> {
  await withControl(run, controlOf(enforcer, step), async () => {
    const preflight = await preflightOf(run, step, enforcer);
    if (preflight.refusals.length > 0) {
      await refuseStep(run, step, preflight.refusals);
      throw new RefusedError(`step ${step.id}: ${preflight.refusals.join('; ')}`);
    }
    const hold = await holdFor(run, step, { enforcer, preflight });
    const { attempts: before, preImage: kept, state } = recordOf(run, step);
    const attempts = before + 1;
    const isFirst = state !== 'approved' || kept === undefined;
    await moveStep(run, step, {
      to: 'requested',
      from: OPEN,
      change: {
        attempts,
        requestedAt: timeOf(run.context),
        ...(preflight.preImage !== '' && isFirst && { preImage: sealed(run, step, preflight.preImage) }),
      },
      ledger: [
        stepDraft(run, step, 'intent', { command: step.commands.apply, reversibility: step.reversibility, why: step.why }),
        ...(hold ? [stepDraft(run, step, 'hold', { hold: hold.id, control: hold.control, preexisting: hold.preexisting })] : []),
      ],
      ...(hold && { hold }),
    });
  });
}
