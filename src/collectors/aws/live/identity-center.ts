import {
  IdentitystoreClient,
  ListGroupMembershipsCommand,
  ListGroupsCommand,
  ListUsersCommand,
} from '@aws-sdk/client-identitystore';
import {
  DescribePermissionSetCommand,
  type InstanceMetadata,
  ListAccountAssignmentsCommand,
  ListAccountsForProvisionedPermissionSetCommand,
  ListInstancesCommand,
  ListPermissionSetsCommand,
  SSOAdminClient,
} from '@aws-sdk/client-sso-admin';
import { operation } from '../../../apis/aws/operation.ts';
import { paged, pages } from '../../../apis/aws/pages.ts';
import { type Answer, type Asking, type Endpoint, plain } from './endpoint.ts';

const listInstances = paged(operation('sso:ListInstances', SSOAdminClient, ListInstancesCommand), 'NextToken', 'NextToken');
const listSets = paged(operation('sso:ListPermissionSets', SSOAdminClient, ListPermissionSetsCommand), 'NextToken', 'NextToken');
const describeSet = operation('sso:DescribePermissionSet', SSOAdminClient, DescribePermissionSetCommand);
const listAccounts = paged(
  operation('sso:ListAccountsForProvisionedPermissionSet', SSOAdminClient, ListAccountsForProvisionedPermissionSetCommand),
  'NextToken',
  'NextToken',
);
const listAssignments = paged(
  operation('sso:ListAccountAssignments', SSOAdminClient, ListAccountAssignmentsCommand),
  'NextToken',
  'NextToken',
);
const listUsers = paged(operation('identitystore:ListUsers', IdentitystoreClient, ListUsersCommand), 'NextToken', 'NextToken');
const listGroups = paged(operation('identitystore:ListGroups', IdentitystoreClient, ListGroupsCommand), 'NextToken', 'NextToken');
const listMemberships = paged(
  operation('identitystore:ListGroupMemberships', IdentitystoreClient, ListGroupMembershipsCommand),
  'NextToken',
  'NextToken',
);

/** IAM Identity Center of the organization: it is in one region, and the others answer that they have none. */
export const identityCenter: Endpoint = {
  name: 'identity-center',
  where: 'region',
  operations: [listInstances, listSets, describeSet, listAccounts, listAssignments, listUsers, listGroups, listMemberships],
  async *answers(asking) {
    for await (const { Instances = [] } of pages(asking.aws, listInstances, {})) {
      for (const one of Instances) {
        yield* permissionSetsOf(asking, one);
        yield* directoryOf(asking, one);
      }
    }
  },
};

async function* permissionSetsOf(asking: Asking, { InstanceArn }: InstanceMetadata): AsyncGenerator<Answer> {
  const { aws } = asking;
  if (!InstanceArn) return;
  for await (const { PermissionSets = [] } of pages(aws, listSets, { InstanceArn })) {
    for (const PermissionSetArn of PermissionSets) {
      const described = await asking.attempt(aws.call(describeSet, { InstanceArn, PermissionSetArn }));
      const name = PermissionSetArn.slice(PermissionSetArn.lastIndexOf('/') + 1);
      if (described) yield { name: `permission-sets/${name}`, value: plain(described) };
      const assigned = await asking.attempt(assignmentsOf(asking, { InstanceArn, PermissionSetArn }));
      if (assigned) yield { name: `account-assignments/${name}`, value: plain({ AccountAssignments: assigned }) };
    }
  }
}

interface PermissionSetId {
  readonly InstanceArn: string;
  readonly PermissionSetArn: string;
}

async function assignmentsOf({ aws }: Asking, set: PermissionSetId): Promise<object[]> {
  const found: object[] = [];
  for await (const { AccountIds = [] } of pages(aws, listAccounts, { ...set }))
    for (const AccountId of AccountIds)
      for await (const page of pages(aws, listAssignments, { ...set, AccountId })) found.push(...(page.AccountAssignments ?? []));
  return found;
}

/** Of people only what names them: no address, mail or telephone. */
async function* directoryOf({ aws, attempt }: Asking, { IdentityStoreId }: InstanceMetadata): AsyncGenerator<Answer> {
  if (!IdentityStoreId) return;
  const people: object[] = [];
  for await (const { Users = [] } of pages(aws, listUsers, { IdentityStoreId }))
    people.push(
      ...Users.map(({ UserId, UserName, DisplayName, UserStatus }) => ({
        UserId,
        UserName,
        DisplayName,
        UserStatus,
        IdentityStoreId,
      })),
    );
  if (people.length > 0) yield { name: 'directory-users', value: plain({ Users: people }) };
  const groups: { GroupId?: string | undefined; DisplayName?: string | undefined; IdentityStoreId: string }[] = [];
  for await (const page of pages(aws, listGroups, { IdentityStoreId }))
    groups.push(...(page.Groups ?? []).map(({ GroupId, DisplayName }) => ({ GroupId, DisplayName, IdentityStoreId })));
  if (groups.length > 0) yield { name: 'directory-groups', value: plain({ Groups: groups }) };
  const members = await Promise.all(groups.map(({ GroupId }) => attempt(membersOf(GroupId))));
  const known = members.flatMap((some) => some ?? []);
  if (known.length > 0) yield { name: 'directory-memberships', value: plain({ GroupMemberships: known }) };

  async function membersOf(GroupId: string | undefined): Promise<object[]> {
    const found: object[] = [];
    for await (const page of pages(aws, listMemberships, { IdentityStoreId, GroupId }))
      found.push(...(page.GroupMemberships ?? []));
    return found;
  }
}
