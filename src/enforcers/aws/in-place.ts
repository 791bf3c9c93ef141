import { type AwsBefore, awsInlineDocument, isAwsInline } from '../../model/aws-actions.ts';
import type { AwsStep } from '../../model/aws-controls.ts';
import { AWS_CUTOFF_POLICY, cutoffOf, isSameDocument, isTrustDenied } from '../../model/aws-documents.ts';

/** The mark of a step in the policy that it puts: letters and digits, as AWS wants. */
const OUR_SID = 'interlock';
export const sidOf = (idempotencyKey: string): string => `${OUR_SID}${idempotencyKey.replaceAll(/[^A-Za-z0-9]/g, '')}`;

/** Whether a cutoff was put by a step, whosever: the button of the AWS console writes the same policy without a mark. */
export const isOurCutoff = (policy: string): boolean => cutoffOf(policy)?.sid?.startsWith(OUR_SID) === true;

export interface Cutoff {
  /** Of the step that asks. */
  readonly sid: string;
  /** A cutoff at or after this serves, whoever set it. */
  readonly notBefore: string;
}

/** Whether the control already is as the step makes it. */
export function isInPlace(step: AwsStep, now: AwsBefore, cutoff: Cutoff): boolean {
  if (isAwsInline(step)) return typeof now.policy === 'string' && isInlineInPlace(step, now.policy, cutoff);
  switch (step.control) {
    case 'access-key':
      if (step.action === 'save') return true;
      return (step.action === 'quarantine' || step.action === 'disable') && now.status !== 'Active';
    case 'permissions-boundary':
      return now.boundary === step.parameters.boundary;
    case 'trust-policy':
      return now.trustPolicy !== undefined && isTrustDenied(now.trustPolicy, step.parameters);
    case 'max-session':
      return now.seconds !== undefined && now.seconds <= step.parameters.seconds;
    case 'service-control-policy':
      return now.outer?.isAttached === true;
    default:
      return false;
  }
}

function isInlineInPlace(step: Parameters<typeof awsInlineDocument>[0], policy: string, cutoff: Cutoff): boolean {
  if (step.control !== AWS_CUTOFF_POLICY)
    return isSameDocument(JSON.parse(policy) as unknown, JSON.parse(awsInlineDocument(step)) as unknown);
  const found = cutoffOf(policy);
  return found !== undefined && (found.sid === cutoff.sid || Date.parse(found.cutoff) >= Date.parse(cutoff.notBefore));
}
