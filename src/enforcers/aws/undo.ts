import { type AwsBefore, awsInverse } from '../../model/aws-actions.ts';
import { AWS_POLICY_ID } from '../../model/aws-calls.ts';
import type { AwsStep, AwsStepOf } from '../../model/aws-controls.ts';
import { AWS_CUTOFF_POLICY, isSameDocument, isSameTrustElsewhere } from '../../model/aws-documents.ts';
import { RefusedError } from '../../model/errors.ts';
import type { PlanStep } from '../../model/plan.ts';
import type { EnforcerContext } from '../../ports/enforcer.ts';
import { controlNow, type Place } from './control-now.ts';
import { isOurCutoff } from './in-place.ts';
import { absentText, whatOf } from './preflight.ts';
import { takeKeyBack } from './second-key.ts';
import { sendOnce } from './send-once.ts';
import { restoreValue } from './values.ts';

export interface Undoing {
  readonly step: AwsStep;
  readonly planned: PlanStep;
  readonly context: EnforcerContext;
  readonly place: Place;
}

/** Brings `before` back. Refuses where somebody changed the control since: what they did would be lost. */
export async function undo({ step, planned, context, place }: Undoing, before: AwsBefore): Promise<string[]> {
  if (step.action === 'delete' || step.control === 'login-profile')
    throw new RefusedError(`${whatOf(step)}: a deletion cannot be undone`);
  if (step.control === 'secret-value' || step.control === 'parameter-value') return [await restoreValue(step, before, place)];
  if (step.control === 'access-key' && step.action === 'issue') return takeKeyBack({ step, planned, place, context }, before);
  const now = await controlNow(step, place);
  if (!now) throw new RefusedError(absentText(step, place));
  if (isAsBefore(now, before)) return ['nothing was there to bring back'];
  if (step.control === 'trust-policy') mustBeOurs(step, now, before);
  if (step.control === AWS_CUTOFF_POLICY && typeof now.policy === 'string' && !isOurCutoff(now.policy))
    throw changed(step, 'a cutoff of somebody else');
  if (step.control === 'permissions-boundary' && now.boundary !== step.parameters.boundary)
    throw changed(step, now.boundary ?? 'none');
  if (step.control === 'max-session' && now.seconds !== step.parameters.seconds) throw changed(step, `${now.seconds} s`);
  const evidence: string[] = [];
  for (const call of awsInverse(step, before)) {
    const PolicyId = now.outer?.id;
    const isNamed = call.input['PolicyId'] === AWS_POLICY_ID && typeof PolicyId === 'string';
    evidence.push(await sendOnce(isNamed ? { ...call, input: { ...call.input, PolicyId } } : call, place));
  }
  return evidence.length === 0 ? ['nothing was there to bring back'] : evidence;
}

function isAsBefore(now: AwsBefore, before: AwsBefore): boolean {
  if (before.outer !== undefined) return now.outer?.id === before.outer.id && now.outer?.isAttached === before.outer.isAttached;
  return (['status', 'policy', 'boundary', 'trustPolicy', 'seconds'] as const).every(
    (field) => before[field] === undefined || isSameDocument(now[field], before[field]),
  );
}

function mustBeOurs(step: AwsStepOf<'trust-policy'>, now: AwsBefore, before: AwsBefore): void {
  if (
    now.trustPolicy !== undefined &&
    before.trustPolicy !== undefined &&
    isSameTrustElsewhere(now.trustPolicy, before.trustPolicy)
  )
    return;
  throw new RefusedError(
    `the trust policy of role "${step.parameters.roleName}" was changed by somebody since: the saved one was not put over it; take our statement (its Sid begins with InterlockDeny) out by hand`,
  );
}

const changed = (step: AwsStep, found: string): RefusedError =>
  new RefusedError(
    `${whatOf(step)} was changed by somebody since (${step.control}: ${found}): what was saved was not put over it`,
  );
