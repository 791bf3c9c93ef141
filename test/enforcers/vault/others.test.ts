/** What others did meanwhile, whose things a step is planned on, and what outlives it: on a real server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHandOver } from '../../../src/app/execute/hand-over.ts';
import { createVaultEnforcer } from '../../../src/enforcers/vault.ts';
import type { StepParameters } from '../../../src/model/plan.ts';
import type { VaultAction } from '../../../src/model/vault-actions.ts';
import type { Enforcer } from '../../../src/ports/enforcer.ts';
import { describeLive } from '../../live.ts';
import { openVault, type VaultServer } from '../../vault-server.ts';
import { context, recorded, stepOn } from './steps.ts';

describeLive('vault', 'the Vault enforcer among others', (url) => {
  let server: VaultServer;
  let enforcer: Enforcer;
  beforeAll(async () => {
    server = await openVault(url);
    enforcer = createVaultEnforcer({ name: 'vault', source: 'main', connection: server.connection });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  async function app(fields: Readonly<Record<string, unknown>> = {}) {
    const [role, policy] = [server.name('app'), server.name('reads')];
    await server.policy(policy, `path "${server.kv}/data/*" { capabilities = ["read"] }`);
    const login = await server.role(role, { token_policies: [policy], token_ttl: 600, ...fields });
    return { role, policy, login, key: `auth/${server.auth}/role/${role}` };
  }

  const refusalsOf = async (with_: Enforcer, target: string, action: VaultAction, parameters: StepParameters): Promise<string> =>
    (await with_.preflight(stepOn(target, action, parameters), context())).refusals.join();

  describe('a secret of which one field was delivered', () => {
    async function delivered() {
      const path = server.name('secret');
      const place = `${server.kv}/data/${path}`;
      const write = (data: object) => server.api.write(place, { data });
      await write({ password: 'old', note: 'a' });
      const handOver = createHandOver();
      handOver.give('old-credential', { value: 'fresh-4711' });
      const parameters = { what: 'kv', mount: server.kv, path, field: 'value' };
      const step = stepOn(`${server.kv}/${path}`, 'distribute', parameters, { for: 'old-credential', reversibility: 'R1' });
      const { preImage } = await enforcer.preflight(step, context({ handOver }));
      return { step, preImage, handOver, write, read: async () => (await server.api.read(place))?.data['data'] };
    }

    it('is given back its field alone when somebody wrote another field since', async () => {
      const { step, preImage, handOver, write, read } = await delivered();
      const applied = await enforcer.apply(step, context({ handOver, ...recorded(preImage) }));
      expect(applied.traces).toEqual(['2']);
      await write({ password: 'fresh-4711', note: 'b' });
      await enforcer.undo(step, preImage, context(recorded(preImage, applied)));
      expect(await read()).toEqual({ password: 'old', note: 'b' });
    });

    it('keeps what somebody wrote into the field since', async () => {
      const { step, preImage, handOver, write, read } = await delivered();
      const applied = await enforcer.apply(step, context({ handOver, ...recorded(preImage) }));
      await write({ password: 'of somebody else', note: 'a' });
      await expect(enforcer.undo(step, preImage, context(recorded(preImage, applied)))).rejects.toThrow('by somebody since');
      expect(await read()).toEqual({ password: 'of somebody else', note: 'a' });
    });

    it('is known again by another process whose predecessor wrote it and told nobody the version', async () => {
      const { step, preImage, handOver, read } = await delivered();
      await enforcer.apply(step, context({ handOver, ...recorded(preImage) }));
      await enforcer.undo(step, preImage, context(recorded(preImage)));
      expect(await read()).toEqual({ password: 'old', note: 'a' });
    });

    it('is not written when somebody changed the field between the look and the call', async () => {
      const { step, preImage, handOver, write, read } = await delivered();
      await write({ password: 'rotated by hand', note: 'a' });
      await expect(enforcer.apply(step, context({ handOver, ...recorded(preImage) }))).rejects.toThrow('somebody wrote it since');
      expect(await read()).toEqual({ password: 'rotated by hand', note: 'a' });
      await write({ password: 'old', note: 'c' });
      await enforcer.apply(step, context({ handOver, ...recorded(preImage) }));
      expect(await read()).toEqual({ password: 'fresh-4711', note: 'c' });
    });
  });

  it('takes a policy, an entity or a role for the planned one only where the target has it', async () => {
    const [one, other] = [await app(), await app()];
    const token = await server.logIn(one.login);
    const entity = `identity/entity/${token.entityId}`;
    const cases: readonly (readonly [string, StepParameters, RegExp | ''])[] = [
      [one.key, { what: 'policy', policies: [one.policy] }, ''],
      [entity, { what: 'policy', policies: [one.policy] }, ''],
      [`policies/${one.policy}`, { what: 'policy', policies: [one.policy] }, ''],
      [one.key, { what: 'policy', policies: [other.policy] }, /does not have policy/],
      [entity, { what: 'policy', policies: [other.policy] }, /does not have policy/],
      [`policies/${one.policy}`, { what: 'policy', policies: [other.policy] }, /nothing was done/],
      [`${one.key}x`, { what: 'role', mount: server.auth, role: one.role }, /nothing was done/],
      [other.key, { what: 'role', mount: server.auth, role: one.role }, /nothing was done/],
      [one.key, { what: 'entity', id: token.entityId }, ''],
      [other.key, { what: 'entity', id: token.entityId }, /is not the one that logs in by/],
      [`auth/token/accessor/${token.accessor}`, { what: 'entity', id: token.entityId }, /nothing was done/],
    ];
    for (const [target, parameters, refusal] of cases) {
      const said = await refusalsOf(enforcer, target, 'quarantine', parameters);
      if (refusal === '') expect(said).toBe('');
      else expect(said).toMatch(refusal);
    }
    const foreign = { what: 'sessions', sessions: [`vault:second/auth/token/accessor/${token.accessor}`] };
    const step = { ...stepOn('', 'revoke', foreign), target: foreign.sessions[0] as string };
    await expect(enforcer.apply(step, context())).rejects.toThrow('nothing was done');
    expect(await server.status(token.token, 'auth/token/lookup-self')).toBe(200);
  });

  it('has policies of the entity and of its groups for those of its role', async () => {
    const one = await app();
    const group = server.name('by-group');
    await server.policy(group, 'path "nothing" { capabilities = ["read"] }');
    const { entityId } = await server.logIn(one.login);
    const { data } = await server.api.write('identity/group', { name: group, policies: [group], member_entity_ids: [entityId] });
    const parameters = { what: 'policy', policies: [group] };
    expect(await refusalsOf(enforcer, one.key, 'quarantine', parameters)).toBe('');
    expect(await refusalsOf(enforcer, `identity/entity/${entityId}`, 'quarantine', parameters)).toBe('');
    await server.remove(`identity/group/id/${String(data['id'])}`);
  });

  it('never cuts itself off, whichever way in it has', async () => {
    const rights = server.name('operator');
    await server.policy(rights, 'path "*" { capabilities = ["create", "read", "update", "list", "patch", "sudo"] }');
    const role = server.name('operator');
    const login = await server.role(role, { token_policies: [rights] });
    const approle = { roleId: login.roleId, secretId: login.secretId, mount: server.auth };
    const byRole = createVaultEnforcer({ name: 'r', source: 'main', connection: { url, approle } });
    const { entityId } = await server.logIn(login);
    const at = `auth/${server.auth}`;
    const own: readonly (readonly [string, VaultAction, StepParameters])[] = [
      [`identity/entity/${entityId}`, 'quarantine', { what: 'entity', id: entityId }],
      [`policies/${rights}`, 'reduce', { what: 'policy', policies: [rights], text: 'path "x" { capabilities = ["read"] }' }],
      [`${at}/role/${role}`, 'quarantine', { what: 'role', mount: server.auth, role }],
      [`${at}/role/${role}`, 'shorten', { what: 'role', mount: server.auth, role, tokenTtl: 60 }],
      [
        `${at}/role/${role}/secret-id/${login.accessor}`,
        'revoke',
        { what: 'secret-id', mount: server.auth, role, accessor: login.accessor },
      ],
      [`${at}/login`, 'revoke', { what: 'leases', prefix: `${at}/login` }],
      [at, 'revoke', { what: 'leases', prefix: at }],
      [`leases/${at}/login/h00`, 'revoke', { what: 'lease', leaseId: `${at}/login/h00` }],
    ];
    for (const [target, action, parameters] of own)
      expect(await refusalsOf(byRole, target, action, parameters)).toMatch(/is interlock's own|that of interlock's own token/);
  });

  it('does not revoke its own token, nor one that may have made it', async () => {
    const { auth } = await server.api.write('auth/token/create', { policies: ['root'], ttl: '10m' });
    const parent = { token: String(auth?.['client_token']), accessor: String(auth?.['accessor']) };
    const made = await fetch(`${url}/v1/auth/token/create`, {
      method: 'POST',
      headers: { 'x-vault-token': parent.token },
      body: JSON.stringify({ ttl: '5m' }),
    });
    const child = ((await made.json()) as { auth: { client_token: string; accessor: string } }).auth;
    const small = createVaultEnforcer({ name: 'c', source: 'main', connection: { url, token: child.client_token } });
    const revoke = (accessor: string) =>
      refusalsOf(small, `auth/token/accessor/${accessor}`, 'revoke', { what: 'token', accessor });
    expect(await revoke(child.accessor)).toContain("is interlock's own");
    expect(await revoke(parent.accessor)).toContain('may be the one that made');
    const { login } = await app();
    expect(await revoke((await server.logIn(login)).accessor)).toBe('');
    const key = `vault:main/auth/token/accessor/${parent.accessor}`;
    const sessions = { what: 'sessions', sessions: [key] };
    expect(await refusalsOf(small, `auth/token/accessor/${parent.accessor}`, 'revoke', sessions)).toContain('may be the one');
    await server.api.write('auth/token/revoke', { token: parent.token });
  });

  it('says until when tokens of a role outlive it, batch tokens too, and which never end', async () => {
    const one = await app();
    await server.logIn(one.login);
    const shorten = stepOn(one.key, 'shorten', { what: 'role', mount: server.auth, role: one.role, tokenTtl: 60 });
    await enforcer.apply(shorten, context());
    const left = await enforcer.probe(shorten, context());
    expect(Date.parse(left.residualUntil ?? '') - Date.now()).toBeGreaterThan(500_000);
    expect(left.evidence.join()).toContain('1 tokens of its logins are out');

    const batch = await app({ token_type: 'batch', token_max_ttl: 7200 });
    const { entityId } = await server.logIn(batch.login);
    const disable = stepOn(`identity/entity/${entityId}`, 'quarantine', { what: 'entity', id: entityId });
    await enforcer.apply(disable, context());
    const probed = await enforcer.probe(disable, context());
    expect(Date.parse(probed.residualUntil ?? '') - Date.now()).toBeGreaterThan(7_000_000);
    expect(probed.evidence.join()).toContain('its batch tokens, which nobody can list or revoke');
  });

  it('takes a secret-id for destroyed, and says until when its logins live', async () => {
    const { role, login, key } = await app();
    await server.logIn(login);
    const parameters = { what: 'secret-id', mount: server.auth, role, accessor: login.accessor };
    const step = stepOn(`${key}/secret-id/${login.accessor}`, 'revoke', parameters);
    await enforcer.apply(step, context());
    const { state, residualUntil = '', evidence } = await enforcer.probe(step, context());
    expect([state, Date.parse(residualUntil) > Date.now() + 500_000]).toEqual(['effective', true]);
    expect(evidence.join()).toContain('1 tokens of its role are out');
  });
});
