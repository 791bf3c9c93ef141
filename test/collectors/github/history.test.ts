import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { githubCollector } from '../../../src/collectors/github/collector.ts';
import { collecting } from '../../contracts/collecting.ts';
import { sampleFolder } from '../files/sample-folder.ts';
import { ANSWERS, answerFiles } from './sample-organisation.ts';

const WORKFLOW = 'on: push\njobs:\n  build: { steps: [{ run: make }] }\n';
const environment = { PATH: process.env['PATH'] };

/** A repository with one commit for each author: they change the file in turn. */
function made(folder: string, commits: readonly { readonly by: string; readonly file: string }[]): void {
  const git = (words: readonly string[], author = 'Nobody <nobody@acme.example>'): void => {
    const [, name = '', email = ''] = /^(.*) <(.*)>$/.exec(author) ?? [];
    const env = {
      ...environment,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: name,
      GIT_AUTHOR_EMAIL: email,
      GIT_AUTHOR_DATE: '2026-01-02T03:04:05Z',
      GIT_COMMITTER_NAME: 'GitHub',
      GIT_COMMITTER_EMAIL: 'noreply@github.com',
    };
    execFileSync('git', ['-C', folder, ...words], { env, stdio: 'ignore' });
  };
  mkdirSync(folder, { recursive: true });
  git(['init', '-b', 'main']);
  for (const { by, file } of commits) {
    mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    if (existsSync(path.join(folder, file))) appendFileSync(path.join(folder, file), `# ${by}\n`);
    else writeFileSync(path.join(folder, file), WORKFLOW);
    git(['add', '.'], by);
    git(['commit', '-m', 'change'], by);
  }
}

const owners = ({ relationships }: Awaited<ReturnType<typeof collecting>>): string[] =>
  relationships
    .filter(({ kind }) => kind === 'OWNED_BY')
    .map(({ source, target, basis, certainty }) => `${source} ${target} ${basis} ${certainty}`)
    .sort();

const CI = '.github/workflows/ci.yml';

it('takes whoever changed it last for an owner, programs left out', async () => {
  await using folder = await sampleFolder({});
  made(path.join(folder.root, 'acme/shop'), [
    { by: 'Ann <Ann@acme.example>', file: CI },
    { by: 'Bob <12345+bob-b@users.noreply.github.com>', file: 'README.md' },
    { by: 'dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>', file: CI },
  ]);
  const found = await collecting(githubCollector, { files: folder.root }, { environment });
  expect(owners(found)).toEqual([
    `github:acme/shop owner:user/bob-b inferred possible`,
    `github:acme/shop/${CI}#build owner:email/ann@acme.example inferred possible`,
  ]);
  expect([found.errors, found.warnings]).toEqual([[], []]);
});

it('leaves what code owners answer for to them', async () => {
  await using folder = await sampleFolder({ 'acme/shop/CODEOWNERS': '* @acme/shop\n' });
  made(path.join(folder.root, 'acme/shop'), [{ by: 'Ann <ann@acme.example>', file: CI }]);
  const found = await collecting(githubCollector, { files: folder.root }, { environment });
  expect(owners(found)).toEqual([
    'github:acme/shop owner:team/acme/shop declared definite',
    `github:acme/shop/${CI}#build owner:team/acme/shop declared definite`,
  ]);
});

it('starts no program that the repository asks git to start, and follows no link to another', async () => {
  await using folder = await sampleFolder({});
  const shop = path.join(folder.root, 'acme/shop');
  made(shop, [{ by: 'Ann <ann@acme.example>', file: CI }]);
  const trap = path.join(folder.root, 'trapped');
  const program = path.join(folder.root, 'trap.sh');
  writeFileSync(program, `#!/bin/sh\ntouch ${trap}\n`, { mode: 0o755 });
  const config = [
    `[core]\n\tfsmonitor = ${program}\n\tpager = ${program}\n\thooksPath = ${folder.root}\n\tsshCommand = ${program}`,
    `[gpg]\n\tprogram = ${program}\n[log]\n\tshowSignature = true`,
    `[diff]\n\texternal = ${program}\n[protocol "ext"]\n\tallow = always`,
    `[extensions]\n\tpartialClone = origin\n[remote "origin"]\n\turl = ext::${program}\n\tpromisor = true`,
  ];
  appendFileSync(path.join(shop, '.git/config'), `${config.join('\n')}\n`);
  mkdirSync(path.join(folder.root, 'acme/linked/.github/workflows'), { recursive: true });
  writeFileSync(path.join(folder.root, 'acme/linked', CI), WORKFLOW);
  symlinkSync(path.join(shop, '.git'), path.join(folder.root, 'acme/linked/.git'));
  const found = await collecting(githubCollector, { files: folder.root }, { environment });
  expect(owners(found).filter((owned) => owned.startsWith('github:acme/linked'))).toEqual([]);
  expect(owners(found)).toContain('github:acme/shop owner:email/ann@acme.example inferred possible');
  // The tree of the newest commit is missing: git would fetch it.
  const tree = execFileSync('git', ['-C', shop, 'rev-parse', 'HEAD^{tree}'], {
    env: { ...environment, GIT_CONFIG_GLOBAL: '/dev/null' },
  });
  const id = tree.toString().trim();
  execFileSync('rm', ['-f', path.join(shop, '.git/objects', id.slice(0, 2), id.slice(2))]);
  await collecting(githubCollector, { files: folder.root }, { environment });
  expect(existsSync(trap)).toBe(false);
});

it('has it from the newest commits that GitHub answers', async () => {
  const commit = (name: string, login: string | null, parents = 1) => ({
    commit: { author: { name, email: `${name}@acme.example`, date: '2026-01-02T03:04:05Z' } },
    author: login === null ? null : { login },
    parents: Array.from({ length: parents }, () => ({})),
  });
  const commits = [commit('merger', 'merger', 2), commit('renovate[bot]', 'renovate[bot]'), commit('ann', 'ann-a')];
  await using folder = await sampleFolder(answerFiles({ ...ANSWERS, '/repos/acme/shop/commits': commits }));
  const found = await collecting(githubCollector, { files: folder.root });
  expect(owners(found)).toContain('github:acme/shop owner:user/ann-a inferred possible');
});
