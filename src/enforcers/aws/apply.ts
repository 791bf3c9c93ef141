import { type AwsBefore, type AwsGiven, awsApply } from '../../model/aws-actions.ts';
import type { AwsStep } from '../../model/aws-controls.ts';
import { AWS_CUTOFF_POLICY, cutoffOf } from '../../model/aws-documents.ts';
import { SECOND_MS } from '../../model/durations.ts';
import { RefusedError } from '../../model/errors.ts';
import type { Applied, EnforcerContext } from '../../ports/enforcer.ts';
import { controlNow, holderNow, type Place, placeOf } from './control-now.ts';
import { isInPlace } from './in-place.ts';
import { type Asked, absentText, whatOf } from './preflight.ts';
import { issueKey, savedKey } from './second-key.ts';
import { sendOnce } from './send-once.ts';
import { writeValue } from './values.ts';

/** Carries the step out; doing it twice is doing it once. */
export async function apply(asked: Asked & { readonly context: EnforcerContext }): Promise<Applied> {
  const { step, planned, accounts, context, signal, cutoff } = asked;
  const place = await placeOf(step, accounts, signal);
  if (step.control === 'secret-value' || step.control === 'parameter-value') return writeValue(step, planned, { place, context });
  const now = await controlNow(step, place);
  if (!now) return { evidence: await absent(step, place) };
  if (step.control === 'access-key' && step.action === 'save') return { evidence: await savedKey(step, place) };
  if (step.control === 'access-key' && step.action === 'issue') return issueKey({ step, planned, place, context });
  const isMovedOn = step.control === AWS_CUTOFF_POLICY;
  if (!isMovedOn && isInPlace(step, now, cutoff)) return { evidence: [`${whatOf(step)} is so already: nothing was changed`] };
  return { evidence: await sendAll(step, given(now, cutoff.sid, context), place) };
}

/** Gone is done, for what was to go. */
async function absent(step: AwsStep, place: Place): Promise<string[]> {
  const isEnding = step.action === 'delete' || step.control === 'login-profile';
  const isOfSomebody =
    step.control === 'existence' || ('userName' in step.parameters && (await holderNow(place, step.parameters)));
  if (isEnding && isOfSomebody) return [`${whatOf(step)} does not exist any more`];
  throw new RefusedError(absentText(step, place));
}

async function sendAll(step: AwsStep, known: AwsGiven, place: Place): Promise<string[]> {
  const evidence: string[] = [];
  let calls = awsApply(step, known);
  if (step.control === 'service-control-policy' && known.policyId === undefined) {
    const [create] = calls;
    if (create) evidence.push(await sendOnce(create, place));
    const policyId = (await controlNow(step, place))?.outer?.id ?? undefined;
    if (policyId === undefined)
      throw new Error(`the policy that denies ${whatOf(step)} was made, and is not listed yet: try again`);
    calls = awsApply(step, { policyId });
  }
  for (const call of calls) evidence.push(await sendOnce(call, place));
  return evidence;
}

/** The cutoff is the time of the call, and never goes back. AWS issues by the second: one that has begun belongs to what is cut. */
function given(now: AwsBefore, sid: string, { now: clock }: EnforcerContext): AwsGiven {
  const at = Math.ceil(clock().getTime() / SECOND_MS) * SECOND_MS;
  const before = typeof now.policy === 'string' ? Date.parse(cutoffOf(now.policy)?.cutoff ?? '') : Number.NaN;
  const latest = new Date(Number.isNaN(before) ? at : Math.max(at, before)).toISOString();
  return {
    cutoff: { at: latest.replace(/\.\d{3}Z$/, 'Z'), sid },
    ...(now.trustPolicy !== undefined && { trustPolicy: now.trustPolicy }),
    ...(typeof now.outer?.id === 'string' && { policyId: now.outer.id }),
  };
}
