import { expect, it } from 'vitest';
import { githubCollector } from '../../../src/collectors/github/collector.ts';
import { collecting } from '../../contracts/collecting.ts';
import { sampleFolder } from '../files/sample-folder.ts';

/** Built here, so that no text of the tree looks like a secret. */
const token = `ghp_${'a1B2'.repeat(9)}`;
const key = 'aB3/'.repeat(10);
const jwt = `eyJ${'hbGciOi'.repeat(3)}.${'payload'.repeat(3)}.sig`;
const workflow = [
  'on: push # a comment',
  'permissions: { id-token: write }',
  'jobs:',
  '  a:',
  '    runs-on: ubuntu-latest',
  '    env:',
  '      DB_PASSWORD: hunter2',
  '      API_TOKEN: ${{ secrets.API }}',
  '      REGION: eu-west-1',
  '    steps:',
  '      - run: >-',
  `          curl -H "Authorization: token ${token}" https://user:sw0rdfish@host.example/x && export SECRET=${'n0tapath'} KEY=${key}`,
  `      - run: use --password letmein99 --token "$TOKEN" ${jwt}`,
].join('\n');

it('a workflow is kept as a document, with what looks like a secret hidden', async () => {
  await using folder = await sampleFolder({ 'acme/shop/.github/workflows/a.yml': workflow });
  const { said } = await collecting(githubCollector, { files: folder.root });
  const documents = said.flatMap((one) => (one.type === 'facts' ? (one.documents ?? []) : []));
  expect(documents).toEqual([
    {
      subject: 'github:acme/shop',
      type: 'workflow',
      name: '.github/workflows/a.yml',
      body: {
        on: 'push',
        permissions: { 'id-token': 'write' },
        jobs: {
          a: {
            'runs-on': 'ubuntu-latest',
            env: { DB_PASSWORD: '(hidden)', API_TOKEN: '${{ secrets.API }}', REGION: 'eu-west-1' },
            steps: [
              {
                run: 'curl -H "Authorization: token (hidden)" https://user:(hidden)@host.example/x && export SECRET=(hidden) KEY=(hidden)',
              },
              { run: 'use --password (hidden) --token "$TOKEN" (hidden)' },
            ],
          },
        },
      },
    },
  ]);
});

it('names no owner by a CODEOWNERS file that is too large for GitHub', async () => {
  const text = `* @acme/platform\n${'#'.repeat(3 * 1024 * 1024)}`;
  await using folder = await sampleFolder({ 'acme/shop/.github/CODEOWNERS': text });
  const { relationships, warnings } = await collecting(githubCollector, { files: folder.root });
  expect(relationships.filter(({ kind }) => kind === 'OWNED_BY')).toEqual([]);
  expect(warnings).toEqual(['acme/shop/.github/CODEOWNERS: not below 3 MB, so that GitHub does not load it']);
});
