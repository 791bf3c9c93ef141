/** The main job on a real Keycloak, through the CLI alone: collect, plan, execute, see the effect, undo. */
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ExecutionResult } from '../../src/app/execute/run.ts';
import type { ReachAnswer } from '../../src/app/reach.ts';
import type { Plan } from '../../src/model/plan.ts';
import { type KeycloakServer, openKeycloak } from '../keycloak-server.ts';
import { describeLive } from '../live.ts';
import { answer, cliWith, workspace } from './cli.ts';

const CONFIGURATION = `sources: [{ name: sso, type: keycloak, live: { url: "\${KC_URL}", user: "\${KC_USER}", password: "\${KC_PASSWORD}", realms: ["\${KC_REALM}"] } }]
enforcers: { sso: { type: keycloak, source: sso, url: "\${KC_URL}", user: "\${KC_USER}", password: "\${KC_PASSWORD}" } }
budgets: { down: 9, actionsPerHour: 100, maxGraphAgeMinutes: 60 }
`;
/** Undoing gives tokens that have not run out their force again, so it has to wait for them. */
const TOKEN_SECONDS = 4;

describeLive('keycloak', 'a client and a user of a real Keycloak, by the CLI', (url) => {
  let server: KeycloakServer;
  let folder: string;
  let env: Record<string, string>;
  let bot: { readonly client_id: string; readonly client_secret: string };
  let ann: { readonly username: string; readonly password: string };
  let botId: string;

  beforeAll(async () => {
    server = await openKeycloak(url);
    bot = { client_id: 'bot', client_secret: server.secret() };
    ann = { username: 'ann', password: server.secret() };
    await server.change('PUT', '', { accessTokenLifespan: TOKEN_SECONDS });
    const orders = await server.client('orders', { bearerOnly: true, serviceAccountsEnabled: false });
    await server.change('POST', `/clients/${orders}/roles`, { name: 'writer' });
    botId = await server.client('bot', { secret: bot.client_secret, directAccessGrantsEnabled: true });
    await server.give('bot', { orders: ['writer'] });
    await server.user(ann.username, ann.password);
    folder = workspace({ 'interlock.yaml': CONFIGURATION });
    const { user, password } = server.login;
    env = {
      KC_URL: server.url,
      KC_USER: user,
      KC_PASSWORD: password,
      KC_REALM: server.realm,
      INTERLOCK_SEAL_KEY: randomBytes(32).toString('base64'),
    };
  }, 180_000);
  afterAll(() => server[Symbol.asyncDispose]());

  const ask = <T>(...words: string[]): Promise<T> => answer<T>(folder, words, { env });
  const key = (below: string): string => `keycloak:sso/realms/${server.realm}/${below}`;
  const stateOf = async (what: string): Promise<string | undefined> => {
    const { items } = await ask<{ items: { key: string; state: string }[] }>('search', what);
    return items.find((item) => item.key === what)?.state;
  };
  /** Carries a plan out; its last step, looking for what the attacker left, is a person's, who says that it was done. */
  async function apply(id: string): Promise<ExecutionResult> {
    const done = await answer<ExecutionResult>(folder, ['execute', id, '--apply'], { env, code: 3 });
    const waiting = done.steps.filter(({ state }) => state === 'accepted');
    expect(waiting.map(({ id: step }) => step.split('-')[0])).toEqual(['notify']);
    return ask<ExecutionResult>('confirm', id, (waiting[0] as { id: string }).id);
  }
  const tokenOf = async (): Promise<string | undefined> =>
    ((await server.token({ ...bot, grant_type: 'client_credentials' })).body as { access_token?: string }).access_token;

  it('a plan for the secret of a client kills its tokens, is seen by the next collection, and is undone when they have run out', async () => {
    const secret = key('clients/bot#secret');
    const before = await server.get(`/clients/${botId}`);
    await ask('collect');
    expect(await stateOf(secret)).toBe('active');
    expect((await ask<ReachAnswer>('reach', secret)).weight.hi).toBeGreaterThan(0);

    const plan = await ask<Plan>('plan', secret);
    expect(plan.refusals).toEqual([]);
    const rehearsal = await ask<ExecutionResult>('execute', plan.id);
    expect(rehearsal.stopped).toEqual([]);
    const token = (await tokenOf()) as string;
    expect(await server.isActive(token)).toBe(true);

    const done = await apply(plan.id);
    expect(done.state).toBe('done');
    expect(await tokenOf()).toBeUndefined();
    expect(await server.isActive(token)).toBe(false);
    await ask('collect');
    expect(await stateOf(secret)).toBe('inactive');
    expect(await ask<ReachAnswer>('reach', secret)).toMatchObject({ weight: { lo: 0, hi: 0 }, rearmable: [secret] });

    await wait(TOKEN_SECONDS * 1000 + 500);
    expect(await ask<ExecutionResult>('undo', plan.id, '--apply')).toMatchObject({ stopped: [] });
    expect(await tokenOf()).toBeTypeOf('string');
    expect(await server.get(`/clients/${botId}`)).toEqual({ ...before, defaultClientScopes: expect.anything() });
    expect(await ask('audit', 'verify')).toMatchObject({ holds: true });
  }, 180_000);

  it('a plan for a user ends the sessions, and undoing it brings the user back but no session', async () => {
    const logIn = () => server.token({ ...bot, grant_type: 'password', ...ann });
    const { refresh_token: refresh } = (await logIn()).body as Record<string, string>;
    await ask('collect');
    const user = key('users/ann');
    const plan = await ask<Plan>('plan', user);
    expect(plan.refusals).toEqual([]);
    const actions = plan.waves.flatMap(({ steps }) => steps.map(({ action }) => action));
    expect(actions).toEqual(['save', 'quarantine', 'block', 'notify']);
    expect((await apply(plan.id)).state).toBe('done');
    expect((await logIn()).status).toBe(400);
    await ask('collect');
    expect(await stateOf(user)).toBe('inactive');
    await wait(TOKEN_SECONDS * 1000 + 500);
    expect(await ask<ExecutionResult>('undo', plan.id, '--apply')).toMatchObject({ stopped: [] });
    expect((await logIn()).status).toBe(200);
    expect((await server.token({ ...bot, grant_type: 'refresh_token', refresh_token: refresh as string })).status).toBe(400);
  }, 180_000);

  it('doctor tells what works, and keeps the password to itself', async () => {
    const { out, err } = await cliWith(env, folder, 'doctor');
    expect(out + err).toContain(`keycloak ${new URL(server.url).host}`);
    expect(out + err).not.toContain(server.login.password);
  });
});
