import { expect, it } from 'vitest';
import { githubCollector } from '../../../src/collectors/github/collector.ts';
import { collecting } from '../../contracts/collecting.ts';
import { sampleFolder } from '../files/sample-folder.ts';
import { ANSWERS, answerFiles } from './sample-organisation.ts';

const shop = 'github:acme/shop';
const at = (file: string, job: string): string => `${shop}/.github/workflows/${file}.yml#${job}`;
const given = (text: string): string => `\${{ ${text} }}`;

/** What one workflow's jobs and their repository say, with the sample organisation's settings. */
async function jobsOf(lines: readonly string[], changed: Readonly<Record<string, unknown>> = {}) {
  const files = { ...answerFiles({ ...ANSWERS, ...changed }), 'acme/shop/.github/workflows/a.yml': lines.join('\n') };
  await using folder = await sampleFolder(files);
  const { relationships, errors } = await collecting(githubCollector, { files: folder.root });
  expect(errors).toEqual([]);
  return (source: string, kind: string) =>
    Object.fromEntries(
      relationships.filter((one) => one.source === source && one.kind === kind).map((one) => [one.target, one.certainty]),
    );
}

it('a job that may be in several environments and takes all secrets may read those of each', async () => {
  const said = await jobsOf([
    'on: push',
    'jobs:',
    `  a: { strategy: { matrix: { env: [staging, production] } }, environment: "${given('matrix.env')}", steps: [{ run: "echo '${given('toJSON(secrets)')}'" }] }`,
  ]);
  expect(said(at('a', 'a'), 'READS')).toEqual({
    [`${shop}/actions/secrets/NPM_TOKEN`]: 'definite',
    'github:org/acme/actions/secrets/ORG_ALL': 'definite',
    'github:org/acme/actions/secrets/ORG_PRIVATE': 'definite',
    'github:org/acme/actions/secrets/ORG_CHOSEN': 'definite',
    [`${shop}/environments/staging/secrets/STAGING_KEY`]: 'possible',
    [`${shop}/environments/production/secrets/DEPLOY_KEY`]: 'possible',
  });
});

it('a job whose labels may be several may meet a runner that has one of them', async () => {
  const said = await jobsOf([
    'on: push',
    'jobs:',
    `  matrix: { strategy: { matrix: { on: [ubuntu-latest, self-hosted] } }, runs-on: "${given('matrix.on')}", steps: [{ run: make }] }`,
    `  either: { runs-on: "${given("github.ref == 'x' && 'self-hosted' || 'ubuntu-latest'")}", steps: [{ run: make }] }`,
    `  partly: { runs-on: [self-hosted, "${given('vars.SIZE')}"], steps: [{ run: make }] }`,
    '  fixed: { runs-on: { group: Default, labels: [linux] }, steps: [{ run: make }] }',
    '  more: { runs-on: [self-hosted, gpu], steps: [{ run: make }] }',
    `  open: { runs-on: "${given('vars.RUNNER')}", steps: [{ run: make }] }`,
  ]);
  const met = ['matrix', 'either', 'partly', 'fixed', 'more', 'open'].map((job) =>
    Object.values(said(at('a', job), 'ESCAPES_TO')),
  );
  expect(met).toEqual([['possible'], ['possible'], ['possible'], ['definite'], [], []]);
});

it('a workflow that pull_request_target starts is the one of the default branch', async () => {
  const said = await jobsOf(['on: pull_request_target', 'jobs:', '  a: { steps: [{ run: make }] }']);
  expect(said(shop, 'DEFINES')[at('a', 'a')]).toBe('conditional');
});

/** A ruleset on tags, and an environment that lets these tags in alone. */
const tags = (rules: readonly string[]): Record<string, unknown> => {
  const about = { id: 9, name: 'tags', target: 'tag', source_type: 'Repository', enforcement: 'active' };
  const policy = { protected_branches: false, custom_branch_policies: true };
  return {
    '/repos/acme/shop/rulesets?includes_parents=true': [about],
    '/repos/acme/shop/rulesets/9': {
      ...about,
      bypass_actors: [{ actor_id: 2, actor_type: 'RepositoryRole', bypass_mode: 'always' }],
      conditions: { ref_name: { include: ['refs/tags/v*'], exclude: [] } },
      rules: rules.map((type) => ({ type })),
    },
    '/repos/acme/shop/environments': {
      total_count: 1,
      environments: [{ id: 3, name: 'release', protection_rules: [], deployment_branch_policy: policy }],
    },
    '/repos/acme/shop/environments/release/deployment-branch-policies': {
      total_count: 1,
      branch_policies: [{ id: 1, name: 'v*', type: 'tag' }],
    },
    '/repos/acme/shop/environments/release/secrets': { total_count: 0, secrets: [] },
  };
};

it.each([
  [['creation'], 'conditional', undefined],
  [['creation', 'update'], 'conditional', undefined],
  [['deletion'], 'definite', undefined],
])('with the rules %j on tags, jobs of tags are entered by writers: %s', async (rules, certainty, byRole) => {
  const lines = ['on: { push: { tags: ["v*"] } }', 'jobs:', '  a: { environment: release, steps: [{ run: make }] }'];
  const said = await jobsOf(lines, tags(rules));
  const inRelease = `${shop}/*#environments/release`;
  expect(said(shop, 'DEFINES')[at('a', 'a')]).toBe(certainty);
  expect(said(shop, 'DEFINES')[inRelease]).toBe(certainty);
  expect(said(`${shop}/roles/write`, 'CAN_CONTROL')[inRelease]).toBe(byRole);
});
