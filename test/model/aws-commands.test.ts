import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { awsApply, awsInverse } from '../../src/model/aws-actions.ts';
import { awsCommandLine } from '../../src/model/aws-calls.ts';
import { awsCommands } from '../../src/model/aws-commands.ts';
import { isAwsAction, parseAwsStep } from '../../src/model/aws-controls.ts';
import {
  cutoffDocument,
  cutoffOf,
  denyAllDocument,
  isSameTrustElsewhere,
  isTrustDenied,
  trustStatement,
  withTrustDenied,
} from '../../src/model/aws-documents.ts';
import { awsPrincipalOf, awsSecretPlaceOf } from '../../src/model/aws-principal.ts';
import type { Action } from '../../src/model/plan.ts';

/** The words that a shell makes of a command, without running it. */
const words = (command: string): string[] =>
  execFileSync('/bin/sh', ['-c', `set -- ${command}\nfor word do printf '%s\\0' "$word"; done`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);

const ACCOUNT = '111122223333';
const KEY = { account: ACCOUNT, userName: 'ci', accessKeyId: 'AKIA0EXAMPLE00001' };
const ROLE = { account: ACCOUNT, roleName: 'deploy' };
const commands = (action: Action, control: string, parameters: Record<string, unknown>) =>
  awsCommands(action, { control, ...parameters });
const policyOf = (command: string) => JSON.parse(words(command).at(-1) as string);

describe('the command of an AWS step', () => {
  it('denies an identity by a policy that is valid JSON, and lifts exactly it', () => {
    const { apply, inverse } = commands('quarantine', 'interlock-deny', { account: ACCOUNT, userName: "o'hare" });
    const named = ['--user-name', "o'hare", '--policy-name', 'interlock-deny'];
    expect(words(apply).slice(0, 7)).toEqual(['aws', 'iam', 'put-user-policy', ...named]);
    expect(policyOf(apply)).toEqual({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] });
    expect(words(inverse)).toEqual(['aws', 'iam', 'delete-user-policy', ...named]);
  });

  it('ends sessions as of the moment at which it runs', () => {
    const policy = policyOf(commands('quarantine', 'AWSRevokeOlderSessions', { ...ROLE, sessions: ['aws:x'] }).apply);
    const before = policy.Statement[0].Condition.DateLessThan['aws:TokenIssueTime'];
    expect(before).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(Math.abs(Date.parse(before) - Date.now())).toBeLessThan(60_000);
  });

  it('fences by networks and endpoints, and leaves what AWS calls on behalf of the user alone', () => {
    const lines = { networks: ['203.0.113.9', '198.51.100.7'], vpcEndpoints: ['vpce-1a2b3c4d'] };
    const policy = policyOf(commands('reduce', 'interlock-fence', { account: ACCOUNT, userName: 'ci', ...lines }).apply);
    expect(policy.Statement[0].Condition).toEqual({
      NotIpAddress: { 'aws:SourceIp': ['198.51.100.7', '203.0.113.9'] },
      StringNotEquals: { 'aws:SourceVpce': ['vpce-1a2b3c4d'] },
      BoolIfExists: { 'aws:ViaAWSService': 'false' },
    });
  });

  it('stops assuming these roles only', () => {
    const roles = ['b', 'a'].map((name) => `arn:aws:iam::${ACCOUNT}:role/${name}`);
    const policy = policyOf(commands('block', 'interlock-deny-assume', { account: ACCOUNT, userName: 'ci', roles }).apply);
    expect(policy.Statement[0].Resource).toEqual([...roles].sort());
  });

  it('names no user for a root key, has no way back from a deletion, and shows no secret of a new key', () => {
    expect(commands('delete', 'access-key', { accessKeyId: KEY.accessKeyId })).toMatchObject({
      apply: `aws iam delete-access-key --access-key-id '${KEY.accessKeyId}'`,
      inverse: '',
    });
    const { apply } = commands('issue', 'access-key', KEY);
    expect(apply).toMatch(/^\(umask 077 && .* > 'replacement-of-AKIA0EXAMPLE00001\.json'\)$/);
    const value = { account: ACCOUNT, region: 'eu-west-1', field: 'value' };
    const shown = [
      commands('distribute', 'parameter-value', { ...value, parameter: '/shop/db' }).apply,
      commands('distribute', 'secret-value', {
        ...value,
        secret: `arn:aws:secretsmanager:eu-west-1:${ACCOUNT}:secret:db-AbCdEf`,
      }).apply,
    ];
    for (const command of shown) expect(command).toMatch(/^read -rs VALUE && .*file:\/\/\/dev\/stdin; unset VALUE$/);
  });

  it('denies a principal from outside by name and account, and detaches it', () => {
    const principal = `arn:aws:iam::${ACCOUNT}:role/deploy`;
    const { apply, inverse } = commands('quarantine', 'service-control-policy', { account: ACCOUNT, principal });
    expect(apply).toContain('aws organizations create-policy --name');
    expect(apply).toContain(`attach-policy --policy-id "$POLICY" --target-id ${ACCOUNT}`);
    expect(inverse).toContain(`detach-policy --policy-id "$POLICY" --target-id ${ACCOUNT}`);
  });

  it('takes a name for a name, also where it looks like what a shell computes', () => {
    const { apply } = commands('quarantine', 'interlock-deny', { account: ACCOUNT, userName: 'deploy@policy' });
    expect(words(apply)).toContain('deploy@policy');
  });

  it('keeps the trust policy in a file before it is changed, and puts it back from there', () => {
    const { apply, inverse } = commands('block', 'trust-policy', { ...ROLE, accounts: ['444455556666'] });
    expect(apply.split('\n')[0]).toMatch(/get-role .* > 'trust-policy-of-deploy\.json'$/);
    expect(inverse).toContain("--policy-document file://'trust-policy-of-deploy.json'");
    const program = /^jq -c ('.*') 'trust-policy-of-deploy\.json' > /.exec(apply.split('\n')[1] as string)?.[1] as string;
    expect(words(program)[0]).toContain(JSON.stringify(trustStatement({ accounts: ['444455556666'] })));
  });
});

describe('a call is what is shown', () => {
  it.each([
    ['disable', 'access-key', KEY],
    ['reduce', 'permissions-boundary', { ...ROLE, boundary: `arn:aws:iam::${ACCOUNT}:policy/cap` }],
    ['revoke', 'login-profile', { account: ACCOUNT, userName: 'ada' }],
    ['quarantine', 'interlock-deny', ROLE],
  ] as const)('%s of %s', (action, control, parameters) => {
    const step = parseAwsStep(action, { control, ...parameters });
    const shown = commands(action, control, parameters);
    expect(shown.apply).toBe(awsApply(step).map(awsCommandLine).join('\n'));
    expect(shown.inverse).toBe(awsInverse(step, {}).map(awsCommandLine).join('\n'));
  });
});

describe('parameters of an AWS step', () => {
  it.each([
    ['quarantine', { control: 'access-key', ...KEY, extra: 1 }, /extra/],
    ['quarantine', { control: 'interlock-deny', account: ACCOUNT }, /either userName or roleName/],
    ['quarantine', { control: 'interlock-deny', account: 'mine', userName: 'ci' }, /12 digits/],
    ['reduce', { control: 'interlock-fence', account: ACCOUNT, userName: 'ci' }, /needs networks or vpcEndpoints/],
    ['block', { control: 'trust-policy', ...ROLE }, /needs one of principals, accounts, provider/],
    ['delete', { control: 'interlock-deny', account: ACCOUNT, userName: 'ci' }, /no action of the control/],
    ['quarantine', { control: 'anything' }, /control/],
    ['shorten', { control: 'max-session', ...ROLE, seconds: 900 }, /3600/],
    [
      'quarantine',
      { control: 'service-control-policy', account: ACCOUNT, principal: 'arn:aws:iam::444455556666:role/deploy' },
      /is not of the account/,
    ],
    [
      'quarantine',
      { control: 'service-control-policy', account: ACCOUNT, principal: `arn:aws:iam::${ACCOUNT}:role/*` },
      /without wildcards/,
    ],
  ] as const)('%s %j is refused, by name of what is wrong', (action, parameters, said) => {
    expect(() => parseAwsStep(action, parameters)).toThrow(said);
  });

  it('knows which actions there are', () => {
    expect((['quarantine', 'shorten', 'notify', 'soak'] as const).filter(isAwsAction)).toEqual(['quarantine', 'shorten']);
  });
});

describe('a trust policy', () => {
  const allow = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'sts:AssumeRole' };
  const document = JSON.stringify({ Version: '2012-10-17', Statement: allow });
  const ci = { principals: [`arn:aws:iam::${ACCOUNT}:user/ci`] };

  it('gets one statement for each that it denies, however often, and nothing else changes', () => {
    const once = withTrustDenied(document, ci);
    expect(withTrustDenied(once, ci)).toBe(once);
    const both = withTrustDenied(once, { accounts: ['444455556666'] });
    expect(JSON.parse(both).Statement).toHaveLength(3);
    expect([isTrustDenied(both, ci), isTrustDenied(both, { accounts: ['444455556666'] }), isTrustDenied(document, ci)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(isSameTrustElsewhere(both, document)).toBe(true);
    expect(isSameTrustElsewhere(both.replace('sts:AssumeRole"', 'sts:*"'), document)).toBe(false);
  });

  it('is the same when AWS writes it back in its own way', () => {
    const { Statement } = JSON.parse(withTrustDenied(document, ci));
    const rewritten = Statement.map((one: Record<string, unknown>) => ({ ...one, Action: [one['Action']].flat()[0] })).reverse();
    expect(isTrustDenied(JSON.stringify({ Statement: rewritten, Version: '2012-10-17' }), ci)).toBe(true);
  });

  it('denies subjects of one provider by the name that its tokens have', () => {
    const provider = `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`;
    expect(trustStatement({ provider, subjects: ['repo:acme/shop:*'] })).toMatchObject({
      Principal: { Federated: provider },
      Condition: { StringLike: { 'token.actions.githubusercontent.com:sub': ['repo:acme/shop:*'] } },
    });
  });
});

it('a cutoff is read back with the mark of its step, and a deny without a time is none', () => {
  expect(cutoffOf(cutoffDocument('2026-03-01T12:00:00Z', 'interlock1'))).toEqual({
    cutoff: '2026-03-01T12:00:00Z',
    sid: 'interlock1',
  });
  expect(cutoffOf(denyAllDocument())).toBeUndefined();
});

describe('keys of AWS', () => {
  it.each([
    ['aws:arn:aws:iam::111122223333:user/team/ci', { type: 'user', name: 'ci', path: '/team/', account: ACCOUNT }],
    ['aws:arn:aws-cn:iam::111122223333:role/deploy', { type: 'role', name: 'deploy', path: '/', account: ACCOUNT }],
    ['aws:arn:aws:iam::111122223333:root', undefined],
    ['aws:arn:aws:s3:::user/x', undefined],
  ])('%s is read as a principal', (key, principal) => {
    expect(awsPrincipalOf(key)).toEqual(principal);
  });

  it.each([
    ['aws:arn:aws:ssm:eu-west-1:111122223333:parameter/shop/db', '/shop/db'],
    ['aws:arn:aws:ssm:eu-west-1:111122223333:parameter/flat', 'flat'],
    ['aws:arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/db-AbCdEf', 'shop/db-AbCdEf'],
    ['aws:arn:aws:s3:::bucket', undefined],
  ])('%s is read as a place of a value', (key, name) => {
    expect(awsSecretPlaceOf(key)?.name).toBe(name);
  });
});
