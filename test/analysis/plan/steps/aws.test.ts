import { describe, expect, it } from 'vitest';
import { aws } from '../../../../src/analysis/plan/steps/aws.ts';
import { credentialField } from '../../../../src/analysis/plan/steps/credential-field.ts';
import type { Subject } from '../../../../src/analysis/plan/steps/subject.ts';
import { parseAwsStep } from '../../../../src/model/aws-controls.ts';
import type { Entity } from '../../../../src/model/entity.ts';
import type { EntityKind } from '../../../../src/model/kinds.ts';

const ACCOUNT = '111122223333';
const ROLE = `aws:arn:aws:iam::${ACCOUNT}:role/app/deploy`;
const USER = `aws:arn:aws:iam::${ACCOUNT}:user/ci`;
const KEY = 'aws:AKIA0EXAMPLE00001';

const subject = (key: string, kind: EntityKind = 'Role', identities: readonly string[] = []): Subject => ({
  key,
  kind,
  entity: undefined,
  identities,
});

const account =
  (properties: Entity['properties']) =>
  (key: string): Entity | undefined =>
    key === `aws:account/${ACCOUNT}`
      ? ({ key, kind: 'Scope', name: ACCOUNT, provider: 'aws', properties } as unknown as Entity)
      : undefined;
const inOrganization = account({ organization: 'o-1' });

describe('what AWS can do', () => {
  it.each([
    ['deny from outside what is in an account', aws.outer?.(subject(ROLE), inOrganization), 'service-control-policy', 'R0'],
    [
      'deny its root user from outside',
      aws.outer?.(subject(`aws:arn:aws:iam::${ACCOUNT}:root`), inOrganization),
      'service-control-policy',
      'R0',
    ],
    ['take principals out of a trust', aws.untrust?.(subject(ROLE), [USER]), 'trust-policy', 'R1'],
    ['take accounts out of a trust', aws.untrust?.(subject(ROLE), ['external:aws/444455556666']), 'trust-policy', 'R1'],
    ['bound an identity', aws.bound?.(subject(USER), ['s3:GetObject', 'sqs:ListQueues']), 'permissions-boundary', 'R1'],
    ['shorten the sessions of a role', aws.shorten?.(subject(ROLE)), 'max-session', 'R1'],
    ['switch a key off', aws.contain(subject(KEY, 'Credential', [USER])), 'access-key', 'R!'],
    ['switch a replaced key off', aws.disable(subject(KEY, 'Credential', [USER])), 'access-key', 'R0'],
    ['end the sessions of a user', aws.endSessions?.(subject('aws:x', 'Session'), subject(USER)), 'AWSRevokeOlderSessions', 'R!'],
  ])('%s, in a step that its enforcer can read', (_what, control, name, reversibility) => {
    expect(control).toMatchObject({ reversibility, parameters: { control: name } });
    expect(control?.byHand).toBeUndefined();
    expect(parseAwsStep(control!.action, control!.parameters).control).toBe(name);
  });

  it('take a subject of an OIDC provider out of a trust, by the name that its tokens have', () => {
    const subjectKey = 'external:oidc/token.actions.githubusercontent.com/repo:acme/shop:*';
    expect(aws.untrust?.(subject(ROLE), [subjectKey])?.parameters).toMatchObject({
      provider: `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`,
      subjects: ['repo:acme/shop:*'],
    });
  });

  it('do nothing to what it does not know, to users where only roles have it, and to roles of services', () => {
    const service = subject(`aws:arn:aws:iam::${ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX`);
    expect([
      aws.outer?.(service, inOrganization),
      aws.denyIdentity?.(service),
      aws.untrust?.(subject(USER), [USER]),
      aws.untrust?.(subject(ROLE), []),
      aws.untrust?.(subject(ROLE), [USER, 'external:aws/444455556666']),
      aws.shorten?.(subject(USER)),
      aws.deliver?.(subject('aws:arn:aws:s3:::shop', 'Resource'), subject(KEY, 'Credential')),
    ]).toEqual(Array.from({ length: 7 }, () => undefined));
  });

  it('deny from outside only in an account that is seen to be in an organization, and not in the one that manages it', () => {
    expect(aws.outer?.(subject(ROLE), account({}))).toBeUndefined();
    expect(aws.outer?.(subject(ROLE), () => undefined)).toBeUndefined();
    expect(aws.outer?.(subject(ROLE), account({ organization: 'o-1', management: true }))).toBeUndefined();
  });

  it('bound nobody who was seen doing more than reading, or reading what the boundary leaves out', () => {
    for (const action of [
      's3:PutObject',
      'secretsmanager:GetSecretValue',
      'kms:Decrypt',
      'sts:AssumeRole',
      'sqs:ReceiveMessage',
    ]) {
      expect(aws.bound?.(subject(USER), ['s3:GetObject', action])).toBeUndefined();
    }
    expect(aws.bound?.(subject(USER), [])).toBeUndefined();
  });

  it('leave a key of nobody to a person', () => {
    expect(aws.contain(subject(KEY, 'Credential'))).toMatchObject({ byHand: true });
  });

  it('write into its own secrets and parameters the part that they are for', () => {
    const place = (key: string) => aws.deliver?.(subject(key, 'Secret'), subject(KEY, 'Credential'))?.parameters;
    const at = `eu-west-1:${ACCOUNT}`;
    expect(place(`aws:arn:aws:ssm:${at}:parameter/shop/aws_access_key_id`)).toMatchObject({
      control: 'parameter-value',
      parameter: '/shop/aws_access_key_id',
      field: 'accessKeyId',
    });
    expect(place(`aws:arn:aws:secretsmanager:${at}:secret:shop/ci-AbCdEf`)).toMatchObject({
      control: 'secret-value',
      secret: `arn:aws:secretsmanager:${at}:secret:shop/ci-AbCdEf`,
      region: 'eu-west-1',
      field: 'value',
    });
  });
});

it.each([
  ['AWS_ACCESS_KEY_ID', KEY, 'accessKeyId'],
  ['AWS_SECRET_ACCESS_KEY', KEY, 'value'],
  ['PG_USER', 'postgres:db/roles/app/password', 'user'],
  ['USERNAME', KEY, 'value'],
  ['VAULT_ROLE_ID', 'vault:v/auth/approle/role/ci/secret-id', 'roleId'],
  ['PG_PASSWORD', 'postgres:db/roles/app/password', 'value'],
])('%s holds of %s the part %s', (place, credential, field) => {
  expect(credentialField(place, credential)).toBe(field);
});
