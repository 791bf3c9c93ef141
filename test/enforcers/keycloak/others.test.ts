/** What others did meanwhile, cutoffs that only go forward, and what outlives a step: on a real server. */
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { KeycloakConnection } from '../../../src/apis/keycloak/settings.ts';
import { createHandOver } from '../../../src/app/execute/hand-over.ts';
import { createKeycloakEnforcer } from '../../../src/enforcers/keycloak.ts';
import { type KeycloakAction, keycloakCommands, parseKeycloakStep } from '../../../src/model/keycloak-actions.ts';
import type { PlanStep, StepParameters } from '../../../src/model/plan.ts';
import type { Applied, Enforcer, EnforcerContext } from '../../../src/ports/enforcer.ts';
import { makeStep } from '../../app/execute/plans.ts';
import { type KeycloakServer, openKeycloak } from '../../keycloak-server.ts';
import { describeLive } from '../../live.ts';

const context = (change: Partial<EnforcerContext> = {}): EnforcerContext => ({
  signal: new AbortController().signal,
  idempotencyKey: 'a-key',
  handOver: createHandOver(),
  now: () => new Date(),
  ...change,
});

/** As the executor gives back what it kept of a call. */
const after = (preImage: string, { traces = [] }: Partial<Applied> = {}): EnforcerContext =>
  context({ recorded: { since: new Date().toISOString(), traces, preImage: () => preImage } });

describeLive('keycloak', 'the Keycloak enforcer among others', (url) => {
  let server: KeycloakServer;
  let enforcer: Enforcer;
  const enforcerAt = (login: Partial<KeycloakConnection>): Enforcer =>
    createKeycloakEnforcer({
      name: 'sso',
      source: 'kc',
      connection: { url: server.url, loginRealm: 'master', clientId: 'admin-cli', ...login },
      random: randomBytes,
    });
  beforeAll(async () => {
    server = await openKeycloak(url);
    enforcer = enforcerAt(server.login);
  }, 60_000);
  afterAll(async () => {
    await enforcer[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  let count = 0;
  async function make() {
    const [client, secret] = [`bot-${++count}`, server.secret()];
    const id = await server.client(client, { secret, directAccessGrantsEnabled: true });
    const as = { client_id: client, client_secret: secret };
    const token = async (): Promise<string> =>
      ((await server.token({ ...as, grant_type: 'client_credentials' })).body as { access_token: string }).access_token;
    return { client, id, secret, as, token };
  }
  async function makeUser() {
    const [username, password] = [`ann-${++count}`, server.secret()];
    return { username, password, id: await server.user(username, password) };
  }
  function stepOn(action: KeycloakAction, parameters: StepParameters, change: Partial<PlanStep> = {}): PlanStep {
    const all: StepParameters = { realm: server.realm, ...parameters };
    const name = 'user' in all ? `users/${String(all['user'])}` : `clients/${String(all['client'])}`;
    const target = `keycloak:kc/realms/${server.realm}/${name}`;
    const commands = keycloakCommands(parseKeycloakStep(action, all));
    return makeStep({ id: 's', target, action, parameters: all, connector: 'sso', commands, ...change });
  }
  const refusalsOf = async (step: PlanStep, by = enforcer): Promise<string> =>
    (await by.preflight(step, context())).refusals.join();
  const notBefore = async (id: string): Promise<unknown> => (await server.get(`/clients/${id}`))['notBefore'];

  it('a cutoff refuses tokens issued before it, offline tokens too, and none after; nothing takes it back', async () => {
    const [made, ann] = [await make(), await makeUser()];
    const old = await made.token();
    const login = { ...made.as, grant_type: 'password', username: ann.username, password: ann.password };
    const { refresh_token: offline } = (await server.token({ ...login, scope: 'openid offline_access' })).body as Record<
      string,
      string
    >;
    const refreshed = async (): Promise<number> =>
      (await server.token({ ...made.as, grant_type: 'refresh_token', refresh_token: offline as string })).status;
    expect(await refreshed()).toBe(200);
    const step = stepOn('block', { client: made.client, sessions: ['keycloak:kc/x'] }, { reversibility: 'R2' });
    expect(step.commands.inverse).toBe('');
    const { preImage } = await enforcer.preflight(step, context());
    expect((await enforcer.probe(step, after(preImage))).state).toBe('not-effective');
    const applied = await enforcer.apply(step, context());
    expect((await enforcer.probe(step, after(preImage, applied))).state).toBe('effective');
    expect((await enforcer.probe(step, after(preImage))).state).toBe('effective');
    await wait(1100);
    expect([await server.isActive(old), await server.isActive(await made.token()), await refreshed()]).toEqual([
      false,
      true,
      400,
    ]);
    const cutoff = await notBefore(made.id);
    await expect(enforcer.undo(step, preImage, after(preImage, applied))).rejects.toThrow('would give stolen tokens their force');
    expect([await notBefore(made.id), await refreshed()]).toEqual([cutoff, 400]);

    await server.change('PUT', '', { notBefore: 1 });
    try {
      expect(await refusalsOf(step)).toContain('takes no notice of a client');
      expect((await enforcer.probe(step, after(preImage, applied))).state).toBe('not-effective');
    } finally {
      await server.change('PUT', '', { notBefore: 0 });
    }
  });

  it('a cutoff of before is not taken for ours, and one of later is never made an earlier one', async () => {
    const made = await make();
    await server.change('PUT', `/clients/${made.id}`, { clientId: made.client, notBefore: Math.floor(Date.now() / 1000) - 5 });
    const step = stepOn('block', { client: made.client }, { reversibility: 'R2' });
    const { preImage } = await enforcer.preflight(step, context());
    const probed = await enforcer.probe(step, after(preImage));
    expect(probed).toMatchObject({ state: 'not-effective', evidence: [expect.stringContaining('that is before this step')] });
    const later = Math.floor(Date.now() / 1000) + 3600;
    await server.change('PUT', `/clients/${made.id}`, { clientId: made.client, notBefore: later });
    await enforcer.apply(step, context());
    expect(await notBefore(made.id)).toBe(later);
  });

  it('does not take a list without anything for a client that was deleted', async () => {
    const [made, blind] = [await make(), await make()];
    await server.give(blind.client, { 'realm-management': ['query-clients', 'query-users'] });
    await using by = enforcerAt({ loginRealm: server.realm, clientId: blind.client, clientSecret: blind.secret });
    const step = stepOn('delete', { client: made.client }, { reversibility: 'R2' });
    expect(await refusalsOf(step, by)).toContain('give it the role view-clients');
    await expect(by.apply(step, context())).rejects.toThrow(`client "${made.client}"`);
    await expect(by.probe(step, context())).rejects.toThrow('is not shown');
    const user = stepOn('quarantine', { user: 'nobody' });
    expect(await refusalsOf(user, by)).toContain('user "nobody"');
  });

  it('knows a deleted client by its own id, and not by who has its name since', async () => {
    const made = await make();
    const step = stepOn('delete', { client: made.client }, { reversibility: 'R2' });
    const { preImage } = await enforcer.preflight(step, context());
    await server.change('PUT', `/clients/${made.id}`, { clientId: `${made.client}-renamed` });
    expect((await enforcer.probe(step, after(preImage))).evidence.join()).toContain('by another name');
    await server.change('PUT', `/clients/${made.id}`, { clientId: made.client });
    await enforcer.apply(step, context());
    const probed = await enforcer.probe(step, after(preImage));
    expect([probed.state, Date.parse(probed.residualUntil ?? '') > Date.now()]).toEqual(['effective', true]);
    await server.client(made.client, {});
    expect((await enforcer.probe(step, after(preImage))).state).toBe('partial');
    const disable = stepOn('quarantine', { client: made.client });
    await expect(enforcer.undo(disable, JSON.stringify({ id: made.id, enabled: true }), context())).rejects.toThrow('made anew');
  });

  it('takes roles of its own source and realm only', async () => {
    const made = await make();
    const role = (source: string, realm: string) => `keycloak:${source}/realms/${realm}/roles/offline_access`;
    const reduce = (key: string) => refusalsOf(stepOn('reduce', { client: made.client, roles: [key] }));
    expect(await reduce(role('kc', server.realm))).not.toContain('is no role');
    expect(await reduce(role('other', server.realm))).toContain('is no role of realm');
    expect(await reduce(role('kc', 'master'))).toContain('is no role of realm');
  });

  it('never works on the account that it acts as, nor on the client whose roles let it', async () => {
    const made = await make();
    await server.give(made.client, { 'realm-management': ['manage-clients', 'manage-users'] });
    await using own = enforcerAt({ loginRealm: server.realm, clientId: made.client, clientSecret: made.secret });
    for (const parameters of [
      { client: made.client },
      { client: 'realm-management' },
      { user: `service-account-${made.client}` },
    ])
      expect(await refusalsOf(stepOn('quarantine', parameters), own)).toContain("interlock's own login");
  });

  it('says until when refresh tokens would work again, and until when tokens of before a shorter life live', async () => {
    const [made, ann] = [await make(), await makeUser()];
    await server.token({ ...made.as, grant_type: 'password', username: ann.username, password: ann.password });
    const minutes = ({ residualUntil = '' }: { readonly residualUntil?: string }): number =>
      Math.round((Date.parse(residualUntil) - Date.now()) / 60_000);
    const shorten = stepOn('shorten', { client: made.client, accessTokenSeconds: 60 }, { reversibility: 'R1' });
    const { preImage } = await enforcer.preflight(shorten, context());
    await enforcer.apply(shorten, context());
    expect(minutes(await enforcer.probe(shorten, after(preImage)))).toBe(10);
    const disable = stepOn('quarantine', { client: made.client }, { reversibility: 'R!' });
    await enforcer.apply(disable, context());
    const probed = await enforcer.probe(disable, context());
    expect(minutes(probed)).toBe(600);
    expect(probed.evidence.join()).toContain('have refresh tokens that work again');

    await server.change('PUT', `/clients/${(await make()).id}`, { attributes: { 'access.token.lifespan': '1800' } });
    const denied = stepOn('quarantine', { user: ann.username });
    await enforcer.apply(denied, context());
    expect(minutes(await enforcer.probe(denied, context()))).toBe(30);
  });

  it('does not put a saved secret over one that was made since', async () => {
    const made = await make();
    const step = stepOn('issue', { client: made.client }, { reversibility: 'R1' });
    const preImage = JSON.stringify({ id: made.id, secret: made.secret });
    const since = server.secret();
    await server.change('PUT', `/clients/${made.id}`, { clientId: made.client, secret: since });
    await expect(enforcer.undo(step, preImage, context())).rejects.toThrow('by somebody since');
    expect((await server.get(`/clients/${made.id}`))['secret']).toBe(since);
  });
});
