/** A small organisation as GitHub answers: by the path that was asked. All of it is made up. */
import { createHash } from 'node:crypto';

/** Built here, so that no file holds what looks like a token. */
export const LEAKED_TOKEN = ['ghp', 'k'.repeat(36)].join('_');
export const HASH_OF_LEAKED = createHash('sha256').update(LEAKED_TOKEN).digest('base64');

const user = (login: string, id: number) => ({ login, id, type: 'User', site_admin: false });
const alice = user('alice', 1);
const bob = user('bob', 2);
const carol = user('carol', 3);
const dave = user('dave', 4);
const zoe = user('zoe', 9);
const team = (slug: string, id: number, parent?: string) => ({
  id,
  slug,
  name: slug,
  privacy: 'closed',
  permission: 'pull',
  html_url: `https://github.com/orgs/acme/teams/${slug}`,
  members_url: `https://api.github.com/teams/${id}/members{/member}`,
  repositories_url: `https://api.github.com/teams/${id}/repos`,
  parent: parent === undefined ? null : { id: id - 1, slug: parent, name: parent },
});
const repository = (name: string, id: number, more: object = {}) => ({
  id,
  name,
  full_name: `acme/${name}`,
  owner: { login: 'acme', id: 77, type: 'Organization' },
  private: true,
  visibility: 'private',
  archived: false,
  fork: false,
  default_branch: 'main',
  ...more,
});
const shop = repository('shop', 100);
const site = repository('site', 101, { private: false, visibility: 'public' });
const old = repository('old', 102, { archived: true });
const secret = (name: string, visibility?: string) => ({
  name,
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-02T00:00:00Z',
  ...(visibility && { visibility }),
});
const commit = { sha: '0'.repeat(40), url: `https://api.github.com/repos/acme/shop/commits/${'0'.repeat(40)}` };

/** Path with query → answer. */
export const ANSWERS: Readonly<Record<string, unknown>> = {
  '/orgs/acme': {
    login: 'acme',
    id: 77,
    default_repository_permission: 'read',
    two_factor_requirement_enabled: true,
    plan: { name: 'enterprise' },
  },
  '/orgs/acme/members?role=admin': [alice],
  '/orgs/acme/members?role=member': [bob, carol, dave],
  '/orgs/acme/outside_collaborators': [zoe],
  '/orgs/acme/teams': [team('platform', 20), team('sre', 21, 'platform')],
  '/orgs/acme/teams/platform/members': [bob, carol],
  '/orgs/acme/teams/sre/members': [carol],
  '/orgs/acme/repos': [shop, site, old],
  '/orgs/acme/custom-repository-roles': {
    total_count: 1,
    custom_roles: [{ id: 50, name: 'Releaser', base_role: 'write', permissions: ['bypass_branch_protection'] }],
  },
  '/orgs/acme/organization-roles': {
    total_count: 1,
    roles: [{ id: 8, name: 'all_repo_write', base_role: 'write', permissions: [] }],
  },
  '/orgs/acme/organization-roles/8/users': [],
  '/orgs/acme/organization-roles/8/teams': [],
  '/orgs/acme/actions/secrets': {
    total_count: 3,
    secrets: [secret('ORG_ALL', 'all'), secret('ORG_PRIVATE', 'private'), secret('ORG_CHOSEN', 'selected')],
  },
  '/orgs/acme/actions/secrets/ORG_CHOSEN/repositories': { total_count: 1, repositories: [shop] },
  '/orgs/acme/dependabot/secrets': { total_count: 1, secrets: [secret('REGISTRY', 'all')] },
  '/orgs/acme/codespaces/secrets': { total_count: 0, secrets: [] },
  '/orgs/acme/actions/variables': { total_count: 1, variables: [{ ...secret('REGION', 'all'), value: 'eu-west-1' }] },
  '/orgs/acme/installations': {
    total_count: 2,
    installations: [
      {
        id: 500,
        app_id: 5,
        app_slug: 'updater',
        account: { login: 'acme', type: 'Organization' },
        repository_selection: 'all',
        permissions: { metadata: 'read', contents: 'write' },
        suspended_at: null,
      },
      {
        id: 600,
        app_id: 6,
        app_slug: 'deployer',
        account: { login: 'acme', type: 'Organization' },
        repository_selection: 'selected',
        permissions: { metadata: 'read', contents: 'write', workflows: 'write' },
        suspended_at: null,
      },
    ],
  },
  '/orgs/acme/personal-access-tokens': [
    {
      id: 700,
      owner: bob,
      repository_selection: 'subset',
      permissions: { organization: {}, repository: { metadata: 'read', contents: 'write', workflows: 'write' } },
      access_granted_at: '2026-01-01T00:00:00Z',
      token_id: 7000,
      token_name: 'release script',
      token_expired: false,
      token_expires_at: '2026-12-01T00:00:00Z',
      token_last_used_at: '2026-01-10T00:00:00Z',
    },
  ],
  '/orgs/acme/personal-access-tokens/700/repositories': [shop, site],
  '/orgs/acme/personal-access-token-requests': [],
  '/orgs/acme/credential-authorizations': [
    {
      login: 'alice',
      credential_id: 800,
      credential_type: 'personal access token',
      token_last_eight: '12345678',
      credential_authorized_at: '2025-01-01T00:00:00Z',
      credential_accessed_at: '2026-01-05T00:00:00Z',
      scopes: ['repo', 'admin:org'],
      authorized_credential_note: 'old laptop',
      authorized_credential_expires_at: null,
    },
  ],
  '/orgs/acme/hooks': [
    {
      type: 'Organization',
      id: 30,
      name: 'web',
      active: true,
      events: ['push'],
      config: { url: 'https://hooks.example/T0/very/secret', content_type: 'json', insecure_ssl: '0', secret: '********' },
      url: 'https://api.github.com/orgs/acme/hooks/30',
    },
  ],
  '/orgs/acme/rulesets': [],
  '/orgs/acme/actions/runners': {
    total_count: 1,
    runners: [
      {
        id: 40,
        name: 'vm-1',
        os: 'linux',
        status: 'online',
        busy: false,
        ephemeral: false,
        runner_group_id: 1,
        labels: [{ name: 'self-hosted' }, { name: 'linux' }],
      },
    ],
  },
  '/orgs/acme/actions/runner-groups': {
    total_count: 1,
    runner_groups: [{ id: 1, name: 'Default', visibility: 'all', default: true, allows_public_repositories: false }],
  },
  '/orgs/acme/actions/permissions/workflow': { default_workflow_permissions: 'read', can_approve_pull_request_reviews: false },
  '/orgs/acme/actions/oidc/customization/sub': { include_claim_keys: ['repo', 'context'] },
  '/orgs/acme/secret-scanning/alerts': [
    {
      number: 3,
      created_at: '2026-01-03T00:00:00Z',
      state: 'open',
      resolution: null,
      validity: 'active',
      secret_type: 'github_personal_access_token',
      secret: LEAKED_TOKEN,
      publicly_leaked: false,
      first_location_detected: { path: 'scripts/release.sh', start_line: 12, commit_sha: 'a'.repeat(40) },
      repository: site,
    },
  ],
  '/orgs/acme/audit-log?include=all': [
    {
      '@timestamp': 1_767_571_200_000,
      _document_id: 'one',
      action: 'git.clone',
      actor: 'bob',
      actor_ip: '203.0.113.7',
      user_agent: 'git/2.44.0',
      org: 'acme',
      repo: 'acme/shop',
      hashed_token: HASH_OF_LEAKED,
      token_scopes: 'repo',
      programmatic_access_type: 'Personal access token (classic)',
    },
    {
      '@timestamp': 1_767_571_260_000,
      _document_id: 'two',
      action: 'git.push',
      actor: 'deployer[bot]',
      actor_ip: '203.0.113.8',
      user_agent: 'octokit-core.js/7.0.0',
      org: 'acme',
      repo: 'acme/shop',
      hashed_token: createHash('sha256').update('an installation token').digest('base64'),
      programmatic_access_type: 'GitHub App server-to-server token',
    },
    { '@timestamp': 1_767_571_320_000, _document_id: 'three', action: 'repo.create', actor: 'alice', org: 'acme' },
  ],
  ...repositoryAnswers('shop'),
  '/repos/acme/shop/collaborators?affiliation=direct': [
    { ...zoe, role_name: 'write', permissions: { pull: true, triage: true, push: true, maintain: false, admin: false } },
    { ...dave, role_name: 'Releaser', permissions: { pull: true, triage: true, push: true, maintain: false, admin: false } },
  ],
  '/repos/acme/shop/teams': [
    { ...team('platform', 20), permission: 'push', permissions: { push: true } },
    { ...team('sre', 21, 'platform'), permission: 'push', permissions: { push: true } },
  ],
  '/repos/acme/shop/branches?protected=true': [{ name: 'main', commit, protected: true }],
  '/repos/acme/shop/branches/main/protection': {
    url: 'https://api.github.com/repos/acme/shop/branches/main/protection',
    required_pull_request_reviews: {
      required_approving_review_count: 1,
      require_code_owner_reviews: false,
      bypass_pull_request_allowances: { users: [], teams: [team('sre', 21, 'platform')], apps: [] },
    },
    enforce_admins: { enabled: true },
  },
  '/repos/acme/shop/environments': {
    total_count: 2,
    environments: [
      {
        id: 1,
        name: 'production',
        url: 'https://api.github.com/repos/acme/shop/environments/production',
        can_admins_bypass: true,
        protection_rules: [{ id: 1, type: 'branch_policy' }],
        deployment_branch_policy: { protected_branches: true, custom_branch_policies: false },
      },
      {
        id: 2,
        name: 'staging',
        url: 'https://api.github.com/repos/acme/shop/environments/staging',
        protection_rules: [],
        deployment_branch_policy: null,
      },
    ],
  },
  '/repos/acme/shop/environments/production/secrets': { total_count: 1, secrets: [secret('DEPLOY_KEY')] },
  '/repos/acme/shop/environments/staging/secrets': { total_count: 1, secrets: [secret('STAGING_KEY')] },
  '/repos/acme/shop/actions/secrets': { total_count: 1, secrets: [secret('NPM_TOKEN')] },
  '/repos/acme/shop/keys': [
    {
      id: 17,
      key: `ssh-ed25519 ${Buffer.from('a public key').toString('base64')}`,
      title: 'mirror',
      read_only: false,
      verified: true,
      created_at: '2025-05-05T05:05:05Z',
      added_by: 'alice',
      last_used: '2026-01-02T00:00:00Z',
      enabled: true,
      url: 'https://api.github.com/repos/acme/shop/keys/17',
    },
    {
      id: 18,
      key: 'ssh-ed25519 AAAA',
      title: 'reader',
      read_only: true,
      verified: true,
      created_at: '2025-05-05T05:05:05Z',
      url: 'https://api.github.com/repos/acme/shop/keys/18',
    },
  ],
  ...repositoryAnswers('site'),
  ...repositoryAnswers('old'),
};

/** A repository of which nothing was set. */
function repositoryAnswers(name: string): Record<string, unknown> {
  const path = `/repos/acme/${name}`;
  return {
    [`${path}/collaborators?affiliation=direct`]: [],
    [`${path}/teams`]: [],
    [`${path}/branches?protected=true`]: [],
    [`${path}/rulesets?includes_parents=true`]: [],
    [`${path}/environments`]: { total_count: 0, environments: [] },
    [`${path}/actions/secrets`]: { total_count: 0, secrets: [] },
    [`${path}/dependabot/secrets`]: { total_count: 0, secrets: [] },
    [`${path}/codespaces/secrets`]: { total_count: 0, secrets: [] },
    [`${path}/actions/variables`]: { total_count: 0, variables: [] },
    [`${path}/keys`]: [],
    [`${path}/hooks`]: [],
    [`${path}/actions/runners`]: { total_count: 0, runners: [] },
    [`${path}/actions/permissions/workflow`]: { default_workflow_permissions: 'read', can_approve_pull_request_reviews: false },
    [`${path}/actions/oidc/customization/sub`]: { use_default: true },
  };
}

const secretOf = (name: string): string => `\${{ secrets.${name} }}`;

/** Files of the repository's default branch. */
export const TREE: Readonly<Record<string, string>> = {
  'acme/shop/.github/workflows/deploy.yml': [
    'on: { push: { branches: [main] } }',
    'permissions: { id-token: write }',
    'jobs:',
    '  deploy:',
    '    runs-on: ubuntu-latest',
    '    environment: production',
    `    steps: [{ run: ./deploy, env: { KEY: "${secretOf('DEPLOY_KEY')}", ORG: "${secretOf('ORG_CHOSEN')}" } }]`,
    '  publish:',
    '    runs-on: ubuntu-latest',
    `    steps: [{ run: npm publish, env: { TOKEN: "${secretOf('NPM_TOKEN')}", GONE: "${secretOf('NOT_THERE')}" } }]`,
  ].join('\n'),
  'acme/shop/.github/workflows/ci.yml': [
    'on: pull_request',
    'jobs:',
    '  test:',
    '    runs-on: [self-hosted, linux]',
    `    steps: [{ run: npm test, env: { TOKEN: "${secretOf('NPM_TOKEN')}" } }]`,
  ].join('\n'),
  'acme/site/.github/workflows/greet.yml': [
    'on: issue_comment',
    'jobs:',
    '  greet:',
    '    runs-on: ubuntu-latest',
    '    steps: [{ run: "echo ${{ github.event.comment.body }}", env: { ID: AKIA0EXAMPLE00000001 } }]',
  ].join('\n'),
  'acme/shop/.github/CODEOWNERS': '* @acme/platform',
};

/** The answers as files, each at the path of its endpoint. */
export const answerFiles = (answers: Readonly<Record<string, unknown>> = ANSWERS): Record<string, string> =>
  Object.fromEntries(Object.entries(answers).map(([path, answer]) => [`export${path}.json`, JSON.stringify(answer)]));
