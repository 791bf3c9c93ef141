/**
 * From an intent to an effect that was seen:
 *
 *     requested ──call──► accepted ──probe──► propagating ──probe──► effective
 *         │                   │                    └─ past its time ─► partial | failed
 *         └─ error: look before calling again ─► refused | failed
 */
import { messageOf, RefusedError } from '../../model/errors.ts';
import type { PlanStep } from '../../model/plan.ts';
import type { Enforcer, Probed } from '../../ports/enforcer.ts';
import { controlOf } from './holds.ts';
import { enforcerContext, moveStep, type Run, recordOf, sleep, stepDraft, timeOf } from './run.ts';

/** Tries of one call in one run, where trying again is harmless. */
const TRIES = 3;
const RETRY_MS = 1000;
/** Gaps between probes; the last repeats. AWS IAM wants 10 s, 60 s, 5 min: a plan's `effectiveBy` says how long it goes on. */
const PROBE_GAPS_MS = [250, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000];
/** A step that the plan says is effective at once still gets this long. */
const LEAST_BUDGET_MS = 5000;

/** Calls, or, when this may be a second time, looks first. Ends in `accepted`, `effective`, `skipped`, `refused` or `failed`. */
export async function callStep(run: Run, step: PlanStep, enforcer: Enforcer, isSecondTime: boolean): Promise<void> {
  if (isSecondTime && !(await mayCallAgain(run, step, enforcer))) return;
  for (let i = 1; ; i++) {
    try {
      const { evidence } = await enforcer.apply(step, enforcerContext(run, step));
      await moveStep(run, step, {
        to: enforcer.simulates ? 'skipped' : 'accepted',
        from: ['requested'],
        evidence,
        ledger: [stepDraft(run, step, 'call', { outcome: 'accepted', evidence: [...evidence] })],
      });
      return;
    } catch (error) {
      run.signal.throwIfAborted();
      await run.context.store.append(stepDraft(run, step, 'call', { outcome: 'error', error: messageOf(error) }));
      if (await settleError(run, step, enforcer, { error, isLast: i >= TRIES })) return;
      await sleep(run, RETRY_MS * i);
    }
  }
}

/** After a crash or a failure: what is there decides. An irreversible call is made again only when nothing of it is to be seen. */
async function mayCallAgain(run: Run, step: PlanStep, enforcer: Enforcer): Promise<boolean> {
  const probed = await look(run, step, enforcer);
  if (probed.state === 'effective') {
    await becomeAccepted(run, step, ['found effective after an interruption: not called again', ...probed.evidence]);
    return false;
  }
  if (probed.state === 'not-effective' || step.reversibility !== 'R2') return true;
  await becomeAccepted(run, step, [
    'found half done after an interruption: an irreversible call is not repeated',
    ...probed.evidence,
  ]);
  return false;
}

/** True when the error has ended the step; false when it may be tried again. */
async function settleError(
  run: Run,
  step: PlanStep,
  enforcer: Enforcer,
  { error, isLast }: { readonly error: unknown; readonly isLast: boolean },
): Promise<boolean> {
  const said = messageOf(error);
  let probed: Probed;
  try {
    probed = await look(run, step, enforcer);
  } catch (problem) {
    if (!isLast && step.reversibility !== 'R2') return false;
    return fail(run, step, [said, `whether it happened is not known: ${messageOf(problem)}; execute again to look`]);
  }
  if (probed.state === 'effective')
    return becomeAccepted(run, step, [`the call ended in an error, but it is effective: ${said}`]);
  if (error instanceof RefusedError && probed.state === 'not-effective') return becomeRefused(run, step, enforcer, said);
  if (step.reversibility !== 'R2' && !isLast && !(error instanceof RefusedError)) return false;
  if (probed.state !== 'not-effective') return becomeAccepted(run, step, [`half done: ${said}`, ...probed.evidence]);
  return fail(run, step, [said, ...probed.evidence]);
}

async function becomeAccepted(run: Run, step: PlanStep, evidence: readonly string[]): Promise<true> {
  const ledger = [stepDraft(run, step, 'call', { outcome: 'accepted', evidence: [...evidence] })];
  await moveStep(run, step, { to: 'accepted', from: ['requested'], evidence, ledger });
  return true;
}

async function fail(run: Run, step: PlanStep, evidence: readonly string[]): Promise<true> {
  const ledger = [stepDraft(run, step, 'outcome', { state: 'failed', evidence: [...evidence] })];
  await moveStep(run, step, { to: 'failed', from: ['requested', 'accepted', 'propagating'], evidence, ledger });
  return true;
}

/** Nothing happened, so nothing is held. */
async function becomeRefused(run: Run, step: PlanStep, enforcer: Enforcer, said: string): Promise<true> {
  const holds = await run.context.store.holds({ ...controlOf(enforcer, step), holder: run.plan.id, open: true });
  for (const hold of holds.filter((own) => own.step === step.id)) {
    await run.context.store.releaseHold(
      hold.id,
      timeOf(run.context),
      stepDraft(run, step, 'release', { hold: hold.id, why: said }),
    );
  }
  const ledger = [stepDraft(run, step, 'refusal', { reasons: [said] })];
  await moveStep(run, step, { to: 'refused', from: ['requested'], evidence: [`refused: ${said}`], ledger });
  return true;
}

const look = (run: Run, step: PlanStep, enforcer: Enforcer): Promise<Probed> => enforcer.probe(step, enforcerContext(run, step));

/** Waits until the effect is seen, or its time is over. A probe that fails is one that has not seen it yet. */
export async function awaitEffect(run: Run, step: PlanStep, enforcer: Enforcer): Promise<void> {
  const until = Date.parse(recordOf(run, step).updatedAt) + propagationMs(step);
  for (let i = 0; ; i++) {
    const probed = await look(run, step, enforcer).catch((error): Probed => {
      run.signal.throwIfAborted();
      return { state: 'propagating', evidence: [`the probe failed: ${messageOf(error)}`] };
    });
    if (probed.state === 'effective') return endStep(run, step, 'effective', probed);
    if (run.context.wallClock().getTime() >= until) {
      return endStep(run, step, probed.state === 'not-effective' ? 'failed' : 'partial', probed);
    }
    if (recordOf(run, step).state === 'accepted') {
      const ledger = [stepDraft(run, step, 'probe', { state: probed.state, evidence: [...probed.evidence] })];
      await moveStep(run, step, { to: 'propagating', from: ['accepted'], ledger });
    }
    await sleep(run, PROBE_GAPS_MS[Math.min(i, PROBE_GAPS_MS.length - 1)] as number);
  }
}

const propagationMs = (step: PlanStep): number =>
  Math.max(LEAST_BUDGET_MS, Date.parse(step.effectiveBy) - Date.parse(step.startsAt) || 0);

async function endStep(
  run: Run,
  step: PlanStep,
  state: 'effective' | 'partial' | 'failed',
  { evidence, residualUntil }: Probed,
): Promise<void> {
  const residual = residualUntil ?? step.residualUntil ?? undefined;
  await moveStep(run, step, {
    to: state,
    from: ['accepted', 'propagating'],
    evidence,
    ...(residual !== undefined && { change: { residualUntil: residual } }),
    ledger: [stepDraft(run, step, 'outcome', { state, evidence: [...evidence], residualUntil: residual ?? null })],
  });
}
