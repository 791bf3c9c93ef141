import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
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
