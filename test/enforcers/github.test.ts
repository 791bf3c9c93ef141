import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PATIENCE } from '../../src/apis/github/client.ts';
import { createHandOvers } from '../../src/app/execute/hand-over.ts';
import { createGithubEnforcer, type GithubEnforcerOptions } from '../../src/enforcers/github.ts';
import { enforcers } from '../../src/enforcers/index.ts';
import { ThrottledError } from '../../src/model/errors.ts';
import { githubCommands, parseGithubStep } from '../../src/model/github-actions.ts';
import type { EntityKind } from '../../src/model/kinds.ts';
import type { Action, PlanStep, StepParameters } from '../../src/model/plan.ts';
import type { Checked } from '../../src/ports/checked.ts';
import type { Enforcer, EnforcerContext } from '../../src/ports/enforcer.ts';
import { makeStep } from '../app/execute/plans.ts';
import { type Fault, githubServer, PRIVATE_KEY, refuse, TOKEN } from '../collectors/github/github-server.ts';
import { enforcerContract } from '../contracts/enforcer.ts';
import { type Estate, githubEstate, hashInKey, OAUTH, secretPath } from './github-estate.ts';

const context = (change: Partial<EnforcerContext> = {}): EnforcerContext => ({
  signal: new AbortController().signal,
  idempotencyKey: 'a-key',
  handOver: createHandOvers().of('plan'),
  now: () => new Date('2026-03-01T12:00:00.000Z'),
  ...change,
});

const ALL_PERMISSIONS = Object.fromEntries(
  [
    'administration',
    'secrets',
    'environments',
    'repository_hooks',
    'organization_secrets',
    'organization_hooks',
    'organization_administration',
    'organization_personal_access_tokens',
    'organization_self_hosted_runners',
  ].map((name) => [name, 'write']),
);

interface Bench extends AsyncDisposable {
  readonly estate: Estate;
  readonly enforcer: Enforcer;
  readonly folder: string;
  readonly calls: readonly string[];
  /** The key of a thing there. */
  key(native: string): string;
  step(native: string, action: Action, parameters: StepParameters, change?: Partial<PlanStep>): PlanStep;
}

interface BenchOptions {
  readonly fault?: Fault;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly login?: Partial<GithubEnforcerOptions>;
}

/** An enforcer of a local server that speaks GitHub's protocol. */
async function bench({ fault, permissions = ALL_PERMISSIONS, login }: BenchOptions = {}): Promise<Bench> {
  const estate = await githubEstate();
  const folder = await mkdtemp(join(tmpdir(), 'interlock-github-'));
  const server = await githubServer({ answers: {}, tree: {}, acts: estate.acts, permissions, ...(fault && { fault }) });
  const privateKeyFile = join(folder, 'app.pem');
  await writeFile(privateKeyFile, PRIVATE_KEY, { mode: 0o600 });
  const enforcer = createGithubEnforcer({
    name: 'main',
    org: 'acme',
    ...(login ?? { appId: 5, privateKeyFile }),
    baseUrl: server.url,
    tokens: folder,
    oauthApp: OAUTH,
    patience: { ...PATIENCE, retryMs: 1, secondMs: 1, isPaced: false },
  });
  const key = (native: string): string => `github@${new URL(server.url).host}:${native}`;
  return {
    estate,
    enforcer,
    folder,
    calls: server.calls,
    key,
    step: (native, action, parameters, change = {}) =>
      makeStep({
        id: 's',
        target: key(native),
        action,
        parameters,
        connector: 'main',
        reversibility: 'R1',
        commands: githubCommands(parseGithubStep(action, parameters)),
        ...change,
      }),
    async [Symbol.asyncDispose]() {
      await enforcer[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Case {
  readonly kind: EntityKind;
  readonly step: (bench: Bench) => PlanStep;
  readonly unknown: (bench: Bench) => PlanStep;
  readonly state: (estate: Estate) => unknown;
}

const CASES: Readonly<Record<string, Case>> = {
  'a deploy key, deleted and added again': {
    kind: 'Credential',
    step: ({ step }) => step('acme/shop/keys/17', 'quarantine', { control: 'deploy-key', repository: 'acme/shop', keyId: '17' }),
    unknown: ({ step }) =>
      step('acme/none/keys/17', 'quarantine', { control: 'deploy-key', repository: 'acme/none', keyId: '17' }),
    state: ({ keys }) => keys.map(({ id: _, ...key }) => key),
  },
  "an app's installation, suspended": {
    kind: 'ServiceAccount',
    step: ({ step }) =>
      step('apps/deployer', 'quarantine', { control: 'installation', installation: '4711' }, { reversibility: 'R0' }),
    unknown: ({ step }) =>
      step('apps/other', 'quarantine', { control: 'installation', installation: '1' }, { reversibility: 'R0' }),
    state: ({ suspended }) => suspended,
  },
  'the permissions of workflows': {
    kind: 'Repository',
    step: ({ step }) => step('acme/shop', 'reduce', { control: 'workflow-permissions', repository: 'acme/shop' }),
    unknown: ({ step }) => step('acme/none', 'reduce', { control: 'workflow-permissions', repository: 'acme/none' }),
    state: ({ permissions }) => permissions,
  },
  'a webhook, not active': {
    kind: 'Resource',
    step: ({ step }) =>
      step(
        'acme/shop/hooks/9',
        'quarantine',
        { control: 'webhook', repository: 'acme/shop', hookId: '9' },
        { reversibility: 'R0' },
      ),
    unknown: ({ step }) => step('acme/shop/hooks/8', 'quarantine', { control: 'webhook', repository: 'acme/shop', hookId: '8' }),
    state: ({ hookActive }) => hookActive,
  },
};

describe('the GitHub enforcer (a local server that speaks its protocol)', () => {
  describe.each(Object.entries(CASES))('%s', (_, one) => {
    enforcerContract(async () => {
      const open = await bench();
      return {
        enforcer: open.enforcer,
        kind: one.kind,
        step: one.step(open),
        unknown: one.unknown(open),
        state: async () => structuredClone(one.state(open.estate)),
        secrets: async () => [TOKEN],
        [Symbol.asyncDispose]: () => open[Symbol.asyncDispose](),
      };
    });
  });

  const value = ['a', 'new', 'value'].join('-');
  const old = { sealed: '', updated_at: '2026-01-01T00:00:00Z' };

  it.each([
    ['a repository', 'acme/shop/actions/secrets/TOKEN', { repository: 'acme/shop' }, secretPath('TOKEN'), {}],
    [
      'an environment',
      'acme/shop/environments/prod/secrets/TOKEN',
      { repository: 'acme/shop', environment: 'prod' },
      '/repos/acme/shop/environments/prod/secrets/TOKEN',
      {},
    ],
    [
      'an organisation, for those that it was shown to',
      'org/acme/actions/secrets/TOKEN',
      { organization: 'acme' },
      '/orgs/acme/actions/secrets/TOKEN',
      { visibility: 'selected', selected_repository_ids: [42] },
    ],
  ])('puts a new value into a secret of %s, sealed', async (_, native, place, path, more) => {
    await using open = await bench();
    const { enforcer, estate, step } = open;
    estate.secrets.set(path, { ...old, more: 'visibility' in more ? { visibility: more.visibility } : {} });
    const parameters = { control: 'actions-secret', ...place, name: 'TOKEN', field: 'value' };
    const one = step(native, 'distribute', parameters, { for: 'aws:key', reversibility: 'R2' });
    const own = context();
    expect(await enforcer.preflight(one, own)).toEqual({ refusals: [], preImage: '', preexisting: false });
    await expect(enforcer.apply(one, own)).rejects.toThrow(/new value of aws:key is not known to this process/);
    expect((await enforcer.probe(one, own)).state).toBe('not-effective');
    own.handOver.give('aws:key', { value });
    const said = [await enforcer.apply(one, own), await enforcer.probe(one, own)];
    expect(estate.open(estate.secrets.get(path)?.sealed ?? '')).toBe(value);
    expect(estate.secrets.get(path)?.more).toEqual(more);
    expect(said[1]).toMatchObject({ state: 'effective' });
    expect(JSON.stringify(said)).not.toContain(value);
    const missing = { ...one, parameters: { ...parameters, name: 'OTHER' }, target: one.target.replace('TOKEN', 'OTHER') };
    expect((await enforcer.preflight(missing, own)).refusals.join()).toContain('secret OTHER of acme');
    const field = { ...one, parameters: { ...parameters, field: 'accessKeyId' } };
    await expect(enforcer.apply(field, own)).rejects.toThrow(/has no accessKeyId, only value/);
  });

  it('is known by another process as what this step wrote, until somebody writes over it', async () => {
    await using open = await bench();
    const { enforcer, estate, step } = open;
    estate.secrets.set(secretPath('TOKEN'), { ...old, more: {} });
    const parameters = { control: 'actions-secret', repository: 'acme/shop', name: 'TOKEN', field: 'value' };
    const one = step('acme/shop/actions/secrets/TOKEN', 'distribute', parameters, { for: 'aws:key', reversibility: 'R2' });
    const own = context();
    own.handOver.give('aws:key', { value });
    const { traces = [] } = await enforcer.apply(one, own);
    const since = new Date().toISOString();
    const elsewhere = context({ idempotencyKey: 'elsewhere', recorded: { since, traces, preImage: () => '' } });
    expect(await enforcer.probe(one, elsewhere)).toMatchObject({ state: 'effective' });
    const byHand = new Date(Date.now() + 5000).toISOString();
    estate.secrets.set(secretPath('TOKEN'), { sealed: '', updated_at: byHand, more: {} });
    const { state, evidence } = await enforcer.probe(one, elsewhere);
    expect([state, evidence.join()]).toEqual(['not-effective', expect.stringContaining('or by somebody else since')]);
  });

  const ENDED: readonly (readonly [string, string, StepParameters, Action, (estate: Estate) => boolean])[] = [
    [
      'a secret',
      'acme/shop/actions/secrets/TOKEN',
      { control: 'actions-secret', repository: 'acme/shop', name: 'TOKEN' },
      'delete',
      ({ secrets }) => secrets.has(secretPath('TOKEN')),
    ],
    [
      'a fine-grained token, by its own id',
      'tokens/900',
      { control: 'personal-token', tokenId: '900' },
      'revoke',
      ({ grants }) => grants.has(5),
    ],
    [
      'a fine-grained token, by its grant',
      'org/acme/credential-authorizations/grant-5',
      { control: 'personal-token', organization: 'acme', grantId: '5' },
      'revoke',
      ({ grants }) => grants.has(5),
    ],
    [
      'an authorisation of single sign-on',
      'org/acme/credential-authorizations/77',
      { control: 'sso-authorization', organization: 'acme', credentialId: '77' },
      'revoke',
      ({ authorisations }) => authorisations.has(77),
    ],
    [
      'a runner',
      'acme/shop/actions/runners/3',
      { control: 'runner', repository: 'acme/shop', runnerId: '3' },
      'delete',
      ({ runners }) => runners.has(3),
    ],
  ];

  it.each(ENDED)('ends %s for good, once', async (_, native, parameters, action, isThere) => {
    await using open = await bench();
    const { enforcer, estate, step } = open;
    estate.secrets.set(secretPath('TOKEN'), { ...old, more: {} });
    const one = step(native, action, parameters, { reversibility: 'R2' });
    expect(await enforcer.preflight(one, context())).toEqual({ refusals: [], preImage: '', preexisting: false });
    expect((await enforcer.probe(one, context())).state).toBe('not-effective');
    await enforcer.apply(one, context());
    expect(isThere(estate)).toBe(false);
    expect((await enforcer.probe(one, context())).state).toBe('effective');
    await enforcer.apply(one, context());
    expect(await enforcer.preflight(one, context())).toEqual({ refusals: [], preImage: '', preexisting: true });
    await expect(enforcer.undo(one, '', context())).rejects.toThrow(/cannot be undone/);
  });

  describe('a token that leaked', () => {
    const token = (): string => ['ghp', 'x'.repeat(36)].join('_');

    async function leaked(mode = 0o600) {
      const open = await bench();
      open.estate.tokens.add(token());
      await writeFile(join(open.folder, 'token-1'), `${token()}\n`, { mode });
      await chmod(join(open.folder, 'token-1'), mode);
      const step = open.step(
        `hashed-tokens/${hashInKey(token())}`,
        'revoke',
        { control: 'token', tokenFile: 'token-1' },
        { reversibility: 'R2' },
      );
      return { ...open, one: step, [Symbol.asyncDispose]: () => open[Symbol.asyncDispose]() };
    }

    it('is shown to GitHub without a login, and nowhere else', async () => {
      await using open = await leaked();
      const { enforcer, estate, one } = open;
      const said: unknown[] = [await enforcer.preflight(one, context()), await enforcer.probe(one, context())];
      expect(said).toMatchObject([{ refusals: [] }, { state: 'not-effective' }]);
      said.push(await enforcer.apply(one, context()), await enforcer.probe(one, context()));
      expect(said.at(-1)).toMatchObject({ state: 'effective' });
      expect([estate.tokens.size, estate.wrongLogins]).toEqual([0, []]);
      expect(JSON.stringify([said, one, open.calls])).not.toContain(token());
      expect(await enforcer.preflight(one, context())).toMatchObject({ refusals: [], preexisting: true });
    });

    it('is not taken from a file that others may read, nor for another than the target, nor of a kind that ends by itself', async () => {
      await using open = await leaked(0o644);
      const { enforcer, estate, one, folder } = open;
      const refusal = async (step = one) => (await enforcer.preflight(step, context())).refusals.join();
      expect(await refusal()).toMatch(/token-1: others may read it: set its mode to 0600/);
      await chmod(join(folder, 'token-1'), 0o600);
      expect(await refusal({ ...one, target: open.key(`hashed-tokens/${hashInKey('another')}`) })).toContain(
        'holds another token',
      );
      await writeFile(join(folder, 'token-1'), ['ghs', 'y'.repeat(36)].join('_'));
      expect(await refusal({ ...one, target: open.key('tokens/1') })).toContain('GitHub ends only');
      expect(await refusal({ ...one, parameters: { control: 'token', tokenFile: '../x' } })).toContain('no absolute path');
      expect(await refusal({ ...one, parameters: { control: 'token', tokenFile: 'none' } })).toContain('ENOENT');
      expect([estate.tokens.size, estate.writes]).toEqual([1, 0]);
    });
  });

  it.each([true, false])(
    "ends a token of an OAuth app of ours, with the app's own login; all of the user's: %s",
    async (grant) => {
      await using open = await bench();
      const { enforcer, estate, step, folder } = open;
      const token = ['gho', 'z'.repeat(36)].join('_');
      estate.oauthTokens.add(token);
      await writeFile(join(folder, 'oauth'), token, { mode: 0o600 });
      const parameters = { control: 'oauth-token', clientId: OAUTH.clientId, tokenFile: 'oauth', grant };
      const one = step('tokens/1', 'revoke', parameters, { reversibility: 'R2' });
      expect((await enforcer.preflight(one, context())).refusals).toEqual([]);
      const said = [await enforcer.apply(one, context()), await enforcer.probe(one, context())];
      expect(said[1]).toMatchObject({ state: 'effective' });
      expect(estate.oauthTokens.size).toBe(0);
      for (const secret of [token, OAUTH.clientSecret]) expect(JSON.stringify(said)).not.toContain(secret);
      const other = { ...one, parameters: { ...parameters, clientId: 'Iv1.other' } };
      expect((await enforcer.preflight(other, context())).refusals.join()).toContain('oauthApp');
    },
  );

  it('knows the same deploy key under another id', async () => {
    await using open = await bench();
    const { enforcer, estate, step } = open;
    const sshFingerprint = fingerprint(estate.keys[0]?.key ?? '');
    const one = step('acme/shop/keys/17', 'quarantine', {
      control: 'deploy-key',
      repository: 'acme/shop',
      keyId: '17',
      sshFingerprint,
    });
    const [key] = estate.keys;
    await enforcer.apply(one, context());
    expect((await enforcer.probe(one, context())).state).toBe('effective');
    if (key) estate.keys = [{ ...key, id: 18 }];
    expect(await enforcer.probe(one, context())).toEqual({
      state: 'not-effective',
      evidence: ['the same key is there again, as 18'],
    });
  });

  it('leaves alone what somebody else set since', async () => {
    await using open = await bench();
    const { enforcer, estate, step } = open;
    const one = step('acme/shop', 'reduce', { control: 'workflow-permissions', repository: 'acme/shop' });
    const { preImage } = await enforcer.preflight(one, context());
    await enforcer.apply(one, context());
    estate.permissions = { default_workflow_permissions: 'read', can_approve_pull_request_reviews: true };
    await expect(enforcer.undo(one, preImage, context())).rejects.toThrow(/changed by somebody else since/);
  });

  it('names the permission that is missing, before and when it is refused', async () => {
    const denied: Fault = (path, response) =>
      path.endsWith('/hooks/9')
        ? refuse(response, 403, 'Resource not accessible by integration', {
            'x-accepted-github-permissions': 'repository_hooks=write',
          })
        : undefined;
    await using open = await bench({ permissions: { administration: 'read' }, fault: denied });
    const { enforcer, step } = open;
    const key = step('acme/shop/keys/17', 'quarantine', { control: 'deploy-key', repository: 'acme/shop', keyId: '17' });
    expect((await enforcer.preflight(key, context())).refusals).toEqual([
      'the app 5 needs administration=write: grant it, and accept it in acme',
    ]);
    const hook = step('acme/shop/hooks/9', 'disable', { control: 'webhook', repository: 'acme/shop', hookId: '9' });
    expect((await enforcer.preflight(hook, context())).refusals.join()).toMatch(/403 .*; needs repository_hooks=write/);
    const busy = step('acme/shop/actions/runners/4', 'revoke', { control: 'runner', repository: 'acme/shop', runnerId: '4' });
    expect((await enforcer.preflight(busy, context())).refusals.join()).toContain('runs a job');

    const said: Checked[] = [];
    for await (const one of enforcer.check?.(context().signal) ?? []) said.push(one);
    expect(said.map(({ type }) => type)).toEqual([...Array.from({ length: 9 }, () => 'missing'), 'works']);
    expect(said[0]?.text).toMatch(/^deploy keys.*: the app 5 needs administration=write/);
  });

  it('asks for an app where a token may not, or may hurt itself', async () => {
    await using open = await bench({ login: { token: TOKEN } });
    const { enforcer, step } = open;
    const refusal = async (native: string, parameters: StepParameters, action: Action = 'revoke') =>
      (await enforcer.preflight(step(native, action, parameters), context())).refusals.join();
    expect(await refusal('tokens/900', { control: 'personal-token', tokenId: '900' })).toContain('lets only apps');
    const sso = { control: 'sso-authorization', organization: 'acme', credentialId: '77' };
    expect(await refusal('org/acme/credential-authorizations/77', sso)).toContain("interlock's own access");
    const suspend = { control: 'installation', installation: '4711' };
    expect(await refusal('apps/deployer', suspend, 'quarantine')).toContain('only the app itself suspends it');
    const key = { control: 'deploy-key', repository: 'acme/shop', keyId: '17' };
    expect(await refusal('acme/shop/keys/17', key, 'disable')).toBe('');
  });

  it('waits for no limit and repeats no change by itself', async () => {
    let times = 0;
    const limited: Fault = (path, response) => {
      if (!path.endsWith('/hooks/9') || ++times === 1) return undefined;
      return times === 2
        ? refuse(response, 403, 'You have exceeded a secondary rate limit', { 'retry-after': '30' })
        : refuse(response, 502, 'Bad Gateway');
    };
    await using open = await bench({ fault: limited });
    const { enforcer, step } = open;
    const one = step('acme/shop/hooks/9', 'disable', { control: 'webhook', repository: 'acme/shop', hookId: '9' });
    const throttled = await enforcer.apply(one, context()).catch((error: unknown) => error);
    expect(throttled).toBeInstanceOf(ThrottledError);
    expect((throttled as ThrottledError).retryAfterMs).toBe(30_000);
    times = 0;
    let changes = 0;
    const failing: Fault = (path, response) =>
      path.endsWith('/hooks/9') && ++changes > 1 ? refuse(response, 502, 'Bad Gateway') : undefined;
    await using other = await bench({ fault: failing });
    const second = other.step('acme/shop/hooks/9', 'disable', { control: 'webhook', repository: 'acme/shop', hookId: '9' });
    await expect(other.enforcer.apply(second, context())).rejects.toThrow('/repos/acme/shop/hooks/9: GitHub answered 502');
    expect(changes).toBe(2);
  });

  it('refuses a target that is another, and parameters that do not fit', async () => {
    await using open = await bench();
    const { enforcer, step, key } = open;
    const parameters = { control: 'deploy-key', repository: 'acme/shop', keyId: '17' };
    const one = step('acme/shop/keys/17', 'quarantine', parameters);
    const refusal = async (change: Partial<PlanStep>) =>
      (await enforcer.preflight({ ...one, ...change }, context())).refusals.join();
    expect(await refusal({ target: key('acme/shop/keys/18') })).toContain('nothing was done');
    expect(await refusal({ target: 'github:acme/shop/keys/17' })).toContain('nothing was done');
    expect(await refusal({ target: key('ACME/shop/keys/17') })).toBe('');
    expect(await refusal({ parameters: { ...parameters, repository: '../x' } })).toContain('parameters.repository');
    expect(await refusal({ action: 'rotate' })).toContain('no part of rotate');
    expect(await refusal({ parameters: { control: 'runner', runnerId: '3' }, action: 'revoke' })).toContain(
      'either a repository or an organization',
    );
  });
});

it('is opened from its configuration, which is checked', async () => {
  const settings = { name: 'acme', type: 'github', source: 'acme', org: 'acme', token: 'a-token' };
  expect(await enforcers.github(settings)).toMatchObject({ name: 'acme', type: 'github' });
  const opening = (change: object): Promise<unknown> => enforcers.github({ ...settings, ...change });
  await expect(opening({ appId: 1 })).rejects.toThrow(/enforcers.acme: .*privateKeyFile/);
  await expect(opening({ token: undefined })).rejects.toThrow(/either `appId` with `privateKeyFile`, or `token`/);
  await expect(opening({ organisation: 'x' })).rejects.toThrow(/organisation/);
});

const fingerprint = (key: string): string =>
  Buffer.from(hashInKey(Buffer.from(key.split(' ')[1] ?? '', 'base64')), 'base64url')
    .toString('base64')
    .replace(/=+$/, '');
