/** The layers that every request passes: service control, resource control, the endpoint. */
import type { Policy } from './document.ts';
import type { PolicyLayers } from './evaluate.ts';
import type { Asked } from './match.ts';
import { isResourceControlled } from './resource-control.ts';

export interface Guard {
  readonly policies: readonly Policy[];
  /** True when only its Deny statements count. */
  readonly isOpen: boolean;
}

const SERVICE_LINKED = /:role\/aws-service-role\/|:assumed-role\/AWSServiceRoleFor/;
const NO_GUARDS: readonly Guard[] = [];

/**
 * Service control binds principals of the organization's accounts, resource control whoever comes to its resources; neither binds
 * service-linked roles. A level without policies does not speak. AWS keeps a policy that allows everything on each level of
 * resource control, so that a level which only denies allows the rest.
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
 */
export function guardsOf({ who, action, resource }: Asked, layers: PolicyLayers): readonly Guard[] {
  const { serviceControl, resourceControl, endpoint } = layers;
  if (!serviceControl?.length && !resourceControl?.length && !endpoint?.length) return NO_GUARDS;
  const isLinked = SERVICE_LINKED.test(who.roleArn ?? who.arn ?? '');
  const guards: Guard[] = [];
  if (who.type === 'iam' && !isLinked)
    for (const policies of serviceControl ?? []) if (policies.length > 0) guards.push({ policies, isOpen: false });
  if (!isLinked && isResourceControlled(action, resource))
    for (const policies of resourceControl ?? [])
      if (policies.length > 0) guards.push({ policies, isOpen: !policies.some(allows) });
  if (endpoint && endpoint.length > 0) guards.push({ policies: endpoint, isOpen: false });
  return guards;
}

const allows = (policy: Policy): boolean => policy.statements.some(({ effect }) => effect === 'Allow');
