/** The organisation `northwind` as GitHub answers, and its audit log; and the report that names what leaked. All of it is made up. */
import { createHash } from 'node:crypto';
import type { Lacks } from './facts.ts';

/** Built here, so that no file holds what looks like a token. */
export const LEAKED_TOKEN = ['github', 'pat', 'q'.repeat(40)].join('_');
const HASHED = createHash('sha256').update(LEAKED_TOKEN).digest('base64');

const bot = { login: 'release-bot', id: 11, type: 'User', site_admin: false };
const owner = { login: 'olga', id: 1, type: 'User', site_admin: false };
const commit = '3'.repeat(40);

const repository = (name: string, id: number, archived: boolean) => ({
  id,
  name,
  full_name: `northwind/${name}`,
  owner: { login: 'northwind', id: 7, type: 'Organization' },
  private: true,
  visibility: 'private',
  archived,
  fork: false,
  default_branch: 'main',
});

/** Path of the REST API → answer. */
function answers(lacks: Lacks): Record<string, unknown> {
  const storefront = repository('storefront', 100, lacks('the first repository takes changes'));
  const platform = repository('platform', 101, lacks('the second repository takes changes'));
  const shown = lacks('the job sees the secret') ? [] : [{ name: 'PLATFORM_DEPLOY_KEY', updated_at: '2026-02-02T00:00:00Z' }];
  return {
    '/orgs/northwind': { login: 'northwind', id: 7, default_repository_permission: 'none', plan: { name: 'enterprise' } },
    '/orgs/northwind/members?role=admin': [owner],
    '/orgs/northwind/members?role=member': [bot],
    '/orgs/northwind/outside_collaborators': [],
    '/orgs/northwind/teams': [],
    '/orgs/northwind/repos': [storefront, platform],
    '/orgs/northwind/actions/secrets': { total_count: 0, secrets: [] },
    '/orgs/northwind/installations': { total_count: 0, installations: [] },
    '/orgs/northwind/personal-access-tokens': [tokenGrant(lacks)],
    '/orgs/northwind/personal-access-tokens/700/repositories': lacks('the token is for the first repository') ? [] : [storefront],
    '/orgs/northwind/audit-log?include=all': lacks('the audit log knows the token') ? [] : [tokenEvent],
    ...repositoryAnswers('storefront'),
    '/repos/northwind/storefront/collaborators?affiliation=direct': [
      { ...bot, role_name: 'write', permissions: { pull: true, triage: true, push: true, maintain: false, admin: false } },
    ],
    '/repos/northwind/storefront/actions/secrets': { total_count: shown.length, secrets: shown },
    ...repositoryAnswers('platform'),
    '/repos/northwind/platform/keys': [deployKey(lacks('the deploy key may write'))],
  };
}

const tokenGrant = (lacks: Lacks) => ({
  id: 700,
  owner: bot,
  repository_selection: 'subset',
  permissions: {
    organization: {},
    repository: { metadata: 'read', contents: lacks('the token may write') ? 'read' : 'write', workflows: 'write' },
  },
  access_granted_at: '2026-01-01T00:00:00Z',
  token_id: 7000,
  token_name: 'release script',
  token_expired: false,
  token_expires_at: '2027-01-01T00:00:00Z',
});

const tokenEvent = {
  '@timestamp': Date.parse('2026-03-13T09:30:00Z'),
  _document_id: 'one',
  action: 'git.push',
  actor: 'release-bot',
  actor_ip: '203.0.113.7',
  user_agent: 'git/2.44.0',
  org: 'northwind',
  repo: 'northwind/storefront',
  hashed_token: HASHED,
  token_id: 7000,
  programmatic_access_type: 'Fine-grained personal access token',
};

const deployKey = (readOnly: boolean) => ({
  id: 17,
  key: `ssh-ed25519 ${Buffer.from('a public key').toString('base64')}`,
  title: 'storefront release',
  read_only: readOnly,
  verified: true,
  created_at: '2025-05-05T05:05:05Z',
  added_by: 'olga',
  enabled: true,
});

/** A repository of which nothing was set. */
function repositoryAnswers(name: string): Record<string, unknown> {
  const path = `/repos/northwind/${name}`;
  return {
    [`${path}/collaborators?affiliation=direct`]: [],
    [`${path}/teams`]: [],
    [`${path}/branches?protected=true`]: [],
    [`${path}/rulesets?includes_parents=true`]: [],
    [`${path}/environments`]: { total_count: 0, environments: [] },
    [`${path}/actions/secrets`]: { total_count: 0, secrets: [] },
    [`${path}/keys`]: [],
    [`${path}/actions/runners`]: { total_count: 0, runners: [] },
    [`${path}/actions/oidc/customization/sub`]: { use_default: true },
  };
}

const secretOf = (name: string): string => `\${{ secrets.${name} }}`;

const TREES: Readonly<Record<string, string>> = {
  'northwind/storefront/.github/workflows/release.yml': [
    'on: { push: { branches: [main] } }',
    'jobs:',
    '  bump:',
    '    runs-on: ubuntu-24.04',
    `    steps: [{ run: ./bump, env: { KEY: "${secretOf('PLATFORM_DEPLOY_KEY')}" } }]`,
  ].join('\n'),
  'northwind/platform/.github/workflows/deploy.yml': [
    'on: { push: { branches: [main] } }',
    'permissions: { id-token: write, contents: read }',
    'jobs:',
    '  apply:',
    '    runs-on: ubuntu-24.04',
    '    steps:',
    '      - uses: aws-actions/configure-aws-credentials@e3dd6a429d7300a6a4c196c26e071d42e0343502',
    '        with: { role-to-assume: "arn:aws:iam::333300003333:role/ci/platform-deploy", aws-region: eu-central-1 }',
    '      - run: ./apply',
  ].join('\n'),
};

const finding = {
  RuleID: 'github-fine-grained-pat',
  Description: 'Found a GitHub Fine-Grained Personal Access Token',
  StartLine: 4,
  EndLine: 4,
  Match: LEAKED_TOKEN,
  Secret: LEAKED_TOKEN,
  File: 'notes/run.sh',
  Commit: commit,
  Date: '2026-03-12T08:00:00Z',
  Fingerprint: `${commit}:notes/run.sh:github-fine-grained-pat:4`,
};

export const codeFiles = (lacks: Lacks): Record<string, string> => ({
  'reports/gitleaks.json': JSON.stringify([finding]),
  ...Object.fromEntries(
    Object.entries(answers(lacks)).map(([path, answer]) => [`github/export${path}.json`, JSON.stringify(answer)]),
  ),
  ...Object.fromEntries(Object.entries(TREES).map(([path, text]) => [`github/${path}`, text])),
});
