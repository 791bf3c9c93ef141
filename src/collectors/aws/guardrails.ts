/** Service and resource control policies along the organization path of an account, root first. */
import { compilePolicy, IDENTITY_POLICY, type Policy, policyBody, RESOURCE_POLICY } from '../../iam/aws/document.ts';
import type { Inventory, Organization, OrganizationPolicy } from './inventory.ts';
import { unreadControl } from './unread-policy.ts';

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
    ...(isPlaced(organization, account) && { organizationPath: `${[organization.id, ...path.slice(0, -1)].join('/')}/` }),
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

/** Root, units, account. All of an organization is below its one root, also what an export does not tell the parent of. */
export function pathTo({ parents, places }: Organization, account: string): string[] {
  const path = toldPath(parents, account);
  const roots = (places ?? []).filter(({ id }) => isRoot(id));
  const [root] = roots;
  return root && roots.length === 1 && !isRoot(path[0] as string) ? [root.id, ...path] : path;
}

const isRoot = (id: string): boolean => id.startsWith('r-');

/** Accounts that control policies of units may bind, though the export does not say in which unit they are. */
export function unplacedAccounts(organization: Organization): string[] {
  const ofUnits = (organization.policies ?? []).some(({ targets }) => targets.some((target) => target.startsWith('ou-')));
  if (!ofUnits) return [];
  return [...organization.accounts.keys()].filter(
    (account) => account !== organization.managementAccount && !isPlaced(organization, account),
  );
}

/** As far up as the export tells. */
function toldPath(parents: Organization['parents'], account: string): string[] {
  const path = [account];
  for (let at = parents.get(account); at && !path.includes(at); at = parents.get(at)) path.unshift(at);
  return path;
}

const isPlaced = ({ parents }: Organization, account: string): boolean => isRoot(toldPath(parents, account)[0] ?? '');

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
  const ofResources = policy.type === 'RESOURCE_CONTROL_POLICY';
  const kind = ofResources ? RESOURCE_CONTROL : IDENTITY_POLICY;
  const made = compilePolicy(policy.name, policyBody(policy.content) ?? missingContent(policy.name, ofResources), kind);
  COMPILED.set(policy, made);
  return made;
}

/** AWS's own policies allow everything, whether an export shows it or not. */
const FULL_ACCESS = /^(?:RCP)?FullAWSAccess$/;

function missingContent(name: string, ofResources: boolean): unknown {
  const all = { Effect: 'Allow', Action: '*', Resource: '*', ...(ofResources && { Principal: '*' }) };
  return FULL_ACCESS.test(name)
    ? { Version: '2012-10-17', Statement: all }
    : unreadControl(`control policy ${name}`, { ofResources });
}

/** Control policies of an organization whose text is not there. */
export const unreadPolicies = ({ policies }: Organization): string[] =>
  (policies ?? []).filter(({ name, content }) => !policyBody(content) && !FULL_ACCESS.test(name)).map(({ name }) => name);

const RESOURCE_CONTROL = { ...RESOURCE_POLICY, resources: 'required' as const };
