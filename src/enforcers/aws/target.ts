/** Whether a step acts on what its target names, and never on ourselves. */
import type { Holder } from '../../model/aws-actions.ts';
import type { AwsStep } from '../../model/aws-controls.ts';
import { type AwsPrincipal, awsPrincipalOf, awsSecretPlaceOf } from '../../model/aws-principal.ts';
import { awsArn, awsKey } from '../../model/keys.ts';
import type { PlanStep } from '../../model/plan.ts';
import type { OwnIdentities } from './accounts.ts';

export const principalOf = ({ userName, roleName }: Holder): AwsPrincipal =>
  userName === undefined ? { type: 'role', name: roleName ?? '' } : { type: 'user', name: userName };

/** The user or role that a step changes; undefined where it changes neither. */
export function holderOf(step: AwsStep): (AwsPrincipal & { readonly account: string }) | undefined {
  const { parameters } = step;
  if (step.control === 'service-control-policy') return awsPrincipalOf(awsArn(step.parameters.principal));
  if (!('userName' in parameters || 'roleName' in parameters) || parameters.account === undefined) return undefined;
  return { ...principalOf(parameters), account: parameters.account };
}

/** `aws:arn:aws:iam::111122223333:role/deploy`, for what names it otherwise: a session, a key behind a fence. */
export function heldKey(planned: PlanStep, step: AwsStep): string {
  const holder = holderOf(step);
  if (!holder || step.control === 'access-key') return planned.target;
  const partition = /^aws:arn:([\w-]+):/.exec(planned.target)?.[1] ?? 'aws';
  return awsArn(`arn:${partition}:iam::${holder.account}:${holder.type}/${holder.name}`);
}

/** Why the step is not what its target says; undefined where it is. */
export function mismatchOf(planned: PlanStep, step: AwsStep): string | undefined {
  if (isTarget(planned.target, step)) return undefined;
  return `step ${planned.id}: the target ${planned.target} is not what its parameters name: nothing was done; plan again`;
}

function isTarget(target: string, step: AwsStep): boolean {
  switch (step.control) {
    case 'access-key':
      return target === awsKey(step.parameters.accessKeyId);
    case 'secret-value':
      return target === awsArn(step.parameters.secret);
    case 'parameter-value': {
      const place = awsSecretPlaceOf(target);
      const { account, region, parameter } = step.parameters;
      return place?.service === 'ssm' && place.account === account && place.region === region && place.name === parameter;
    }
    case 'service-control-policy':
      return !awsPrincipalOf(target) || target === awsArn(step.parameters.principal);
    default: {
      const named = awsPrincipalOf(target.replace(/\/login-profile$/, ''));
      const holder = holderOf(step);
      // A session or a key: its identity stands in the parameters alone.
      if (!named) return step.control === 'AWSRevokeOlderSessions' || step.control === 'interlock-fence';
      return named.account === holder?.account && named.type === holder.type && named.name === holder.name;
    }
  }
}

/** Why the step would end the way to undo it; undefined where it would not. */
export function lifelineOf(step: AwsStep, own: OwnIdentities): string | undefined {
  if (step.control === 'access-key' && step.parameters.accessKeyId === own.accessKeyId)
    return `access key ${own.accessKeyId} is interlock's own: a step on it would end the way to undo it`;
  const holder = holderOf(step);
  if (holder && own.is(holder.account, holder))
    return `${holder.type} "${holder.name}" is interlock's own: a step on it would end the way to undo it`;
  if (step.control === 'service-control-policy' && step.parameters.principal.endsWith(':root')) {
    const isOurs = own.is(step.parameters.account, { type: 'root', name: '' });
    if (isOurs) return `the root user of ${step.parameters.account} is interlock's own`;
  }
  return undefined;
}
