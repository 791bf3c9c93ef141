import { describe, expect, it } from 'vitest';
import { reading } from './reading.ts';
import { ACCOUNT, details, iam, key, role, trust } from './sample.ts';

const STORE = 'd-1234567890';
const SET = 'arn:aws:sso:::permissionSet/ssoins-0/ps-0';
const reserved = (name: string, path = '/aws-reserved/sso.amazonaws.com/') =>
  role(name, trust({ Federated: iam('saml-provider/AWSSSO_0_DO_NOT_DELETE') }, { Action: ['sts:AssumeRoleWithSAML'] }), [], {
    Path: path,
  });
const ADMIN = 'AWSReservedSSO_Admin_0123456789abcdef';
const ada = 'aws:arn:aws:identitystore:::user/u-1';
const staff = 'aws:arn:aws:identitystore:::group/g-1';

const answers = {
  users: { Users: [{ IdentityStoreId: STORE, UserId: 'u-1', UserName: 'ada', UserStatus: 'ENABLED' }] },
  groups: { Groups: [{ IdentityStoreId: STORE, GroupId: 'g-1', DisplayName: 'staff' }] },
  members: { GroupMemberships: [{ IdentityStoreId: STORE, GroupId: 'g-1', MemberId: { UserId: 'u-1' } }] },
  set: { PermissionSet: { Name: 'Admin', PermissionSetArn: SET } },
  assigned: {
    AccountAssignments: [{ AccountId: ACCOUNT, PermissionSetArn: SET, PrincipalType: 'GROUP', PrincipalId: 'g-1' }],
  },
};

const read = (roles: readonly unknown[], given: Record<string, unknown>) =>
  reading({
    [`${ACCOUNT}/a.json`]: details({ roles }),
    ...Object.fromEntries(Object.entries(given).map(([name, answer]) => [`${name}.json`, JSON.stringify(answer)])),
  });

describe('IAM Identity Center', () => {
  it('lets a group become the role that was made of the permission set', async () => {
    const found = await read([reserved(ADMIN), reserved('AWSReservedSSO_Admin_Audit_0123456789abcdef')], answers);
    expect(found.entity(ada)).toMatchObject({ kind: 'User', name: 'ada', state: 'active' });
    expect(found.edges.filter((edge) => edge.includes('identitystore'))).toEqual([
      `${staff} CAN_ASSUME ${key(`role/${ADMIN}`)}`,
      `${ada} MEMBER_OF ${staff}`,
    ]);
    expect(found.scopes.map(({ scope, coverage }) => `${scope} ${coverage}`)).toEqual([
      `${ACCOUNT} complete`,
      'identity-center complete',
    ]);
  });

  it('takes a role that only has such a name for none of its own', async () => {
    const found = await read([reserved(ADMIN, '/')], answers);
    expect(found.edges.filter((edge) => edge.includes('identitystore') && edge.includes('CAN_ASSUME'))).toEqual([]);
  });

  it('asks for the permission set of an assignment', async () => {
    const found = await read([reserved(ADMIN)], { assigned: answers.assigned });
    expect(found.scopes.find(({ scope }) => scope === 'identity-center')).toMatchObject({
      coverage: 'partial',
      missing: [`${SET}: assigned, and in no file; add its describe-permission-set`],
    });
  });

  it('leaves the lists of IAM itself alone, with a warning', async () => {
    const found = await read([], { users: { Users: [{ UserName: 'ada', UserId: 'AIDA0EXAMPLE', Arn: iam('user/ada') }] } });
    expect(found.errors).toEqual([]);
    expect(found.warnings.join('\n')).toMatch(/users\.json: not recognised/);
  });

  it('names a wrong entry', async () => {
    const found = await read([reserved(ADMIN)], { ...answers, more: { AccountAssignments: [{ AccountId: 'x' }] } });
    expect(found.errors.join('\n')).toMatch(/more\.json: AccountAssignments\[0\]/);
    expect(found.edges).toContain(`${staff} CAN_ASSUME ${key(`role/${ADMIN}`)}`);
  });
});
