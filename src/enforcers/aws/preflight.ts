import { type AwsBefore, awsApply, awsInverse, type Holder } from '../../model/aws-actions.ts';
import type { AwsStep } from '../../model/aws-controls.ts';
import { isServiceLinked } from '../../model/aws-principal.ts';
import type { PlanStep } from '../../model/plan.ts';
import type { Preflight } from '../../ports/enforcer.ts';
import { orRefused, refused } from '../step/refused.ts';
import type { Accounts } from './accounts.ts';
import { controlNow, holderNow, type Place, placeOf } from './control-now.ts';
import { dependentsOf } from './dependents.ts';
import { type Cutoff, isInPlace } from './in-place.ts';
import { calls, look } from './operations.ts';
import { outerRefusals } from './organization.ts';
import { deniedRights } from './own-rights.ts';
import { secondKeyRefusals } from './second-key.ts';
import { lifelineOf, mismatchOf } from './target.ts';
import { valueRefusals } from './values.ts';

export interface Asked {
  readonly planned: PlanStep;
  readonly step: AwsStep;
  readonly accounts: Accounts;
  readonly cutoff: Cutoff;
  readonly signal: AbortSignal;
}

export const preflight = ({ planned, step, accounts, cutoff, signal }: Asked): Promise<Preflight> =>
  orRefused(async () => {
    const mismatch = mismatchOf(planned, step) ?? nobodyKnownOf(step) ?? lifelineOf(step, await accounts.ourselves());
    if (mismatch !== undefined) return refused(mismatch);
    const place = await placeOf(step, accounts, signal);
    const now = await controlNow(step, place);
    if (!now) return refused(absentText(step, place));
    const refusals = await refusalsOf({ planned, step, now, place });
    return { refusals, preImage: preImageOf(step, now), preexisting: isInPlace(step, now, cutoff) };
  });

export const absentText = (step: AwsStep, { session }: Place): string =>
  `${whatOf(step)} does not exist in account ${session.account}: collect again`;

export function whatOf(step: AwsStep): string {
  const { parameters } = step;
  if ('accessKeyId' in parameters) return `access key ${parameters.accessKeyId} of user "${parameters.userName}"`;
  if (step.control === 'login-profile') return `the console password of user "${step.parameters.userName}"`;
  if ('secret' in parameters) return `secret ${parameters.secret}`;
  if ('parameter' in parameters) return `parameter ${parameters.parameter}`;
  if ('principal' in parameters) return parameters.principal;
  const { userName, roleName } = parameters as Holder;
  return userName === undefined ? `role "${roleName}"` : `user "${userName}"`;
}

/** A root user's key, or one whose user was not collected. */
function nobodyKnownOf(step: AwsStep): string | undefined {
  if (step.control !== 'access-key' || (step.parameters.userName !== undefined && step.parameters.account !== undefined))
    return undefined;
  return `access key ${step.parameters.accessKeyId} belongs to no IAM user that is known: a root user's key is changed by the root user alone; do it by hand`;
}

/** Of each control what brings it back; of what only reads, nothing. */
function preImageOf(step: AwsStep, now: AwsBefore): string {
  if (step.control === 'login-profile' || step.control === 'existence') return '';
  if (step.control !== 'access-key') return JSON.stringify(now);
  if (step.action === 'save' || step.action === 'delete') return '';
  return JSON.stringify(step.action === 'issue' ? { keys: now.keys } : { status: now.status });
}

interface Question {
  readonly planned: PlanStep;
  readonly step: AwsStep;
  readonly now: AwsBefore;
  readonly place: Place;
}

async function refusalsOf(question: Question): Promise<string[]> {
  return [...(await ownRefusals(question)), ...(await rightsRefusals(question))];
}

async function ownRefusals({ planned, step, now, place }: Question): Promise<string[]> {
  switch (step.control) {
    case 'access-key':
      return step.action === 'issue' ? secondKeyRefusals(step, now.keys ?? []) : [];
    case 'permissions-boundary': {
      const { boundary } = step.parameters;
      const found = await look(place.session, calls.getPolicy, { PolicyArn: boundary }, place.signal);
      return found ? [] : [`parameters.boundary: the policy ${boundary} does not exist`];
    }
    case 'existence': {
      const found = await dependentsOf(place, step.parameters);
      return found.length === 0 ? [] : [`${whatOf(step)} still has ${found.join(', ')}: take them away first`];
    }
    case 'service-control-policy':
      return outerRefusals(place.session, place.signal);
    case 'secret-value':
    case 'parameter-value':
      return valueRefusals(step, planned, place);
    default:
      return [];
  }
}

/** Only of what IAM's simulator can tell of one user or role. */
async function rightsRefusals({ step, place }: Question): Promise<string[]> {
  const { parameters } = step;
  if (!('userName' in parameters || 'roleName' in parameters) || step.action === 'save') return [];
  const holder = await holderNow(place, parameters);
  if (!holder) return [];
  if (isServiceLinked(holder)) return [`${whatOf(step)} is of a service: only that service changes it`];
  const actions = [...awsApply(step), ...awsInverse(step, {})].map(({ service, operation }) => `${service}:${operation}`);
  const answer = await deniedRights({ ...place, actions: [...new Set(actions)], resources: [holder.arn] });
  if (answer === 'not known') return [];
  return answer.denied.map((action) => `${action}: not allowed on ${holder.arn}; grant it to ${answer.who}`);
}
