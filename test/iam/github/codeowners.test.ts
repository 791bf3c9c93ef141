import { describe, expect, it } from 'vitest';
import { ownerRules, ruleFor, ruleForAll } from '../../../src/iam/github/codeowners.ts';

const rules = ownerRules(`
# who answers for what
*                       @acme/platform  # inline
/.github/workflows/     @acme/ci octo@example.com
/.github/workflows/*.yaml @hubot
*.md                    @writer
docs/*                  @acme/docs
apps/                   @acme/apps
/vault/**/secret        @acme/security
/free
old\\ docs/  @acme/archive
what\\?.txt  @acme/questions
!kept                   @nobody
bad                     no-owner-word
${'*a'.repeat(9)}       @slow
`);
const namesFor = (path: string) => ruleFor(rules, path)?.owners.map(({ kind, name }) => `${kind} ${name}`);

describe('ruleFor', () => {
  it.each([
    ['src/main.ts', ['team acme/platform']],
    ['.github/workflows/a.yml', ['team acme/ci', 'email octo@example.com']],
    ['.github/workflows/a.yaml', ['user hubot']],
    ['lib/.github/workflows/a.yml', ['team acme/platform']],
    ['deep/down/readme.md', ['user writer']],
    ['docs/a.txt', ['team acme/docs']],
    ['docs/deep/a.txt', ['team acme/platform']],
    ['lib/apps/x/y.ts', ['team acme/apps']],
    ['vault/secret', ['team acme/security']],
    ['vault/a/b/secret', ['team acme/security']],
    ['free', []],
    ['lib/old docs/a.txt', ['team acme/archive']],
    ['what?.txt', ['team acme/questions']],
    ['whats.txt', ['team acme/platform']],
  ])('%s', (path, owners) => expect(namesFor(path)).toEqual(owners));
});

it('lines that GitHub would not take, and patterns that nobody writes, are left out', () => {
  expect(rules.map(({ pattern }) => pattern)).toEqual([
    '*',
    '/.github/workflows/',
    '/.github/workflows/*.yaml',
    '*.md',
    'docs/*',
    'apps/',
    '/vault/**/secret',
    '/free',
    'old\\ docs/',
    'what\\?.txt',
  ]);
});

it('ruleForAll is the last rule about everything', () => {
  expect(ruleForAll(rules)).toMatchObject({ pattern: '*', line: 3 });
  expect(ruleForAll(ownerRules('/src/ @a'))).toBeUndefined();
  expect(ruleForAll(ownerRules('* @all\n/* @files-of-the-root'))).toMatchObject({ pattern: '*' });
});
