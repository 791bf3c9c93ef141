/**
 * From an intent to an effect that was seen:
 *
 *     requested ──call──► accepted ──probe──► propagating ──probe──► effective
 *         │                   │                    └─ past its time ─► partial | failed
 *         └─ error: look before calling again ─► refused | failed
 */
import { LaterError, messageOf, RefusedError, ThrottledError } from '../../model/errors.ts';
import type { PlanStep, StepRecord } from '../../model/plan.ts';
import type { Applied, Enforcer, Probed } from '../../ports/enforcer.ts';
import { controlOf } from './holds.ts';
import { patiently, propagationMs } from './patience.ts';
import { enforcerContext, gateOf, moveStep, type Run, recordOf, sleep, stepDraft, timeOf } from './run.ts';
import { withGrace } from './with-grace.ts';

/** Tries of one call in one run, where trying again is harmless. */
const TRIES = 3;
const RETRY_MS = 1000;
/** Gaps between probes; the last repeats. AWS IAM wants 10 s, 60 s, 5 min: a plan's `effectiveBy` says how long it goes on. */
const PROBE_GAPS_MS = [250, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000];

const NOW = 0;

/** Of one step; each try leaves one or two. */
const MAX_TRACES = 50;

/** Calls, or, when this may be a second time, looks first. Ends in `accepted`, `effective`, `skipped`, `refused` or `failed`. */
export async function callStep(run: Run, step: PlanStep, enforcer: Enforcer, isSecondTime: boolean): Promise<void> {
  if (isSecondTime && !(await mayCallAgain(run, step, enforcer))) return;
  for (let i = 1; ; i++) {
    const called = await tryCall(run, step, enforcer);
    if ('evidence' in called) return become(run, step, enforcer.simulates ? 'skipped' : 'accepted', called);
    if (await settleError(run, step, enforcer, { error: called.error, isLast: i >= TRIES })) return;
    await sleep(run, RETRY_MS * i);
  }
}

type Called = Applied | { readonly error: unknown };

/** One try. Waiting for a provider that asks to wait is none: such a call has done nothing. */
async function tryCall(run: Run, step: PlanStep, enforcer: Enforcer): Promise<Called> {
  try {
    return await patiently(run, step, () => {
      run.signal.throwIfAborted();
      return withGrace(run.signal, (signal) => enforcer.apply(step, { ...enforcerContext(run, step), signal }));
    });
  } catch (error) {
    run.signal.throwIfAborted();
    if (error instanceof LaterError) throw error;
    await run.context.store.append(stepDraft(run, step, 'call', { outcome: 'error', error: messageOf(error) }));
    return { error };
  }
}

/** After a crash or a failure: what is there decides. An irreversible call is made again only when nothing of it is to be seen. */
async function mayCallAgain(run: Run, step: PlanStep, enforcer: Enforcer): Promise<boolean> {
  const isIrreversible = step.reversibility === 'R2';
  let probed: Probed;
  try {
    probed = await lookFor(run, step, enforcer, isIrreversible ? remainingMs(run, step) : NOW);
  } catch (error) {
    run.signal.throwIfAborted();
    if (error instanceof LaterError) throw error;
    await fail(run, step, [`what the interrupted call did cannot be seen: ${messageOf(error)}; execute again to look`]);
    return false;
  }
  if (probed.state === 'effective') {
    await become(run, step, 'accepted', {
      evidence: ['found effective after an interruption: not called again', ...probed.evidence],
    });
    return false;
  }
  if (probed.state === 'not-effective' || !isIrreversible) return true;
  await become(run, step, 'accepted', {
    evidence: ['found half done after an interruption: an irreversible call is not repeated', ...probed.evidence],
  });
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
  if (error instanceof ThrottledError) return fail(run, step, [`${said}: nothing was done; execute again when it may be called`]);
  const isIrreversible = step.reversibility === 'R2';
  let probed: Probed;
  try {
    probed = await lookFor(run, step, enforcer, isIrreversible && !(error instanceof RefusedError) ? propagationMs(step) : NOW);
  } catch (problem) {
    run.signal.throwIfAborted();
    if (!isLast && !isIrreversible) return false;
    return fail(run, step, [said, `whether it happened is not known: ${messageOf(problem)}; execute again to look`]);
  }
  if (probed.state === 'effective') {
    await become(run, step, 'accepted', { evidence: [`the call ended in an error, but it is effective: ${said}`] });
    return true;
  }
  if (error instanceof RefusedError && probed.state === 'not-effective') return becomeRefused(run, step, enforcer, said);
  if (!isIrreversible && !isLast && !(error instanceof RefusedError)) return false;
  if (probed.state === 'not-effective') return fail(run, step, [said, ...probed.evidence]);
  await become(run, step, 'accepted', { evidence: [`half done: ${said}`, ...probed.evidence] });
  return true;
}

/** The provider has it: from now on it is only looked for. */
async function become(run: Run, step: PlanStep, to: 'accepted' | 'skipped', called: Applied): Promise<void> {
  const effectiveBy = new Date(run.context.wallClock().getTime() + propagationMs(step)).toISOString();
  const { evidence } = called;
  const ledger = [stepDraft(run, step, 'call', { outcome: 'accepted', evidence: [...evidence] })];
  const change = to === 'accepted' ? { effectiveBy, ...tracesWith(run, step, called) } : {};
  await moveStep(run, step, { to, from: ['requested'], evidence, ledger, change });
}

/** Those of earlier calls and of this one. */
export function tracesWith(run: Run, step: PlanStep, { traces = [] }: Applied): Pick<StepRecord, 'traces'> {
  const before = recordOf(run, step).traces ?? [];
  return traces.length === 0 ? {} : { traces: [...new Set([...before, ...traces])].slice(-MAX_TRACES) };
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

export const look = (run: Run, step: PlanStep, enforcer: Enforcer): Promise<Probed> =>
  gateOf(run, step).look(() => patiently(run, step, () => enforcer.probe(step, enforcerContext(run, step))));

/** Looks until it is effective or the time is over; the last answer. Throws when the last look failed. */
async function lookFor(run: Run, step: PlanStep, enforcer: Enforcer, ms: number): Promise<Probed> {
  for (let i = 0, waited = 0; ; i++) {
    const isLast = waited >= ms;
    const probed = await look(run, step, enforcer).catch((error: unknown) => {
      run.signal.throwIfAborted();
      if (isLast || error instanceof LaterError) throw error;
      return undefined;
    });
    if (probed && (isLast || probed.state === 'effective')) return probed;
    waited += await pauseBefore(run, i + 1, ms - waited);
  }
}

/** Waits between two looks, and says how long. What is left is counted, not read off a clock that somebody may move. */
async function pauseBefore(run: Run, nth: number, leftMs: number): Promise<number> {
  const gap = PROBE_GAPS_MS[Math.min(nth - 1, PROBE_GAPS_MS.length - 1)] as number;
  const ms = Math.max(PROBE_GAPS_MS[0] as number, Math.min(gap, leftMs));
  await sleep(run, ms);
  return ms;
}

/** What is left of its time to become visible; all of it where the clock cannot be right. */
function remainingMs(run: Run, step: PlanStep): number {
  const { effectiveBy, updatedAt } = recordOf(run, step);
  const whole = propagationMs(step);
  const until = effectiveBy === undefined ? Date.parse(updatedAt) + whole : Date.parse(effectiveBy);
  const left = until - run.context.wallClock().getTime();
  return left > whole ? whole : Math.max(0, left);
}

/** Waits until the effect is seen, or its time is over. A probe that fails is one that has not seen it yet. */
export async function awaitEffect(run: Run, step: PlanStep, enforcer: Enforcer): Promise<void> {
  const ms = remainingMs(run, step);
  for (let i = 0, waited = 0; ; i++) {
    const probed = await look(run, step, enforcer).catch((error: unknown): Probed => {
      run.signal.throwIfAborted();
      if (error instanceof LaterError) throw error;
      return { state: 'propagating', evidence: [`the probe failed: ${messageOf(error)}`] };
    });
    if (probed.state === 'effective') return endStep(run, step, 'effective', probed);
    if (waited >= ms) return endStep(run, step, probed.state === 'not-effective' ? 'failed' : 'partial', probed);
    if (recordOf(run, step).state === 'accepted') {
      const ledger = [stepDraft(run, step, 'probe', { state: probed.state, evidence: [...probed.evidence] })];
      await moveStep(run, step, { to: 'propagating', from: ['accepted'], ledger });
    }
    waited += await pauseBefore(run, i + 1, ms - waited);
  }
}

/** One look at what was called, by somebody who does not wait for it. */
export async function lookOnce(run: Run, step: PlanStep, enforcer: Enforcer): Promise<void> {
  const probed = await look(run, step, enforcer);
  if (probed.state === 'effective') return endStep(run, step, 'effective', probed);
  if (recordOf(run, step).state === 'partial' || remainingMs(run, step) > 0) return;
  await endStep(run, step, probed.state === 'not-effective' ? 'failed' : 'partial', probed);
}

/** A call that was interrupted, and whose effect is there. */
export async function acceptFound(run: Run, step: PlanStep, probed: Probed): Promise<void> {
  await become(run, step, 'accepted', {
    evidence: ['found effective after an interruption: not called again', ...probed.evidence],
  });
  await endStep(run, step, 'effective', probed);
}

export async function endStep(
  run: Run,
  step: PlanStep,
  state: 'effective' | 'partial' | 'failed',
  { evidence, residualUntil }: Probed,
): Promise<void> {
  const residual = residualUntil ?? step.residualUntil ?? undefined;
  await moveStep(run, step, {
    to: state,
    from: ['accepted', 'propagating', 'partial'],
    evidence,
    drift: null,
    ...(residual !== undefined && { change: { residualUntil: residual } }),
    ledger: [stepDraft(run, step, 'outcome', { state, evidence: [...evidence], residualUntil: residual ?? null })],
  });
}
