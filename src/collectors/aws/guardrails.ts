/** Service and resource control policies along the organization path of an account, root first. */
import { compilePolicy, IDENTITY_POLICY, type Policy, RESOURCE_POLICY } from '../../iam/aws/document.ts';
import type { Inventory, Organization, OrganizationPolicy } from './inventory.ts';

export interface Guardrails {
  /** Undefined when no export tells: a layer that was not collected. */
  readonly serviceControl?: readonly (readonly Policy[])[];
  readonly resourceControl?: readonly (readonly Policy[])[];
  readonly organization?: string;
  /** As `aws:PrincipalOrgPaths` writes it: `o-…/r-…/ou-…/`. Undefined when the export does not lead to the root. */
  readonly organizationPath?: string;
  readonly isManagement: boolean;
}

const NOT_KNOWN: Guardrails = { isManagement: false };

export function guardrailsOf(inventory: Inventory, account: string): Guardrails {
  const organization = [...inventory.organizations.values()].find(
    (one) => one.accounts.has(account) || one.managementAccount === account,
  );
  if (!organization) return NOT_KNOWN;
  const path = pathTo(organization, account);
  const known = {
    organization: organization.id,
    isManagement: organization.managementAccount === account,
    ...(path[0]?.startsWith('r-') && { organizationPath: `${[organization.id, ...path.slice(0, -1)].join('/')}/` }),
  };
  if (!organization.policies) return known;
  // The management account is outside both kinds of policy.
  if (known.isManagement) return { ...known, serviceControl: [], resourceControl: [] };
  return {
    ...known,
    serviceControl: levels(organization, path, 'SERVICE_CONTROL_POLICY'),
    resourceControl: levels(organization, path, 'RESOURCE_CONTROL_POLICY'),
  };
}

/** Root, units, account. */
export function pathTo(organization: Organization, account: string): string[] {
  const path = [account];
  for (let at = organization.parents.get(account); at && !path.includes(at); at = organization.parents.get(at)) path.unshift(at);
  return path;
}

/**
 * A level to which the export attaches nothing does not speak: AWS keeps at least one policy of an enabled type on each.
 * A type that the root has not enabled does not apply at all.
 */
function levels(organization: Organization, path: readonly string[], type: string): Policy[][] {
  const policies = (organization.policies ?? []).filter((policy) => policy.type === type);
  if (policies.length === 0 || (organization.enabled && organization.enabled.length > 0 && !organization.enabled.includes(type)))
    return [];
  return path.map((place) => policies.filter((policy) => policy.targets.includes(place)).map(compiled));
}

const COMPILED = new WeakMap<OrganizationPolicy, Policy>();

/** Once, for all the accounts below its targets. */
function compiled(policy: OrganizationPolicy): Policy {
  const known = COMPILED.get(policy);
  if (known) return known;
  const kind = policy.type === 'RESOURCE_CONTROL_POLICY' ? RESOURCE_CONTROL : IDENTITY_POLICY;
  const made = compilePolicy(policy.name, policy.content, kind);
  COMPILED.set(policy, made);
  return made;
}

const RESOURCE_CONTROL = { ...RESOURCE_POLICY, resources: 'required' as const };
