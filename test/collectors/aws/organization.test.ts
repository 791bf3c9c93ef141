import { describe, expect, it } from 'vitest';
import { reading } from './reading.ts';
import { ACCOUNT, details, iam, key, OTHER, role, trust, user } from './sample.ts';

const MANAGEMENT = OTHER;
const MEMBER = ACCOUNT;
const SANDBOX = '777788889999';
const UNIT = 'arn:aws:organizations::444455556666:ou/o-acme/ou-r1-prod';

const organization = (more: Record<string, unknown> = {}, id = 'o-acme'): string =>
  JSON.stringify({
    Organization: { Id: id, Arn: `arn:aws:organizations::${MANAGEMENT}:organization/${id}`, MasterAccountId: MANAGEMENT },
    Roots: [{ Id: 'r-1', Arn: `arn:aws:organizations::${MANAGEMENT}:root/${id}/r-1`, Name: 'Root', PolicyTypes: [] }],
    OrganizationalUnits: [{ Id: 'ou-r1-prod', Arn: UNIT, Name: 'prod', ParentId: 'r-1' }],
    Accounts: [
      { Id: MANAGEMENT, Name: 'payer', ParentId: 'r-1' },
      { Id: MEMBER, Name: 'shop', ParentId: 'ou-r1-prod' },
      { Id: SANDBOX, Name: 'sandbox', ParentId: 'r-1' },
    ],
    ...more,
  });

const access = role('OrganizationAccountAccessRole', trust({ AWS: iam('root', MANAGEMENT) }), [{ Action: '*' }]);
const TOP = `aws:arn:aws:organizations::${MANAGEMENT}:organization/o-acme`;

const collected = (text: string) =>
  reading({
    'o.json': text,
    [`${MEMBER}/a.json`]: details({ roles: [access], users: [user('one')] }),
    [`${MANAGEMENT}/a.json`]: details({ users: [user('boss', [{ Action: 'sts:AssumeRole' }], {}, MANAGEMENT)] }),
  });

describe('an organization', () => {
  it('is a tree of scopes under the management account, that contains no account', async () => {
    const { edges, entity } = await collected(organization());
    expect(edges.filter((edge) => edge.includes('organizations::') && edge.includes(' CONTAINS '))).toEqual(
      [
        `aws:account/${MANAGEMENT} CONTAINS ${TOP}`,
        `${TOP} CONTAINS aws:arn:aws:organizations::${MANAGEMENT}:root/o-acme/r-1`,
        `aws:arn:aws:organizations::${MANAGEMENT}:root/o-acme/r-1 CONTAINS aws:${UNIT}`,
      ].sort(),
    );
    expect(entity(`aws:account/${SANDBOX}`)).toMatchObject({ kind: 'Scope', name: 'sandbox', properties: { parent: 'r-1' } });
  });

  it('enters an account by the role that trusts its management account, and no other', async () => {
    const { edges } = await collected(organization());
    const entries = edges.filter((edge) => edge.startsWith(TOP) && edge.includes(' CAN_ASSUME '));
    expect(entries).toEqual([`${TOP} CAN_ASSUME ${key('role/OrganizationAccountAccessRole')}`]);
    expect(edges).toContain(`${key('user/boss', MANAGEMENT)} CAN_ASSUME ${key('role/OrganizationAccountAccessRole')}`);
  });

  it('recovers root users where root sessions are switched on, of member accounts that are open', async () => {
    const { edges } = await collected(
      organization({
        EnabledFeatures: ['RootSessions'],
        Accounts: [
          { Id: MANAGEMENT, ParentId: 'r-1' },
          { Id: MEMBER, ParentId: 'r-1' },
          { Id: SANDBOX, ParentId: 'r-1', Status: 'SUSPENDED' },
        ],
      }),
    );
    expect(edges.filter((edge) => edge.includes('CAN_ASSUME aws:account/'))).toEqual([`${TOP} CAN_ASSUME aws:account/${MEMBER}`]);
  });

  it('lets a delegated administrator of stack sets into the other members, and one of a billing service nowhere', async () => {
    const { edges, entity } = await collected(
      organization({
        DelegatedAdministrators: [
          { Id: SANDBOX, DelegatedServices: [{ ServicePrincipal: 'member.org.stacksets.cloudformation.amazonaws.com' }] },
          { Id: MEMBER, DelegatedServices: [{ ServicePrincipal: 'cost-optimization-hub.bcm.amazonaws.com' }] },
        ],
      }),
    );
    expect(edges.filter((edge) => edge.includes('CAN_ASSUME aws:account/'))).toEqual([
      `aws:account/${SANDBOX} CAN_ASSUME aws:account/${MEMBER}`,
    ]);
    expect(entity(`aws:account/${SANDBOX}`)?.properties?.['delegatedAdministratorOf']).toEqual([
      'member.org.stacksets.cloudformation.amazonaws.com',
    ]);
  });

  it('is a scope of the collection, and an account of two organizations is told', async () => {
    const { scopes, warnings } = await reading({
      'a.json': organization(),
      'b.json': organization({}, 'o-other'),
      [`${MEMBER}/a.json`]: details({ users: [user('one')] }),
    });
    expect(scopes.map(({ scope, coverage }) => `${scope} ${coverage}`)).toEqual([
      `${MEMBER} complete`,
      'organization/o-acme complete',
      'organization/o-other complete',
    ]);
    expect(warnings.join('\n')).toContain(`account ${MEMBER}: o-acme and o-other both have it`);
  });

  it('warns of a control policy that AWS would reject', async () => {
    const { warnings } = await collected(
      organization({
        Roots: [{ Id: 'r-1', PolicyTypes: [{ Type: 'SERVICE_CONTROL_POLICY', Status: 'ENABLED' }] }],
        Policies: [
          {
            PolicySummary: { Name: 'odd', Type: 'SERVICE_CONTROL_POLICY' },
            Content: JSON.stringify({
              Version: '2012-10-17',
              Statement: { Sid: 'x', Effect: 'Alow', Action: '*', Resource: '*' },
            }),
            Targets: [{ TargetId: 'r-1' }],
          },
        ],
      }),
    );
    expect(warnings.join('\n')).toMatch(/control policy odd: statement x: Effect "Alow" is neither Allow nor Deny/);
  });
});
