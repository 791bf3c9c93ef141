/** A realm that keeps former secrets in force: a rotation alone does not end them. On a real server. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createHandOver } from '../../../src/app/execute/hand-over.ts';
import { createKeycloakEnforcer } from '../../../src/enforcers/keycloak.ts';
import { keycloakCommands, parseKeycloakStep } from '../../../src/model/keycloak-actions.ts';
import type { Enforcer, EnforcerContext } from '../../../src/ports/enforcer.ts';
import { makeStep } from '../../app/execute/plans.ts';
import { type KeycloakServer, openKeycloak } from '../../keycloak-server.ts';
import { describeLive } from '../../live.ts';

const context = (): EnforcerContext => ({
  signal: new AbortController().signal,
  idempotencyKey: 'a-key',
  handOver: createHandOver(),
  now: () => new Date(),
});

const DAY_SECONDS = 86_400;
const configuration = {
  'expiration-period': 29 * DAY_SECONDS,
  'rotated-expiration-period': 2 * DAY_SECONDS,
  'remaining-rotation-period': 10 * DAY_SECONDS,
};
const PROFILES = { profiles: [{ name: 'keeping', executors: [{ executor: 'secret-rotation', configuration }] }] };
const conditions = [{ condition: 'client-access-type', configuration: { type: ['confidential'] } }];
const POLICIES = { policies: [{ name: 'all', enabled: true, conditions, profiles: ['keeping'] }] };

describeLive('keycloak', 'a Keycloak client with a former secret', (url) => {
  let server: KeycloakServer;
  let enforcer: Enforcer;
  let folder: string;
  beforeAll(async () => {
    server = await openKeycloak(url);
    await server.change('PUT', '/client-policies/profiles', PROFILES);
    await server.change('PUT', '/client-policies/policies', POLICIES);
    const connection = { loginRealm: 'master', clientId: 'admin-cli', ...server.login };
    enforcer = createKeycloakEnforcer({ name: 'sso', source: 'kc', connection, random: randomBytes });
    folder = await mkdtemp(join(tmpdir(), 'interlock-hand-out-'));
  }, 60_000);
  afterAll(async () => {
    await enforcer[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it('is cut only in part by a rotation, for as long as the former one is taken', async () => {
    const leaked = server.secret();
    const id = await server.client('bot', { secret: leaked });
    await server.change('POST', `/clients/${id}/client-secret`, {});
    const logsIn = async (secret: string): Promise<boolean> =>
      (await server.token({ grant_type: 'client_credentials', client_id: 'bot', client_secret: secret })).status === 200;
    expect(await logsIn(leaked)).toBe(true);
    const parameters = { realm: server.realm, client: 'bot', handTo: join(folder, 'secret') };
    const target = `keycloak:kc/realms/${server.realm}/clients/bot`;
    const commands = keycloakCommands(parseKeycloakStep('rotate', parameters));
    const step = makeStep({ id: 's', target, action: 'rotate', parameters, connector: 'sso', commands, reversibility: 'R1' });
    await enforcer.apply(step, context());
    expect(await logsIn(leaked)).toBe(true);
    const probed = await enforcer.probe(step, context());
    expect([probed.state, probed.evidence.join()]).toEqual(['partial', expect.stringContaining('a former secret is taken too')]);
    const later = { ...context(), now: () => new Date(Date.now() + 30 * 24 * 3_600_000) };
    expect((await enforcer.probe(step, later)).state).toBe('effective');
    await server.change('DELETE', `/clients/${id}/client-secret/rotated`);
    expect(await logsIn(leaked)).toBe(false);
    expect((await enforcer.probe(step, context())).state).toBe('effective');
  });
});
