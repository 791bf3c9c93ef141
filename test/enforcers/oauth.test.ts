import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHandOver } from '../../src/app/execute/hand-over.ts';
import { createOauthEnforcer, type OauthEnforcerOptions } from '../../src/enforcers/oauth.ts';
import { createFingerprinter } from '../../src/model/fingerprint.ts';
import type { PlanStep, StepParameters } from '../../src/model/plan.ts';
import type { Enforcer, EnforcerContext } from '../../src/ports/enforcer.ts';
import { makeStep } from '../app/execute/plans.ts';
import { type KeycloakServer, openKeycloak } from '../keycloak-server.ts';
import { describeLive } from '../live.ts';

const fingerprint = createFingerprinter('a fingerprint key of tests, 32 bytes and more');
const context = (change: Partial<EnforcerContext> = {}): EnforcerContext => ({
  signal: new AbortController().signal,
  idempotencyKey: 'a-key',
  handOver: createHandOver(),
  now: () => new Date(),
  ...change,
});
const stepOn = (token: string, parameters: StepParameters = {}): PlanStep =>
  makeStep({ id: 's', target: `leak:${fingerprint(token)}`, action: 'revoke', reversibility: 'R2', parameters, connector: 'as' });

let tokens: string;
beforeEach(async () => {
  tokens = await mkdtemp(join(tmpdir(), 'interlock-tokens-'));
  return () => rm(tokens, { recursive: true });
});
const put = (name: string, token: string): Promise<void> => writeFile(join(tokens, name), `${token}\n`, { mode: 0o600 });
const enforcerAt = (change: Partial<OauthEnforcerOptions> & { readonly issuer: string }): Enforcer =>
  createOauthEnforcer({ name: 'as', clientId: 'app', clientSecret: 'none', tokens, fingerprint, ...change });

describeLive('keycloak', 'the OAuth enforcer, on Keycloak', (url) => {
  let server: KeycloakServer;
  let app: { readonly issuer: string; readonly clientId: string; readonly clientSecret: string };
  let person: { readonly username: string; readonly password: string };
  beforeAll(async () => {
    server = await openKeycloak(url);
    app = { issuer: `${server.url}/realms/${server.realm}`, clientId: 'app', clientSecret: server.secret() };
    person = { username: 'ann', password: server.secret() };
    await server.client('app', { secret: app.clientSecret, directAccessGrantsEnabled: true });
    await server.user(person.username, person.password);
  }, 180_000);
  afterAll(() => server[Symbol.asyncDispose]());

  const proof = () => ({ client_id: app.clientId, client_secret: app.clientSecret });
  async function logIn(): Promise<{ readonly access: string; readonly refresh: string }> {
    const { body } = await server.token({ ...proof(), grant_type: 'password', ...person });
    const { access_token: access, refresh_token: refresh } = body as Record<string, string>;
    return { access: access as string, refresh: refresh as string };
  }
  const refreshes = async (token: string): Promise<boolean> =>
    (await server.token({ ...proof(), grant_type: 'refresh_token', refresh_token: token })).status === 200;

  it('ends an access token that it finds by its fingerprint, and says until when offline checks take it', async () => {
    const { access } = await logIn();
    await put('other', 'another-token');
    await put('leaked', access);
    const enforcer = enforcerAt(app);
    const step = stepOn(access);
    expect(await enforcer.preflight(step, context())).toEqual({ refusals: [], preImage: '', preexisting: false });
    expect((await enforcer.probe(step, context())).state).toBe('not-effective');
    await enforcer.apply(step, context());
    expect(await server.isActive(access)).toBe(false);
    const probed = await enforcer.probe(step, context());
    expect(probed.state).toBe('effective');
    expect(Date.parse(probed.residualUntil as string)).toBeGreaterThan(Date.now() + 300_000);
    await enforcer.apply(step, context());
    expect(await enforcer.preflight(step, context())).toMatchObject({ refusals: [], preexisting: true });
  });

  it('ends a refresh token, from the file that the step names', async () => {
    const { refresh } = await logIn();
    expect(await refreshes(refresh)).toBe(true);
    await put('refresh', refresh);
    const enforcer = enforcerAt(app);
    const step = stepOn(refresh, { tokenFile: 'refresh' });
    await enforcer.apply(step, context());
    expect(await enforcer.probe(step, context())).toMatchObject({ state: 'effective' });
    expect(await refreshes(refresh)).toBe(false);
  });

  it('says no token and no secret in anything that is kept, nor in a refusal', async () => {
    const { access } = await logIn();
    await put('leaked', access);
    const step = stepOn(access);
    const good = enforcerAt(app);
    const wrong = enforcerAt({ ...app, clientSecret: server.secret() });
    const said = [
      await wrong.preflight(step, context()),
      await wrong.apply(step, context()).catch(String),
      await good.preflight(step, context()),
      await good.apply(step, context()),
      await good.probe(step, context()),
    ];
    expect(JSON.stringify(said[0])).toContain('check clientId, clientSecret');
    for (const secret of [access, app.clientSecret]) expect(JSON.stringify(said)).not.toContain(secret);
  });

  it('does nothing to the token of another client, and sees that it lives', async () => {
    const other = { client_id: 'other', client_secret: server.secret() };
    await server.client('other', { secret: other.client_secret });
    const { body } = await server.token({ ...other, grant_type: 'client_credentials' });
    const token = (body as { access_token: string }).access_token;
    await put('leaked', token);
    await enforcerAt(app)
      .apply(stepOn(token), context())
      .catch(() => undefined);
    expect(await server.isActive(token)).toBe(true);
    expect((await enforcerAt(app).probe(stepOn(token), context())).state).toBe('not-effective');
  });

  it('checks its login before there is a step', async () => {
    const said = [];
    for await (const one of enforcerAt(app).check?.(context().signal) ?? []) said.push(one);
    expect(said).toEqual([{ type: 'works', text: expect.stringContaining('as client "app"') }]);
    const wrong = enforcerAt({ ...app, clientSecret: server.secret() });
    await expect(wrong.check?.(context().signal)[Symbol.asyncIterator]().next()).rejects.toThrow('check clientId');
  });
});

describe('the OAuth enforcer', () => {
  const token = randomBytes(20).toString('hex');

  it.each([
    ['no file holds it', async () => put('a', 'another'), {}, 'holds this token'],
    ['a named file holds another', async () => put('a', 'another'), { tokenFile: 'a' }, 'holds another token'],
    [
      'others may read the file',
      async () => put('a', token).then(() => chmod(join(tokens, 'a'), 0o644)),
      { tokenFile: 'a' },
      'others may read it',
    ],
    ['a name leaves the folder', async () => put('a', token), { tokenFile: '../a' }, 'no file of the enforcer'],
    ['there is no such file', async () => undefined, { tokenFile: 'b' }, 'put the token there'],
  ])('refuses where %s, before it asks anybody', async (_, prepare, parameters, reason) => {
    await prepare();
    const enforcer = enforcerAt({ issuer: 'http://127.0.0.1:1' });
    const { refusals } = await enforcer.preflight(stepOn(token, parameters), context());
    expect(refusals.join()).toContain(reason);
    await expect(enforcer.apply(stepOn(token, parameters), context())).rejects.toThrow(reason);
  });

  it.each([
    [503, { 'retry-after': '7' }, 'ThrottledError', /asks to wait/],
    [429, {}, 'ThrottledError', /asks to wait/],
    [500, {}, 'Error', /answered 500/],
    [404, {}, 'RefusedError', /answered 404/],
  ])('takes %i for what it is', async (status, headers, name, text) => {
    const server = createServer((_, response) => response.writeHead(status, headers).end()).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      await put('a', token);
      const enforcer = enforcerAt({
        issuer,
        revocationEndpoint: `${issuer}/revoke`,
        introspectionEndpoint: `${issuer}/introspect`,
      });
      const error = (await enforcer.apply(stepOn(token), context()).catch((thrown: unknown) => thrown)) as Error & {
        retryAfterMs?: number;
      };
      expect([error.name, error.retryAfterMs]).toEqual([name, status === 503 ? 7000 : status === 429 ? 1000 : undefined]);
      expect(error.message).toMatch(text);
    } finally {
      server.close();
    }
  });

  it('takes the end of a token for seen only where it was seen active, or says itself who issued it', async () => {
    let active = false;
    const server = createServer((incoming, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(incoming.url === '/introspect' ? JSON.stringify({ active }) : '{}');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const ends = { issuer, revocationEndpoint: `${issuer}/revoke`, introspectionEndpoint: `${issuer}/introspect` };
      await put('a', token);
      const enforcer = enforcerAt(ends);
      await enforcer.apply(stepOn(token), context());
      expect(await enforcer.probe(stepOn(token), context())).toMatchObject({ state: 'partial' });
      active = true;
      await enforcer.preflight(stepOn(token), context());
      active = false;
      expect(await enforcer.probe(stepOn(token), context())).toMatchObject({ state: 'effective' });
      const claims = Buffer.from(JSON.stringify({ iss: issuer })).toString('base64url');
      const signed = `e30.${claims}.x`;
      await put('b', signed);
      expect(await enforcerAt(ends).probe(stepOn(signed), context())).toMatchObject({ state: 'effective' });
    } finally {
      server.close();
    }
  });

  it('does nothing after it was told to stop, and brings nothing back', async () => {
    await put('a', token);
    const enforcer = enforcerAt({ issuer: 'http://127.0.0.1:1' });
    await expect(enforcer.apply(stepOn(token), context({ signal: AbortSignal.abort() }))).rejects.toThrow('aborted');
    await expect(enforcer.undo(stepOn(token), '', context())).rejects.toThrow('cannot be given back');
  });
});
