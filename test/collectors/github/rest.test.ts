import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { githubCollector } from '../../../src/collectors/github/collector.ts';
import { EVERY_SCOPE } from '../../../src/model/collection.ts';
import { collecting } from '../../contracts/collecting.ts';
import { sampleFolder } from '../files/sample-folder.ts';
import { ANSWERS } from './sample-organisation.ts';

async function collected(files: Readonly<Record<string, unknown>>) {
  const texts = Object.entries(files).map(
    ([name, content]) =>
      [name, typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content)] as const,
  );
  await using folder = await sampleFolder(Object.fromEntries(texts));
  return await collecting(githubCollector, { files: folder.root });
}
const keys = ANSWERS['/repos/acme/shop/keys'];
const members = ANSWERS['/orgs/acme/members?role=member'] as unknown[];
const repos = ANSWERS['/orgs/acme/repos'];
const DEPLOY_KEY = 'github:acme/shop/keys/17';

describe('an answer in a file is known', () => {
  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['by its own address', { 'x.json': { url: '/repos/acme/shop/keys?per_page=100', answer: keys } }],
    ['by an address of another host', { 'x.json': { url: 'https://ghe.example/api/v3/repos/acme/shop/keys', answer: keys } }],
    ["by a path that is the endpoint's own", { 'export/repos/acme/shop/keys.json': [{ id: 17, read_only: true }] }],
    ["by a page's number in its name", { 'repos/acme/shop/keys-2.json': [{ id: 17, read_only: true }] }],
    ['by a folder of pages', { 'repos/acme/shop/keys/1.json': [{ id: 17, read_only: true }] }],
    ['by addresses that its items carry', { 'what.json': keys }],
    ['in pages that were put into a list', { 'what.json': [(keys as unknown[]).slice(0, 1), (keys as unknown[]).slice(1)] }],
    [
      'in pages one after the other',
      { 'what.json': `${JSON.stringify((keys as unknown[]).slice(0, 1))}\n${JSON.stringify((keys as unknown[]).slice(1))}` },
    ],
    ['through gzip', { 'what.json.gz': gzipSync(JSON.stringify(keys)) }],
    ['by the folder that it lies in', { 'repos.json': repos, 'acme/shop/any.json': [{ id: 17, key: 'k', read_only: true }] }],
  ])('%s', async (_, files) => {
    const found = await collected(files);
    expect([found.errors, found.warnings]).toEqual([[], []]);
    expect(found.entity(DEPLOY_KEY)?.kind).toBe('Credential');
  });

  it('by the one organisation that there is', async () => {
    const found = await collected({
      'org.json': ANSWERS['/orgs/acme'],
      'hooks.json': ANSWERS['/orgs/acme/hooks'],
      'groups.json': ANSWERS['/orgs/acme/actions/runner-groups'],
      'tokens.json': ANSWERS['/orgs/acme/personal-access-tokens'],
    });
    expect([found.errors, found.warnings]).toEqual([[], []]);
    expect(found.entity('github:tokens/7000')?.kind).toBe('Credential');
    expect(found.entity('github:org/acme/hooks/30')?.kind).toBe('Resource');
  });

  it('by what it holds, whatever the file is called', async () => {
    const wanted = [
      '',
      '/repos',
      '/teams',
      '/custom-repository-roles',
      '/organization-roles',
      '/installations',
      '/actions/secrets',
      '/credential-authorizations',
      '/secret-scanning/alerts',
      '/audit-log?include=all',
    ];
    const files = wanted.map((path, at) => [`${at}.json`, ANSWERS[`/orgs/acme${path}`]]);
    const inShop = ['/environments', '/branches?protected=true', '/branches/main/protection', '/keys'].map((path, at) => [
      `shop-${at}.json`,
      ANSWERS[`/repos/acme/shop${path}`],
    ]);
    const found = await collected(Object.fromEntries([...files, ...inShop]));
    expect([found.errors, found.warnings]).toEqual([[], []]);
    expect(found.entity('github:acme/shop/*#environments/production')).toBeUndefined();
    expect(found.entity('github:apps/updater')?.kind).toBe('ServiceAccount');
    expect(found.entity('github:org/acme/actions/secrets/ORG_ALL')?.kind).toBe('Secret');
  });

  it('with secrets and variables of an environment below its folder', async () => {
    const found = await collected({
      'repos.json': repos,
      'acme/shop/environments/staging/s.json': ANSWERS['/repos/acme/shop/environments/staging/secrets'],
    });
    expect(found.entity('github:acme/shop/environments/staging/secrets/STAGING_KEY')?.kind).toBe('Secret');
  });

  it('as rules of the GraphQL API, whose patterns hold for branches that fit', async () => {
    const rule = {
      pattern: 'ma*',
      isAdminEnforced: false,
      requiresApprovingReviews: true,
      requiredApprovingReviewCount: 1,
      restrictsPushes: false,
      bypassPullRequestAllowances: { nodes: [{ actor: { __typename: 'User', login: 'bob' } }] },
    };
    const found = await collected({
      'rest/repos/acme/shop.json': (repos as unknown[])[0],
      'rest/repos/acme/shop/branch-protection-rules.json': { data: { repository: { branchProtectionRules: { nodes: [rule] } } } },
      'rest/repos/acme/shop/rulesets.json': [],
      'rest/repos/acme/shop/environments.json': { total_count: 0, environments: [] },
      'rest/repos/acme/shop/collaborators.json': [{ login: 'bob', id: 2, role_name: 'write', permissions: { push: true } }],
    });
    expect(found.errors).toEqual([]);
    expect(found.edges).toContain('github:users/bob HAS_GRANT github:acme/shop/entries/refs/heads/main');
  });

  it('as rules of the GraphQL API that ask another app for a check', async () => {
    const rule = {
      pattern: 'main',
      isAdminEnforced: true,
      requiresApprovingReviews: false,
      requiresStatusChecks: true,
      requiredStatusChecks: [
        { context: 'test', app: null },
        { context: 'audit', app: { databaseId: 999 } },
      ],
    };
    const found = await collected({
      'rest/repos/acme/shop.json': (repos as unknown[])[0],
      'rest/repos/acme/shop/branch-protection-rules.json': { data: { repository: { branchProtectionRules: { nodes: [rule] } } } },
      'rest/repos/acme/shop/rulesets.json': [],
      'rest/repos/acme/shop/environments.json': { total_count: 0, environments: [] },
    });
    expect(found.errors).toEqual([]);
    const onMain = found.relationships.find(({ kind, target }) => kind === 'DEFINES' && target.endsWith('#refs/heads/main'));
    expect(onMain?.condition).toBe('the check audit that the branch protection of main asks another app for passes');
  });

  it('as events one a line', async () => {
    const events = ANSWERS['/orgs/acme/audit-log?include=all'] as unknown[];
    const found = await collected({ 'stream.log': events.map((event) => JSON.stringify(event)).join('\n') });
    expect(found.edges.filter((edge) => edge.startsWith('origin:'))).toHaveLength(2);
  });
});

describe('a file that is no whole answer', () => {
  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    [
      'a refusal that was saved',
      { 'repos/acme/shop/keys.json': { message: 'Not Found', documentation_url: 'https://docs.github.com', status: '404' } },
      'administration=read',
    ],
    ['another shape', { 'repos/acme/shop/keys.json': [{ id: {}, read_only: 'yes' }] }, '[0].read_only'],
    ['no list', { 'orgs/acme/installations.json': { total_count: 1 } }, 'expected a list `installations`'],
    ['cut off', { 'orgs/acme/members.json': '[{"login": "a' }, 'orgs/acme/members.json: not JSON'],
    [
      'of nobody knows whom',
      { 'collaborators.json': ANSWERS['/repos/acme/shop/collaborators?affiliation=direct'] },
      'whose it is cannot be told',
    ],
    ['of an address that is not read', { 'x.json': { url: '/gists', answer: [] } }, 'no endpoint that this source reads'],
  ])('%s is an error that names it; everything is partial, the rest loads', async (_, files, text) => {
    const found = await collected({ ...files, 'good.json': { url: '/orgs/acme/members?role=member', answer: members } });
    expect(found.errors).toEqual([expect.stringContaining(text)]);
    expect(found.scopes.find(({ scope }) => scope === EVERY_SCOPE)?.coverage).toBe('partial');
    expect(found.entity('github:users/bob')?.kind).toBe('User');
  });

  it('of users alone is a warning: who they are, it does not say', async () => {
    const found = await collected({ 'users.json': members, 'org.json': ANSWERS['/orgs/acme'] });
    expect(found.errors).toEqual([]);
    expect(found.warnings).toEqual([expect.stringContaining('users.json: not recognised')]);
  });
});
