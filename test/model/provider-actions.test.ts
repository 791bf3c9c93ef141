import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import {
  awsDeleteKey,
  awsDenyAssume,
  awsDenyIdentity,
  awsEndSessions,
  awsFence,
  awsIssueKey,
  awsPrincipalOf,
} from '../../src/model/aws-actions.ts';
import { githubDeleteDeployKey, githubDeployKeyOf, githubSecretOf, githubSetSecret } from '../../src/model/github-actions.ts';
import { shellComment, shellQuote } from '../../src/model/shell.ts';

/** The words that a POSIX shell makes of a command, without running it. */
const words = (command: string): string[] =>
  execFileSync('/bin/sh', ['-c', `set -- ${command}\nfor word do printf '%s\\0' "$word"; done`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);

describe('commands for a shell', () => {
  it.each(['plain', "it's", '$(touch /tmp/x)', '`id`', '"; rm -rf / #', '-n', '', '!h\\', 'ünïcode 日本'])(
    'keep %j one word',
    (name) => {
      expect(words(`x ${shellQuote(name)} y`)).toEqual(['x', name, 'y']);
    },
  );

  it('cannot be broken out of by line ends', () => {
    expect(words(shellQuote('a\nb'))).toEqual(['a?b']);
    expect(shellComment('a\nrm -rf /').split('\n')).toHaveLength(1);
  });
});

describe('AWS commands', () => {
  it('deny an identity by a policy that is valid JSON, and lift exactly it', () => {
    const { apply, inverse } = awsDenyIdentity({ type: 'user', name: "o'hare" });
    const said = words(apply);
    expect(said.slice(0, 7)).toEqual([
      'aws',
      'iam',
      'put-user-policy',
      '--user-name',
      "o'hare",
      '--policy-name',
      'interlock-deny',
    ]);
    expect(JSON.parse(said.at(-1)!)).toEqual({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
    });
    expect(words(inverse)).toEqual([
      'aws',
      'iam',
      'delete-user-policy',
      '--user-name',
      "o'hare",
      '--policy-name',
      'interlock-deny',
    ]);
  });

  it('end sessions as of the moment at which the command runs', () => {
    const policy = JSON.parse(words(awsEndSessions({ type: 'role', name: 'deploy' }).apply).at(-1)!);
    const before = policy.Statement[0].Condition.DateLessThan['aws:TokenIssueTime'];
    expect(before).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(Math.abs(Date.parse(before) - Date.now())).toBeLessThan(60_000);
  });

  it('fence by networks and leave what AWS calls on behalf of the user alone', () => {
    const policy = JSON.parse(words(awsFence('ci', ['203.0.113.9', '198.51.100.7']).apply).at(-1)!);
    expect(policy.Statement[0].Condition).toEqual({
      NotIpAddress: { 'aws:SourceIp': ['198.51.100.7', '203.0.113.9'] },
      Bool: { 'aws:ViaAWSService': 'false' },
    });
  });

  it('stop assuming these roles only', () => {
    const policy = JSON.parse(
      words(awsDenyAssume('ci', ['arn:aws:iam::111122223333:role/b', 'arn:aws:iam::111122223333:role/a']).apply).at(-1)!,
    );
    expect(policy.Statement[0].Resource).toEqual(['arn:aws:iam::111122223333:role/a', 'arn:aws:iam::111122223333:role/b']);
  });

  it('name no user for a root key, have no way back from a deletion, and show no secret of a new key', () => {
    expect(awsDeleteKey({ accessKeyId: 'AKIA0EXAMPLE00001' })).toMatchObject({
      apply: "aws iam delete-access-key --access-key-id 'AKIA0EXAMPLE00001'",
      inverse: '',
    });
    expect(awsIssueKey({ accessKeyId: 'AKIA0EXAMPLE00001', userName: 'ci' }).apply).toMatch(
      /^\(umask 077 && .* > 'replacement-of-AKIA0EXAMPLE00001\.json'\)$/,
    );
  });

  it.each([
    ['aws:arn:aws:iam::111122223333:user/team/ci', { type: 'user', name: 'ci', path: '/team/', account: '111122223333' }],
    ['aws:arn:aws-cn:iam::111122223333:role/deploy', { type: 'role', name: 'deploy', path: '/', account: '111122223333' }],
    ['aws:arn:aws:iam::111122223333:root', undefined],
    ['aws:arn:aws:s3:::user/x', undefined],
  ])('read %s', (key, principal) => {
    expect(awsPrincipalOf(key)).toEqual(principal);
  });
});

describe('GitHub commands', () => {
  it.each([
    ['github:acme/shop/actions/secrets/TOKEN', "cat new | gh secret set 'TOKEN' --repo 'acme/shop'"],
    ['github:acme/shop/environments/prod/secrets/TOKEN', "cat new | gh secret set 'TOKEN' --repo 'acme/shop' --env 'prod'"],
    ['github:org/acme/actions/secrets/TOKEN', "cat new | gh secret set 'TOKEN' --org 'acme'"],
  ])('put a new value into %s, from a command and never as a word', (key, command) => {
    expect(githubSetSecret(githubSecretOf(key)!, 'cat new')).toBe(command);
  });

  it('save a deploy key before it is deleted, and add it again', () => {
    const { repository, id } = githubDeployKeyOf('github:acme/shop/keys/17')!;
    const { apply, inverse } = githubDeleteDeployKey(repository, id);
    expect(apply).toBe("gh api 'repos/acme/shop/keys/17' > 'deploy-key-17.json' && gh api -X DELETE 'repos/acme/shop/keys/17'");
    expect(inverse).toContain("gh api -X POST 'repos/acme/shop/keys' --input -");
  });
});
