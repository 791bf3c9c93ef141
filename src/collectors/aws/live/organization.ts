import {
  type Account,
  DescribeOrganizationCommand,
  DescribePolicyCommand,
  ListAccountsForParentCommand,
  ListDelegatedAdministratorsCommand,
  ListDelegatedServicesForAccountCommand,
  ListOrganizationalUnitsForParentCommand,
  ListPoliciesCommand,
  ListRootsCommand,
  ListTargetsForPolicyCommand,
  type OrganizationalUnit,
  OrganizationsClient,
  type PolicyType,
  type Root,
} from '@aws-sdk/client-organizations';
import { CallError } from '../../../apis/aws/call-error.ts';
import { operation } from '../../../apis/aws/operation.ts';
import { paged, pages } from '../../../apis/aws/pages.ts';
import { type Asking, type Endpoint, plain } from './endpoint.ts';

const describeOrganization = operation('organizations:DescribeOrganization', OrganizationsClient, DescribeOrganizationCommand);
const listRoots = paged(operation('organizations:ListRoots', OrganizationsClient, ListRootsCommand), 'NextToken', 'NextToken');
const listUnits = paged(
  operation('organizations:ListOrganizationalUnitsForParent', OrganizationsClient, ListOrganizationalUnitsForParentCommand),
  'NextToken',
  'NextToken',
);
const listAccounts = paged(
  operation('organizations:ListAccountsForParent', OrganizationsClient, ListAccountsForParentCommand),
  'NextToken',
  'NextToken',
);
const listPolicies = paged(
  operation('organizations:ListPolicies', OrganizationsClient, ListPoliciesCommand),
  'NextToken',
  'NextToken',
);
const describePolicy = operation('organizations:DescribePolicy', OrganizationsClient, DescribePolicyCommand);
const listTargets = paged(
  operation('organizations:ListTargetsForPolicy', OrganizationsClient, ListTargetsForPolicyCommand),
  'NextToken',
  'NextToken',
);
const listDelegated = paged(
  operation('organizations:ListDelegatedAdministrators', OrganizationsClient, ListDelegatedAdministratorsCommand),
  'NextToken',
  'NextToken',
);
const listDelegatedServices = paged(
  operation('organizations:ListDelegatedServicesForAccount', OrganizationsClient, ListDelegatedServicesForAccountCommand),
  'NextToken',
  'NextToken',
);

/** Other types (backup, tags, …) decide no access. */
const POLICY_TYPES: readonly PolicyType[] = ['SERVICE_CONTROL_POLICY', 'RESOURCE_CONTROL_POLICY'];

type Placed<T> = T & { readonly ParentId: string };

interface Tree {
  readonly units: Placed<OrganizationalUnit>[];
  readonly accounts: Placed<Account>[];
}

/** The organization, seen from its management account or a delegated administrator. One answer, since its parts make sense only together. */
export const organization: Endpoint = {
  name: 'organization',
  where: 'account',
  operations: [
    describeOrganization,
    listRoots,
    listUnits,
    listAccounts,
    listPolicies,
    describePolicy,
    listTargets,
    listDelegated,
    listDelegatedServices,
  ],
  async *answers(asking) {
    const { Organization } = await asking.aws.call(describeOrganization, {});
    const Roots = await rootsOf(asking);
    const tree: Tree = { units: [], accounts: [] };
    for (const { Id } of Roots) if (Id) await walk(asking, Id, tree);
    const Policies = await asking.attempt(policiesOf(asking, Roots));
    const DelegatedAdministrators = await asking.attempt(delegatedOf(asking));
    yield {
      name: this.name,
      value: plain({
        Organization,
        Roots,
        OrganizationalUnits: tree.units,
        Accounts: tree.accounts,
        // Left out when they could not be read: an empty list says that there are none.
        ...(Policies && { Policies }),
        ...(DelegatedAdministrators && { DelegatedAdministrators }),
      }),
    };
  },
};

async function rootsOf({ aws }: Asking): Promise<Root[]> {
  const roots: Root[] = [];
  for await (const page of pages(aws, listRoots, {})) roots.push(...(page.Roots ?? []));
  return roots;
}

async function walk(asking: Asking, ParentId: string, tree: Tree): Promise<void> {
  for await (const { Accounts = [] } of pages(asking.aws, listAccounts, { ParentId }))
    tree.accounts.push(...Accounts.map((account) => ({ ...account, ParentId })));
  const units: OrganizationalUnit[] = [];
  for await (const page of pages(asking.aws, listUnits, { ParentId })) units.push(...(page.OrganizationalUnits ?? []));
  tree.units.push(...units.map((unit) => ({ ...unit, ParentId })));
  for (const { Id } of units) if (Id) await walk(asking, Id, tree);
}

/** Only of the types that are switched on: of the others AWS lists none, and they decide nothing. */
async function policiesOf(asking: Asking, roots: readonly Root[]): Promise<unknown[]> {
  const enabled = new Set(
    roots.flatMap(({ PolicyTypes = [] }) => PolicyTypes.filter((one) => one.Status === 'ENABLED').map((one) => one.Type)),
  );
  const found: unknown[] = [];
  for (const Filter of POLICY_TYPES.filter((type) => enabled.has(type)))
    for await (const { Policies = [] } of pages(asking.aws, listPolicies, { Filter }))
      found.push(...(await Promise.all(Policies.map(({ Id }) => policyOf(asking, Id)))).filter((one) => one !== undefined));
  return found;
}

async function policyOf({ aws }: Asking, PolicyId: string | undefined): Promise<unknown> {
  if (!PolicyId) return undefined;
  const { Policy } = await aws.call(describePolicy, { PolicyId });
  const Targets: unknown[] = [];
  for await (const page of pages(aws, listTargets, { PolicyId })) Targets.push(...(page.Targets ?? []));
  return { ...Policy, Targets };
}

async function delegatedOf({ aws, attempt }: Asking): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const { DelegatedAdministrators = [] } of pages(aws, listDelegated, {})) {
    for (const one of DelegatedAdministrators) {
      const services = one.Id === undefined ? undefined : await attempt(servicesOf(one.Id));
      found.push({ ...one, ...(services && { DelegatedServices: services }) });
    }
  }
  return found;

  async function servicesOf(AccountId: string): Promise<unknown[]> {
    const services: unknown[] = [];
    for await (const page of pages(aws, listDelegatedServices, { AccountId })) services.push(...(page.DelegatedServices ?? []));
    return services;
  }
}

/** Not a member of any organization: nothing is missing. */
export const isAlone = (error: unknown): boolean =>
  error instanceof CallError && /AWSOrganizationsNotInUse/.test(error.call.code);
