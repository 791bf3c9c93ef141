import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { githubCollector } from '../../../src/collectors/github/collector.ts';
import { EVERY_SCOPE } from '../../../src/model/collection.ts';
import { collecting } from '../../contracts/collecting.ts';
import { collectorContract } from '../../contracts/collector.ts';
import { sampleFolder } from '../files/sample-folder.ts';
import { answerFiles, TREE } from './sample-organisation.ts';

const workflow = 'acme/shop/.github/workflows/deploy.yml';
const deploy = `
on: issue_comment
permissions: { id-token: write }
jobs:
  deploy:
    steps:
      - run: echo \${{ github.event.comment.body }}
        env:
          AWS_ACCESS_KEY_ID: AKIA0EXAMPLE00000001
          AWS_SECRET_ACCESS_KEY: \${{ secrets.AWS_SECRET }}
`;
const files = async (texts: Readonly<Record<string, string | Buffer>>) => {
  const folder = await sampleFolder(texts);
  return { settings: { files: folder.root }, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
};
const collected = async (texts: Readonly<Record<string, string | Buffer>>) => {
  await using source = await files(texts);
  return await collecting(githubCollector, source.settings);
};
const repositories = ({ entities }: Awaited<ReturnType<typeof collected>>) =>
  entities.filter(({ kind }) => kind === 'Repository').map(({ name }) => name);

describe('the contract of collectors', () =>
  collectorContract({
    collector: githubCollector,
    good: () => files({ ...answerFiles(), ...TREE }),
    broken: async () => ({
      ...(await files({ ...answerFiles(), ...TREE, 'acme/shop/.github/workflows/bad.yml': 'on: push\njobs: [\n' })),
      names: 'acme/shop/.github/workflows/bad.yml',
    }),
  }));

describe('repository trees', () => {
  it('are folders with .github or .git, named by the last two folders of their path', async () => {
    const found = await collected({
      'export/acme/shop/.github/workflows/a.yml': deploy,
      'export/acme/plain/.git/HEAD': 'ref: refs/heads/main',
      'export/acme/worktree/.git': 'gitdir: elsewhere',
    });
    expect(repositories(found)).toEqual(['acme/plain', 'acme/shop', 'acme/worktree']);
    expect(found.warnings).toEqual([]);
    expect(found.scopes.map(({ scope, coverage }) => `${scope} ${coverage}`)).toEqual([
      'acme/plain complete',
      'acme/shop complete',
      'acme/worktree complete',
    ]);
  });

  it('hold code that is no business of ours, and trees that they vendor', async () => {
    const found = await collected({
      [workflow]: deploy,
      'acme/shop/README.md': '# shop',
      'acme/shop/logo.png': Buffer.from([0, 1, 2]),
      'acme/shop/.github/dependabot.yml': 'version: 2',
      'acme/shop/.github/workflows/old/b.yml': 'not: read',
      'acme/shop/vendor/other/lib/.github/workflows/c.yml': 'broken: [',
    });
    expect([found.errors, found.warnings, repositories(found)]).toEqual([[], [], ['acme/shop']]);
  });

  it('without .github vendor trees too', async () => {
    const found = await collected({
      'acme/plain/.git/HEAD': 'ref: refs/heads/main',
      'acme/plain/lib/other/.github/workflows/c.yml': deploy,
      'acme/node_modules/other/.github/workflows/c.yml': deploy,
    });
    expect([found.errors, found.warnings, repositories(found)]).toEqual([[], [], ['acme/plain']]);
  });

  it('may be the source folder itself, without .github', async () => {
    await using folder = await sampleFolder({ 'acme/plain/.git/HEAD': 'ref: refs/heads/main', 'acme/plain/readme.md': 'hello' });
    const found = await collecting(githubCollector, { files: path.join(folder.root, 'acme/plain') });
    expect([found.warnings, repositories(found)]).toEqual([[], ['acme/plain']]);
  });

  it('may lie in a folder that is under version control itself', async () => {
    const found = await collected({ '.git/HEAD': 'ref: refs/heads/main', [workflow]: deploy });
    expect(repositories(found)).toEqual(['acme/shop']);
  });

  it('are named by the source folder where they are that folder', async () => {
    await using folder = await sampleFolder({ [workflow]: deploy });
    const found = await collecting(githubCollector, { files: path.join(folder.root, 'acme/shop') });
    expect(found.edges).toContain(
      'github:acme/shop/.github/workflows/deploy.yml#deploy READS github:acme/shop/actions/secrets/AWS_SECRET',
    );
  });

  it('that are not there are told', async () => {
    const found = await collected({ 'notes.txt': 'hello' });
    expect(found.warnings).toEqual([
      'notes.txt: not recognised as anything that this source reads; ignored',
      expect.stringContaining('no repository tree'),
    ]);
  });
});

describe('broken input', () => {
  const bad = 'acme/bad/.github/workflows/b.yml';
  it.each([
    ['a job list', 'on: push\njobs:\n  - a', 'line 3: jobs: expected a map of at least one job'],
    ['no jobs', 'on: push', 'line 1: jobs: expected a map of at least one job'],
    ['no trigger', 'jobs: { a: { steps: [] } }', 'line 1: on: missing'],
    ['a job of text', 'on: push\njobs:\n  a: text', 'line 3: jobs.a: expected a map'],
    ['steps of text', 'on: push\njobs:\n  a:\n    steps: text', 'line 4: jobs.a.steps: expected a list'],
    ['a list', '- 1\n- 2', 'line 1: expected a workflow'],
    ['a key that stands twice', 'on: push\non: push\njobs: { a: {} }', 'line 2'],
    ['two documents', 'on: push\n---\non: push', 'expected one YAML document'],
    ['bytes that are no text', Buffer.from([0x6f, 0x6e, 0x3a, 0xff]), 'UTF-8'],
    ['deep nesting', `on: ${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'nested'],
    ['an alias within what it stands for', 'on: push\njobs: &all\n  a: *all', 'line 3: an alias within what it stands for'],
    [
      'an alias bomb',
      `a: &a [x, x]\n${Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [*${i ? `b${i - 1}` : 'a'}, *${i ? `b${i - 1}` : 'a'}]`).join('\n')}`,
      'aliases',
    ],
  ])('%s is an error that names file and place; the rest still loads', async (_, content, place) => {
    const found = await collected({ [workflow]: deploy, [bad]: content });
    expect(found.errors).toEqual([expect.stringContaining(bad)]);
    expect(found.errors[0]).toContain(place);
    expect(found.scopes.map(({ scope, coverage }) => `${scope} ${coverage}`)).toEqual(['acme/bad partial', 'acme/shop complete']);
    expect(found.edges.some((edge) => edge.includes('deploy.yml#deploy'))).toBe(true);
  });

  it.each([
    ['\n', 'empty'],
    ['# only a comment', 'empty but for comments'],
  ])('a workflow of %j is a warning', async (content, what) => {
    const found = await collected({ [workflow]: deploy, [bad]: content });
    expect([found.errors, found.warnings]).toEqual([[], [`${bad}: ${what}`]]);
  });

  it('a called workflow that the tree lacks makes the repository partial', async () => {
    const found = await collected({ [workflow]: 'on: push\njobs:\n  a: { uses: ./.github/workflows/gone.yml }' });
    expect(found.scopes).toEqual([
      { type: 'scope', scope: 'acme/shop', coverage: 'partial', missing: [expect.stringContaining('gone.yml')] },
    ]);
  });

  it('a folder that is not there makes every scope partial', async () => {
    const found = await collecting(githubCollector, { files: '/nowhere/at/all' });
    expect(found.scopes.map(({ scope, coverage }) => [scope, coverage])).toEqual([[EVERY_SCOPE, 'partial']]);
  });
});

const fixtures = path.join(import.meta.dirname, '../../../../shared/fixtures/github/workflows');
if (!existsSync(fixtures)) console.warn(`SKIPPED: real workflows: ${fixtures} is not there`);

describe.skipIf(!existsSync(fixtures))('real workflows', () => {
  interface Expected {
    readonly jobs?: Readonly<
      Record<string, { secrets: string[]; dynamic_or_all_secrets: boolean; secrets_inherit: boolean; id_token_write: boolean }>
    >;
  }

  it('every job that is there reads what it names and asks for tokens exactly when it may', async () => {
    await using folder = await sampleFolder({});
    const trees = readdirSync(fixtures).filter((name) => name.includes('+'));
    const nameOf = (tree: string) => tree.replace('+', '/').replace(/@.*/, '');
    for (const tree of trees)
      cpSync(path.join(fixtures, tree, '.github'), path.join(folder.root, nameOf(tree), '.github'), { recursive: true });
    const { relationships } = await collecting(githubCollector, { files: folder.root });
    const expected: Record<string, Expected> = JSON.parse(readFileSync(path.join(fixtures, 'expected_refs.json'), 'utf8'));
    const there = Object.entries(expected).filter(([file]) => existsSync(path.join(fixtures, file)));
    const wrong = there.flatMap(([file, { jobs = {} }]) =>
      Object.entries(jobs)
        .filter(([id, job]) => {
          const [tree = '', ...rest] = file.split('/');
          const own = relationships.filter(({ source }) => source === `github:${nameOf(tree)}/${rest.join('/')}#${id}`);
          const reads = new Set(own.filter(({ kind }) => kind === 'READS').map(({ target }) => target.split('/').at(-1)));
          const named = new Set(job.secrets.map((name) => name.toUpperCase()).filter((name) => name !== 'GITHUB_TOKEN'));
          const mayReadMore = job.dynamic_or_all_secrets || job.secrets_inherit;
          const isRight = [...named].every((name) => reads.has(name)) && (mayReadMore || reads.size === named.size);
          return !isRight || own.some(({ kind }) => kind === 'RUNS_AS') !== job.id_token_write;
        })
        .map(([id]) => `${file}#${id}`),
    );
    expect(there.length).toBeGreaterThan(50);
    expect(wrong).toEqual([]);
  });
});
