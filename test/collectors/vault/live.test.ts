import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { vaultCollector } from '../../../src/collectors/vault/collector.ts';
import { EVERY_SCOPE } from '../../../src/model/collection.ts';
import { checking, missingIn } from '../../contracts/checking.ts';
import { collecting, type Outcome } from '../../contracts/collecting.ts';
import { describeLive } from '../../live.ts';
import { openVault, type VaultServer } from '../../vault-server.ts';
import { sampleFolder } from '../files/sample-folder.ts';

describeLive('vault', 'the vault collector on a real server', (url) => {
  let server: VaultServer;
  let role: string;
  let login: Awaited<ReturnType<VaultServer['role']>>;
  let token: Awaited<ReturnType<VaultServer['logIn']>>;
  const source = (key: string): string => `vault:test/${key}`;

  beforeAll(async () => {
    server = await openVault(url);
    const policy = server.name('app');
    role = server.name('shop');
    await server.policy(
      policy,
      `path "${server.kv}/data/shop/*" { capabilities = ["read"] }\npath "${server.kv}/data/{{identity.entity.id}}" { capabilities = ["read", "update"] }`,
    );
    login = await server.role(role, { token_policies: [policy], token_ttl: 3600 });
    token = await server.logIn(login);
    for (const path of ['shop/db', 'shop/deep/mail', 'other', token.entityId])
      await server.api.write(`${server.kv}/data/${path}`, { data: { password: 'a value' } });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const collected = (changed = {}): Promise<Outcome> => collecting(vaultCollector, { live: server.connection }, changed);

  it('says of the real server what its own answers say', async () => {
    const found = await collected();
    expect(found.errors).toEqual([]);
    expect(found.scopes.map(({ scope, coverage }) => `${scope} ${coverage}`)).toEqual(['access complete', 'proofs complete']);
    const granted = found.relationships.filter(
      ({ kind, source: holder }) => kind === 'HAS_GRANT' && holder === source(`auth/${server.auth}/role/${role}`),
    );
    const rights = found.relationships
      .filter(({ source: from }) => from === granted[0]?.target)
      .map(({ kind, target }) => `${kind} ${target}`);
    expect([...new Set(rights)].sort()).toEqual([
      `CAN_READ ${source(`${server.kv}/shop/db`)}`,
      `CAN_READ ${source(`${server.kv}/shop/deep/mail`)}`,
      `CAN_WRITE ${source(`${server.kv}/${token.entityId}`)}`,
    ]);
    expect(found.entity(source(`auth/${server.auth}/role/${role}/secret-id/${login.accessor}`))?.state).toBe('active');
    expect(found.entity(source(`auth/token/accessor/${token.accessor}`))).toMatchObject({ kind: 'Session', state: 'active' });
    expect(found.edges).toContain(
      `${source(`auth/token/accessor/${token.accessor}`)} ACTS_FOR ${source(`identity/entity/${token.entityId}`)}`,
    );
    const text = JSON.stringify(found.said);
    for (const secret of ['a value', login.secretId, token.token, String(server.connection.token)])
      expect(text).not.toContain(secret);
  });

  it('what it saves says the same when it is read from files, and holds no value', async () => {
    const saved: Record<string, string> = {};
    const live = await collected({
      save: async (path: string, content: string) => {
        saved[path] = content;
      },
    });
    await using files = await sampleFolder(saved);
    const read = await collecting(vaultCollector, { files: files.root });
    const stable = ({ edges }: Outcome) => edges.filter((edge) => edge.includes(server.auth) || edge.includes(server.kv));
    expect(stable(read)).toEqual(stable(live));
    for (const secret of ['a value', login.secretId, token.token, String(server.connection.token)])
      expect(Object.values(saved).join()).not.toContain(secret);
  });

  describe('as a login that may see little', () => {
    let live: object;
    beforeAll(async () => {
      const policy = server.name('little');
      await server.policy(policy, 'path "sys/policies/acl" { capabilities = ["list"] }');
      const small = await server.role(server.name('little'), { token_policies: [policy] });
      live = { url, approle: { roleId: small.roleId, secretId: small.secretId, mount: server.auth } };
    });

    it('each refused call leaves its scope partial, with the path and what it needs', async () => {
      const found = await collecting(vaultCollector, { live } as never);
      expect(found.scopes.map(({ coverage }) => coverage)).toEqual(['partial', 'partial']);
      const errors = found.errors.join('\n');
      expect(errors).toContain('path "identity/entity/id" { capabilities = ["list"] }');
      expect(errors).toContain('path "auth/token/accessors" { capabilities = ["list"] }');
      expect(errors).not.toContain('sys/policies/acl: ');
    });

    it('a refused list is not saved as one without anything', async () => {
      let saved = '';
      const save = async (_: string, content: string) => {
        saved = content;
      };
      await collecting(vaultCollector, { live } as never, { save });
      expect(saved).toContain('sys/policies/acl');
      expect(saved).not.toMatch(/auth\/token\/accessors|identity\/entity/);
    });

    it('a check foresees it, and reads nothing', async () => {
      const said = await checking(vaultCollector, { live } as never);
      expect(missingIn(said).join('\n')).toContain('grant path "sys/policies/acl/any" { capabilities = ["read"] }');
      expect(missingIn(said).join('\n')).not.toContain('sys/policies/acl: not allowed to list');
      expect(said.at(-1)?.type).toBe('works');
      expect(missingIn(await checking(vaultCollector, { live: server.connection }))).toEqual([]);
    });
  });

  it('a server that is not there, and a login that is wrong, say so', async () => {
    const gone = await collecting(vaultCollector, { live: { url: 'http://127.0.0.1:9', token: 't' } });
    expect(gone.errors.join()).toMatch(/127\.0\.0\.1:9.* does not answer/);
    expect(gone.scopes.find(({ scope }) => scope === EVERY_SCOPE)?.coverage).toBe('partial');
    const wrong = await collecting(vaultCollector, { live: { url, token: 'no-such-token' } });
    expect(wrong.scopes.every(({ coverage }) => coverage === 'partial')).toBe(true);
    expect(JSON.stringify(wrong.said)).not.toContain('no-such-token');
  });
});
