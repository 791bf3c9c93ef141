import { describe, expect, it } from 'vitest';
import { githubCollector } from '../../../src/collectors/github/collector.ts';
import { collecting } from '../../contracts/collecting.ts';
import { sampleFolder } from '../files/sample-folder.ts';
import { ANSWERS, answerFiles, HASH_OF_LEAKED, LEAKED_TOKEN, TREE } from './sample-organisation.ts';

async function found(changed: Readonly<Record<string, unknown>> = {}, tree: Readonly<Record<string, string>> = TREE) {
  const answers = Object.fromEntries(Object.entries({ ...ANSWERS, ...changed }).filter(([, answer]) => answer !== undefined));
  await using folder = await sampleFolder({ ...answerFiles(answers), ...tree });
  const outcome = await collecting(githubCollector, { files: folder.root });
  expect(outcome.errors).toEqual([]);
  const edge = (source: string, kind: string, target: string) =>
    outcome.relationships.find((one) => one.source === source && one.kind === kind && one.target === target);
  const targets = (source: string, kind: string) =>
    outcome.relationships
      .filter((one) => one.source === source && one.kind === kind)
      .map((one) => one.target)
      .sort();
  const layers = outcome.said.flatMap((one) => (one.type === 'layer-missing' ? [one.layer] : []));
  return { ...outcome, edge, targets, layers };
}

const shop = 'github:acme/shop';
const deploy = `${shop}/.github/workflows/deploy.yml#deploy`;
const publish = `${shop}/.github/workflows/deploy.yml#publish`;
const onMain = `${shop}/*#refs/heads/main`;
const inProduction = `${shop}/*#environments/production`;
const inStaging = `${shop}/*#environments/staging`;
const whole = await found();

describe('people of an organisation', () => {
  it('reach it as owners, its repositories by the base permission', () => {
    expect(whole.edge('github:users/alice', 'HAS_GRANT', 'github:org/acme/roles/owner')?.certainty).toBe('definite');
    expect(whole.edge('github:org/acme/roles/owner', 'CAN_CONTROL', 'github:org/acme')?.reason).toContain('owner');
    expect(whole.targets('github:users/bob', 'HAS_GRANT')).toEqual([]);
    expect(whole.targets('github:org/acme/members', 'HAS_GRANT')).toEqual(['github:org/acme/roles/member']);
    expect(whole.targets('github:org/acme/roles/member', 'CAN_READ')).toEqual(['github:org/acme']);
  });

  it('are in teams, which are nested', () => {
    expect(whole.targets('github:users/carol', 'MEMBER_OF')).toEqual([
      'github:org/acme/members',
      'github:org/acme/teams/platform',
      'github:org/acme/teams/sre',
    ]);
    expect(whole.targets('github:org/acme/teams/sre', 'MEMBER_OF')).toEqual(['github:org/acme/teams/platform']);
  });

  it('write what is not archived where the base permission is write, and control each where it is admin', async () => {
    const about = ANSWERS['/orgs/acme'] as object;
    const write = await found({ '/orgs/acme': { ...about, default_repository_permission: 'write' } });
    expect(write.targets('github:org/acme/roles/member', 'CAN_WRITE')).toEqual([
      shop,
      `${shop}/contents`,
      'github:acme/site',
      'github:acme/site/contents',
    ]);
    const admin = await found({ '/orgs/acme': { ...about, default_repository_permission: 'admin' } });
    expect(admin.targets('github:org/acme/roles/member', 'CAN_CONTROL')).toContain(shop);
    expect(admin.targets('github:org/acme/roles/member', 'CAN_CONTROL')).not.toContain('github:org/acme');
  });

  it('without a word on owners, a warning says so', async () => {
    const members = [...(ANSWERS['/orgs/acme/members?role=admin'] as object[])];
    const outcome = await found({
      '/orgs/acme/members?role=admin': undefined,
      '/orgs/acme/members?role=member': undefined,
      '/orgs/acme/members': members,
    });
    expect(outcome.warnings).toEqual([expect.stringContaining('who owns it is not told')]);
    expect(outcome.edges.filter((one) => one.includes('roles/owner') && one.startsWith('github:users'))).toEqual([]);
  });
});

describe('secrets', () => {
  it('hang from the organisation for those alone who control it', () => {
    const held = whole.relationships.filter(({ kind, target }) => kind === 'CONTAINS' && target.includes('/secrets/'));
    expect(held.length).toBeGreaterThan(5);
    expect(held.filter(({ levels }) => levels?.join() !== 'control')).toEqual([]);
  });

  it('are read at the level where a job gets them: environment, repository, organisation', () => {
    expect(whole.targets(deploy, 'READS')).toEqual(
      [`${shop}/environments/production/secrets/DEPLOY_KEY`, 'github:org/acme/actions/secrets/ORG_CHOSEN'].sort(),
    );
    expect(whole.targets(publish, 'READS')).toEqual([`${shop}/actions/secrets/NPM_TOKEN`]);
    expect(whole.entity(`${shop}/actions/secrets/NOT_THERE`)).toBeUndefined();
  });

  it('of the organisation are seen where it shows them', () => {
    const seenBy = (repository: string) =>
      whole.targets(`github:acme/${repository}/*#any`, 'READS').map((key) => key.split('/').at(-1));
    expect(seenBy('shop')).toEqual(['NPM_TOKEN', 'ORG_ALL', 'ORG_CHOSEN', 'ORG_PRIVATE']);
    expect(seenBy('site')).toEqual(['ORG_ALL']);
  });
});

describe('a protected default branch', () => {
  it('leaves the gap about protection rules away', () => expect(whole.layers).toEqual([]));

  it('leaves writers the job on a ref of their own, which sees no secret of an environment', () => {
    expect(whole.edge(shop, 'DEFINES', `${shop}/*#any`)?.certainty).toBe('definite');
    expect(whole.targets(`${shop}/*#any`, 'READS').some((key) => key.includes('environments'))).toBe(false);
  });

  it('puts jobs on it behind a review', () => {
    for (const job of [deploy, publish, onMain, inProduction]) {
      const { certainty, conditionClass, condition } = whole.edge(shop, 'DEFINES', job) ?? {};
      expect({ job, certainty, conditionClass }).toEqual({ job, certainty: 'conditional', conditionClass: 'approval' });
      expect(condition).toContain('somebody else approves a pull request into main');
    }
  });

  it('is passed by teams that the rule names, by roles with the permission, and by owners', () => {
    expect(whole.targets(`${shop}/entries/refs/heads/main`, 'CAN_CONTROL')).toEqual([onMain, publish].sort());
    expect(whole.targets('github:org/acme/teams/sre', 'HAS_GRANT')).toContain(`${shop}/entries/refs/heads/main`);
    expect(whole.targets('github:org/acme/teams/platform', 'HAS_GRANT')).toEqual([`${shop}/roles/write`]);
    expect(whole.edge(`${shop}/roles/Releaser`, 'CAN_CONTROL', onMain)?.reason).toContain('bypass_branch_protection');
    expect(whole.edge(`${shop}/roles/write`, 'CAN_CONTROL', onMain)).toBeUndefined();
    expect(whole.edge('github:org/acme', 'CONTAINS', deploy)?.levels).toEqual(['control']);
  });

  it('is no subject of the job that a writer adds', () => {
    const subject = 'external:oidc/token.actions.githubusercontent.com/repo:acme/shop:ref:refs/heads/*;unprotected';
    expect(whole.targets(`${shop}/*#any`, 'RUNS_AS')).toContain(subject);
    expect(whole.entity(subject)?.properties?.['except']).toEqual(['repo:acme/shop:ref:refs/heads/main']);
    expect(whole.targets(onMain, 'RUNS_AS')).toEqual([
      'external:oidc/token.actions.githubusercontent.com/repo:acme/shop:ref:refs/heads/main',
    ]);
  });

  it('is none to a writer where no approval is asked for, or where a workflow may give it', async () => {
    const path = '/repos/acme/shop/branches/main/protection';
    const rule = ANSWERS[path] as { required_pull_request_reviews: object };
    const reviews = { ...rule.required_pull_request_reviews, required_approving_review_count: 0 };
    const none = await found({ [path]: { ...rule, required_pull_request_reviews: reviews } });
    expect(none.edge(shop, 'DEFINES', publish)?.certainty).toBe('definite');
    const setting = { default_workflow_permissions: 'read', can_approve_pull_request_reviews: true };
    const byWorkflow = await found({ '/repos/acme/shop/actions/permissions/workflow': setting });
    expect(byWorkflow.edge(shop, 'DEFINES', publish)?.certainty).toBe('definite');
  });

  it('is unknown where rulesets were not answered: what the tree says stays, with the gap', async () => {
    const outcome = await found({ '/repos/acme/shop/rulesets?includes_parents=true': undefined });
    expect(outcome.layers).toEqual(['GitHub branch and environment protection rules of acme/shop']);
    expect(outcome.edge(shop, 'DEFINES', publish)?.certainty).toBe('definite');
  });
});

describe('a ruleset of the organisation', () => {
  const ruleset = (more: object) => ({
    id: 60,
    name: 'no direct pushes',
    target: 'branch',
    source_type: 'Organization',
    source: 'acme',
    enforcement: 'active',
    conditions: { ref_name: { include: ['~DEFAULT_BRANCH'], exclude: [] }, repository_name: { include: ['sh*'], exclude: [] } },
    rules: [{ type: 'pull_request', parameters: { required_approving_review_count: 2 } }],
    bypass_actors: [{ actor_id: 6, actor_type: 'Integration', bypass_mode: 'always' }],
    ...more,
  });
  const listed = { id: 60, name: 'no direct pushes', source_type: 'Organization', source: 'acme', enforcement: 'active' };
  const answers = (more: object = {}) => ({
    '/repos/acme/shop/rulesets?includes_parents=true': [listed],
    '/orgs/acme/rulesets': [listed],
    '/orgs/acme/rulesets/60': ruleset(more),
  });

  it('holds besides the branch protection: who passes one must pass the other', async () => {
    const outcome = await found(answers());
    expect(outcome.layers).toEqual([]);
    expect(outcome.edges.filter((one) => one.includes('entries/refs/heads/main'))).toEqual([]);
    expect(outcome.edge(`${shop}/roles/Releaser`, 'CAN_CONTROL', onMain)).toBeUndefined();
  });

  it('lets a team past that both name', async () => {
    const outcome = await found(answers({ bypass_actors: [{ actor_id: 21, actor_type: 'Team', bypass_mode: 'pull_request' }] }));
    expect(outcome.targets('github:org/acme/teams/sre', 'HAS_GRANT')).toContain(`${shop}/entries/refs/heads/main`);
  });

  it('lets a user past whom one names and whose team the other does', async () => {
    const outcome = await found(answers({ bypass_actors: [{ actor_id: 3, actor_type: 'User', bypass_mode: 'always' }] }));
    expect(outcome.targets('github:users/carol', 'HAS_GRANT')).toEqual(
      expect.arrayContaining([`${shop}/entries/refs/heads/main`]),
    );
    expect(outcome.targets('github:org/acme/teams/sre', 'HAS_GRANT')).not.toContain(`${shop}/entries/refs/heads/main`);
  });

  it('whose list of who may bypass it is not shown is a gap: somebody may pass it', async () => {
    const outcome = await found(answers({ bypass_actors: undefined }));
    expect(outcome.layers).toEqual(['GitHub branch and environment protection rules of acme/shop']);
    expect(outcome.edge(shop, 'DEFINES', publish)?.certainty).toBe('definite');
  });

  it('that asks nothing of writers needs no such list', async () => {
    const outcome = await found(answers({ bypass_actors: undefined, rules: [{ type: 'deletion' }] }));
    expect(outcome.layers).toEqual([]);
  });

  it('that only evaluates guards nothing', async () => {
    const outcome = await found({
      ...answers({ enforcement: 'evaluate' }),
      '/repos/acme/shop/branches/main/protection': {},
      '/repos/acme/shop/environments': { total_count: 0, environments: [] },
    });
    expect(outcome.edge(shop, 'DEFINES', publish)?.certainty).toBe('definite');
  });

  it('that keeps every branch from being made leaves writers no job of their own', async () => {
    const everywhere = { ref_name: { include: ['~ALL'], exclude: [] }, repository_name: { include: ['~ALL'], exclude: [] } };
    const outcome = await found(answers({ conditions: everywhere, rules: [{ type: 'creation' }, { type: 'update' }] }));
    expect(outcome.edge(shop, 'DEFINES', `${shop}/*#any`)?.certainty).toBe('conditional');
  });
});

describe('environments', () => {
  const environment = (name: string, rules: readonly object[], policy: object | null = null) => ({
    total_count: 1,
    environments: [{ id: 1, name, protection_rules: rules, deployment_branch_policy: policy }],
  });
  const reviewer = {
    type: 'required_reviewers',
    prevent_self_review: false,
    reviewers: [{ type: 'User', reviewer: { login: 'bob', id: 2 } }],
  };

  it('without a rule take every job of a writer', () => {
    expect(whole.edge(shop, 'DEFINES', inStaging)?.certainty).toBe('definite');
    expect(whole.targets(inStaging, 'READS')).toContain(`${shop}/environments/staging/secrets/STAGING_KEY`);
  });

  it('with reviewers are entered by a reviewer who may write, unless nobody approves their own', async () => {
    const free = await found({ '/repos/acme/shop/environments': environment('production', [reviewer]) });
    expect(free.edge(shop, 'DEFINES', inProduction)?.condition).toContain('a reviewer of the environment production');
    expect(free.targets('github:users/bob', 'HAS_GRANT')).toEqual([`${shop}/entries/environments/production`]);
    const strict = await found({
      '/repos/acme/shop/environments': environment('production', [{ ...reviewer, prevent_self_review: true }]),
    });
    expect(strict.targets('github:users/bob', 'HAS_GRANT')).toEqual([]);
  });

  it('open to a pattern that no rule guards take a branch that fits it', async () => {
    const outcome = await found({
      '/repos/acme/shop/environments': environment('production', [], { protected_branches: false, custom_branch_policies: true }),
      '/repos/acme/shop/environments/production/deployment-branch-policies': {
        total_count: 1,
        branch_policies: [{ name: 'release/*' }],
      },
    });
    expect(outcome.edge(shop, 'DEFINES', inProduction)?.certainty).toBe('definite');
    expect(outcome.edge(shop, 'DEFINES', publish)?.certainty).toBe('conditional');
  });
});

describe('checks that a branch protection asks for', () => {
  const protectedBy = (app: number | null) =>
    found({
      '/repos/acme/shop/branches/main/protection': { required_status_checks: { checks: [{ context: 'scan', app_id: app }] } },
      '/repos/acme/shop/environments': { total_count: 0, environments: [] },
    });

  it('guard the branch where another app alone may report them', async () => {
    expect((await protectedBy(4242)).edge(shop, 'DEFINES', publish)?.condition).toContain('the check scan');
  });

  it.each([15_368, null, -1])('guard nothing where a workflow may report them: app %s', async (app) => {
    expect((await protectedBy(app)).edge(shop, 'DEFINES', publish)?.certainty).toBe('definite');
  });
});

describe('a job that starts on every branch', () => {
  it('in an environment that lets in one alone runs on that one, which its rules guard', async () => {
    const policy = { protected_branches: false, custom_branch_policies: true };
    const text = (TREE['acme/shop/.github/workflows/deploy.yml'] ?? '').replace('{ push: { branches: [main] } }', 'push');
    const outcome = await found(
      {
        '/repos/acme/shop/environments': {
          total_count: 1,
          environments: [{ id: 1, name: 'production', protection_rules: [], deployment_branch_policy: policy }],
        },
        '/repos/acme/shop/environments/production/deployment-branch-policies': {
          total_count: 1,
          branch_policies: [{ name: 'main' }],
        },
      },
      { ...TREE, 'acme/shop/.github/workflows/deploy.yml': text },
    );
    expect(outcome.edge(shop, 'DEFINES', deploy)?.certainty).toBe('conditional');
    expect(outcome.edge(shop, 'DEFINES', publish)?.certainty).toBe('definite');
  });
});

describe('subjects with the ids of owner and repository', () => {
  it('are presented where the repository says so', async () => {
    const about = ANSWERS['/repos/acme/shop'] as object | undefined;
    const outcome = await found({
      '/repos/acme/shop': { full_name: 'acme/shop', ...about, id: 77, owner: { id: 55 } },
      '/repos/acme/shop/actions/oidc/customization/sub': { use_default: true, use_immutable_subject: true },
    });
    const presented = outcome.targets(deploy, 'RUNS_AS');
    expect(presented).toEqual(['external:oidc/token.actions.githubusercontent.com/repo:acme@55/shop@77:environment:production']);
  });
});

describe('apps and tokens', () => {
  it('that may not change workflow files write the rest, which jobs possibly run', () => {
    expect(whole.targets('github:org/acme/installations/500', 'CAN_WRITE')).toEqual([
      `${shop}/contents`,
      'github:acme/site/contents',
    ]);
    expect(whole.edge(`${shop}/contents`, 'DEFINES', deploy)?.certainty).toBe('possible');
    expect(whole.edge(`${shop}/contents`, 'DEFINES', `${shop}/*#any`)).toBeUndefined();
  });

  it('for repositories that only the app is told are possible in each', () => {
    expect(whole.edge('github:org/acme/installations/600', 'CAN_WRITE', shop)?.certainty).toBe('possible');
  });

  it('act for their owner within both of their rights', () => {
    expect(whole.targets('github:tokens/7000', 'ACTS_FOR')).toEqual(['github:users/bob']);
    expect(whole.targets('github:tokens/7000/grant', 'CAN_WRITE')).toEqual([shop]);
    expect(whole.targets('github:tokens/7000/grant', 'CAN_READ')).toEqual(['github:acme/site']);
    expect(whole.entity('github:tokens/7000')).toMatchObject({ state: 'active', expiresAt: '2026-12-01T00:00:00.000Z' });
  });

  it('of an owner with admin:org control the organisation', () => {
    const token = 'github:org/acme/credential-authorizations/800';
    expect(whole.targets(token, 'HAS_GRANT')).toEqual([`${token}/grant`, 'github:org/acme/roles/owner']);
    expect(whole.edge(`${token}/grant`, 'CAN_CONTROL', inProduction)?.certainty).toBe('definite');
  });

  it('that expired or were suspended say so', async () => {
    const [token] = ANSWERS['/orgs/acme/personal-access-tokens'] as [object];
    const { installations } = ANSWERS['/orgs/acme/installations'] as { installations: [object, object] };
    const outcome = await found({
      '/orgs/acme/personal-access-tokens': [{ ...token, token_expires_at: '2026-01-01T00:00:00Z' }],
      '/orgs/acme/installations': {
        total_count: 1,
        installations: [{ ...installations[0], suspended_at: '2026-01-01T00:00:00Z' }],
      },
    });
    expect(outcome.entity('github:tokens/7000')?.state).toBe('expired');
    expect(outcome.entity('github:apps/updater')?.state).toBe('inactive');
  });
});

describe('runners', () => {
  const runner = 'github:org/acme/actions/runners/40';
  it('that are kept join the jobs that ask for them, and hold none that nobody has written', () => {
    expect(whole.edge(`${shop}/.github/workflows/ci.yml#test`, 'ESCAPES_TO', runner)?.certainty).toBe('definite');
    expect(whole.targets(runner, 'HOSTS')).toEqual([`${shop}/.github/workflows/ci.yml#test`]);
    expect(whole.edge('github:acme/site/*#any', 'ESCAPES_TO', runner)).toBeUndefined();
  });

  it('that end with their job join none', async () => {
    const answer = ANSWERS['/orgs/acme/actions/runners'] as { runners: [object] };
    const outcome = await found({
      '/orgs/acme/actions/runners': { total_count: 1, runners: [{ ...answer.runners[0], ephemeral: true }] },
    });
    expect(outcome.edges.filter((one) => /HOSTS|ESCAPES_TO/.test(one))).toEqual([]);
  });
});

describe('what leaked and what was used', () => {
  it('is a credential with its place, state and hash, never its value', () => {
    const leaked = whole.entities.find(({ key }) => key.startsWith('leak:fp:'));
    expect(leaked).toMatchObject({ state: 'active', properties: { hashedToken: HASH_OF_LEAKED, redacted: false } });
    expect(whole.targets(leaked?.key ?? '', 'LEAKED_IN')).toEqual([
      'file:test/acme/site/scripts/release.sh#L12',
      'github:acme/site',
    ]);
    expect(JSON.stringify(whole.said)).not.toContain(LEAKED_TOKEN);
    expect(JSON.stringify(whole.said)).not.toContain('very/secret');
  });

  it('without its value never equals another', async () => {
    const [alert] = ANSWERS['/orgs/acme/secret-scanning/alerts'] as [object];
    const outcome = await found({
      '/orgs/acme/secret-scanning/alerts': [{ ...alert, secret: undefined, validity: 'unknown', resolution: 'revoked' }],
    });
    const leaked = outcome.entities.find(({ key }) => key.startsWith('leak:'));
    expect(leaked?.key).toBe(`leak:redacted/test/acme/site/scripts/release.sh:12@${'a'.repeat(40)}`);
    expect(leaked?.state).toBe('inactive');
  });

  it('is told by the audit log: from where, by whom, how often', () => {
    const key = whole.relationships.find(({ kind, source }) => kind === 'USES' && source === 'origin:203.0.113.7/git');
    expect(key).toMatchObject({ basis: 'observed', uses: 1, lastUsed: '2026-01-05T00:00:00.000Z' });
    expect(whole.entity(key?.target ?? '')?.properties).toMatchObject({ hashedToken: HASH_OF_LEAKED, scopes: ['repo'] });
    expect(whole.targets(key?.target ?? '', 'ACTS_FOR')).toEqual(['github:users/bob']);
    expect(whole.said.find((one) => one.type === 'newest-event')).toMatchObject({ at: '2026-01-05T00:02:00.000Z' });
  });

  it('finds deploy keys by their fingerprint', async () => {
    const { createHash } = await import('node:crypto');
    const fingerprint = createHash('sha256').update('a public key').digest('base64').replace(/=+$/, '');
    const event = {
      '@timestamp': 1_767_571_200_000,
      _document_id: 'k',
      action: 'git.push',
      org: 'acme',
      actor_ip: '198.51.100.1',
      user_agent: 'git/2',
      deploy_key_fingerprint: `SHA256:${fingerprint}`,
    };
    const outcome = await found({ '/orgs/acme/audit-log?include=all': [event, event] });
    expect(outcome.edge('origin:198.51.100.1/git', 'USES', `${shop}/keys/17`)?.uses).toBe(1);
  });
});
