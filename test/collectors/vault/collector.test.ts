import { describe, expect, it } from 'vitest';
import { vaultCollector } from '../../../src/collectors/vault/collector.ts';
import { collecting, type Outcome } from '../../contracts/collecting.ts';
import { collectorContract } from '../../contracts/collector.ts';
import { sampleFolder } from '../files/sample-folder.ts';
import { answer, appRole, auditLine, ENTITY, entity, listing, mounts, policy, server, token } from './sample-server.ts';

const source = async (files: Readonly<Record<string, string>>, names = '') => {
  const folder = await sampleFolder(files);
  return { settings: { files: folder.root }, names, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
};

async function collected(files: Readonly<Record<string, string>>): Promise<Outcome> {
  await using folder = await source(files);
  return await collecting(vaultCollector, folder.settings);
}

const lines = (...all: readonly string[]): Record<string, string> => ({ 'answers.jsonl': all.join('\n') });

/** What a holder's own Permission gives: `CAN_READ secret/app`. */
function rightsOf({ relationships }: Outcome, holder: string): string[] {
  const granted = relationships
    .filter((one) => one.kind === 'HAS_GRANT' && one.source === `vault:test/${holder}`)
    .map((one) => one.target);
  const rights = relationships
    .filter((one) => granted.includes(one.source) && one.kind.startsWith('CAN_'))
    .map(
      ({ kind, target, certainty }) =>
        `${kind} ${target.replace(/^vault:test\/?/, '')}${certainty === 'definite' ? '' : ` ${certainty}`}`,
    );
  return [...new Set(rights)].sort();
}

describe('the vault collector', () => {
  collectorContract({
    collector: vaultCollector,
    good: () => source(server()),
    broken: () =>
      source(
        { ...server(), 'broken.hcl': 'path "secret/*" {\n  capabilities = ["reed"]\n}' },
        'broken.hcl: policy broken: line 1',
      ),
  });
});

describe('a server as a whole', () => {
  it('gives the AppRole what its policies, those of its entity and of its group come to', async () => {
    const found = await collected(server());
    const rights = ['CAN_PUT secret/logs', 'CAN_READ database/creds/app', 'CAN_WRITE secret/shop/db'];
    expect(rightsOf(found, 'auth/approle/role/shop')).toEqual(rights);
    expect(rightsOf(found, `identity/entity/${ENTITY}`)).toEqual(rights);
    expect(rightsOf(found, 'auth/token/accessor/5RPlTVwRtUo7AFoBCf3gBSby')).toEqual(rights);
    expect(found.entity('vault:test/auth/approle/role/shop')?.properties).toMatchObject({ entityId: ENTITY });
  });

  it('draws a right to a whole engine only where every secret and every rule agrees', async () => {
    const found = await collected(server());
    expect(rightsOf(found, 'auth/k8s/role/api')).toEqual(['CAN_READ secret']);
    const denied = await collected(
      lines(
        ...mounts,
        listing('secret/metadata', ['a', 'b']),
        policy(
          'reader',
          'path "secret/data/*" { capabilities = ["read"] }\npath "secret/data/hidden" { capabilities = ["deny"] }',
        ),
        ...appRole({ token_policies: ['reader'] }),
      ),
    );
    expect(rightsOf(denied, 'auth/approle/role/shop')).toEqual(['CAN_READ secret/a', 'CAN_READ secret/b']);
  });

  it('one Permission serves all with the same rights', async () => {
    const { relationships } = await collected(server());
    const grants = relationships.filter(
      ({ kind, source: holder }) => kind === 'HAS_GRANT' && /role\/(?:api|batch)$/.test(holder),
    );
    expect(grants).toHaveLength(2);
    expect(new Set(grants.map(({ target }) => target)).size).toBe(1);
  });

  it('a secret-id proves its role only together with the role-id', async () => {
    const { relationships } = await collected(server());
    const proof = relationships.find(({ source: key, kind }) => key.endsWith('/secret-id/sa-1') && kind === 'AUTHENTICATES_AS');
    expect(proof).toMatchObject({
      target: 'vault:test/auth/approle/role/shop',
      certainty: 'conditional',
      conditionClass: 'combined',
    });
  });

  it('names who may log in by the keys of their own sources', async () => {
    const { edges } = await collected(server());
    expect(edges.filter((edge) => edge.includes(' CAN_ASSUME '))).toEqual([
      'aws:arn:aws:iam::111122223333:role/batch CAN_ASSUME vault:test/auth/aws/role/batch',
      'external:kubernetes/10.0.0.1:6443/system:serviceaccount:payments:api CAN_ASSUME vault:test/auth/k8s/role/api',
      'external:oidc/token.actions.githubusercontent.com/repo:acme/shop:ref:refs/heads/* CAN_ASSUME vault:test/auth/ci/role/deploy',
    ]);
  });

  it('reading credentials of a dynamic role issues a login; its leases are sessions of it', async () => {
    const { edges } = await collected(server());
    for (const edge of [
      'vault:test/database/creds/app EXPOSES vault:test/database/creds/app/issued',
      'vault:test/database/creds/app/issued AUTHENTICATES_AS vault:test/database/roles/app',
      'vault:test/database/creds/app/issued MINTED vault:test/leases/database/creds/app/x1',
      'vault:test/database/static-creds/report EXPOSES vault:test/database/static-roles/report/password',
    ])
      expect(edges).toContain(edge);
  });

  it('a disabled entity leaves its role and its tokens inactive', async () => {
    const files = server();
    const found = await collected({ ...files, 'identity.jsonl': entity({ disabled: true }) });
    for (const key of [`identity/entity/${ENTITY}`, 'auth/approle/role/shop', 'auth/token/accessor/5RPlTVwRtUo7AFoBCf3gBSby'])
      expect(found.entity(`vault:test/${key}`)?.state).toBe('inactive');
  });

  it('policies that nobody else holds are told apart', async () => {
    const alone = lines(
      ...mounts,
      policy('shop', 'path "secret/data/a" { capabilities = ["read"] }'),
      ...appRole(),
      entity({ group_ids: [] }),
    );
    const role = 'vault:test/auth/approle/role/shop';
    expect((await collected(alone)).entity(role)?.properties).toMatchObject({ ownPolicies: ['shop'] });
    const other = answer('auth/approle/role/other', { token_policies: ['shop'] });
    const shared = await collected({ ...alone, 'other.jsonl': `${other}\n${listing('auth/approle/role', ['other'])}` });
    expect(shared.entity(role)?.properties?.['ownPolicies']).toBeUndefined();
  });
});

describe('templates', () => {
  const rule = 'path "secret/data/{{identity.entity.name}}" { capabilities = ["read"] }';
  const base = [
    ...mounts,
    listing('secret/metadata', ['shop', 'other']),
    policy('own', rule),
    ...appRole({ token_policies: ['own'] }),
  ];

  it('are filled in for each identity', async () => {
    expect(rightsOf(await collected(lines(...base, entity())), 'auth/approle/role/shop')).toEqual(['CAN_READ secret/shop']);
  });

  it('leave open what an unknown caller may do, and are shared with nobody', async () => {
    const found = await collected(lines(...base, answer('auth/approle/role/two', { token_policies: ['own'] })));
    expect(rightsOf(found, 'auth/approle/role/two')).toEqual([
      'CAN_WRITE secret/other possible',
      'CAN_WRITE secret/shop possible',
    ]);
    const grants = found.relationships.filter(({ kind }) => kind === 'HAS_GRANT').map(({ target }) => target);
    expect(new Set(grants).size).toBe(grants.length);
  });
});

describe('rights that yield rights', () => {
  const withPolicy = async (text: string, ...more: string[]): Promise<string[]> => {
    const others = [policy('shop', text), policy('admin', 'path "secret/data/top" { capabilities = ["read"] }')];
    const found = await collected(lines(...mounts, listing('secret/metadata', ['top']), ...others, ...appRole(), ...more));
    return rightsOf(found, 'auth/approle/role/shop');
  };

  it.each([
    ['its own policy', 'path "sys/policies/acl/shop" { capabilities = ["update"] }', ['CAN_CONTROL ']],
    ['another policy, which it does not hold', 'path "sys/policies/acl/admin" { capabilities = ["update"] }', []],
    ['tokens with sudo', 'path "auth/token/create" { capabilities = ["update", "sudo"] }', ['CAN_CONTROL policies/*']],
    ['tokens of its own policies', 'path "auth/token/create" { capabilities = ["update"] }', []],
    ['AppRoles', 'path "auth/approle/role/+" { capabilities = ["create", "update"] }', ['CAN_CONTROL policies/*']],
    [
      'AppRoles without their policies',
      'path "auth/approle/role/+" { capabilities = ["create", "update"]\n denied_parameters = { "token_policies" = [] } }',
      [],
    ],
    ['Kubernetes roles', 'path "auth/k8s/role/*" { capabilities = ["create"] }', ['CAN_CONTROL policies/* conditional']],
    ['entities', 'path "identity/entity" { capabilities = ["update"] }', ['CAN_CONTROL policies/*']],
    ['groups', 'path "identity/group" { capabilities = ["update"] }', ['CAN_CONTROL policies/*']],
  ])('writing %s', async (_, text, expected) => {
    expect(await withPolicy(text)).toEqual(expected);
  });

  it('issuing secret-ids of another role is a login as it, with its role-id', async () => {
    const other = answer('auth/approle/role/other', { token_policies: ['admin'] });
    const issues = 'path "auth/approle/role/other/secret-id" { capabilities = ["update"] }';
    expect(await withPolicy(issues, other)).toEqual(['CAN_CONTROL auth/approle/role/other conditional']);
    const both = `${issues}\npath "auth/approle/role/other/role-id" { capabilities = ["read"] }`;
    expect(await withPolicy(both, other)).toEqual(['CAN_CONTROL auth/approle/role/other']);
  });

  it('a token role hands out the policies that it allows', async () => {
    const role = answer('auth/token/roles/ops', { allowed_policies: ['admin'], allowed_policies_glob: [] });
    expect(await withPolicy('path "auth/token/create/ops" { capabilities = ["update"] }', role)).toEqual([
      'CAN_CONTROL policies/admin',
    ]);
  });

  it('the root policy is the whole server', async () => {
    const found = await collected(
      lines(...mounts, token('t-root', { policies: ['root'], entity_id: '', meta: null, path: 'auth/token/root' })),
    );
    expect(rightsOf(found, 'auth/token/accessor/t-root')).toEqual(['CAN_CONTROL ']);
  });
});

describe('policies alone', () => {
  it('name places, which may or may not be there', async () => {
    const found = await collected({
      'team/App.hcl':
        'path "secret/data/ci" { capabilities = ["read"] }\npath "kv/app" { capabilities = ["create", "update"] }\npath "sys/auth" { capabilities = ["read"] }',
    });
    const gives = found.relationships.filter(({ source: from }) => from === 'vault:test/policies/app');
    expect(gives.map(({ kind, target, certainty }) => `${kind} ${target} ${certainty}`)).toEqual([
      'CAN_PUT vault:test/kv/app possible',
      'CAN_READ vault:test/secret/ci possible',
    ]);
    expect(found.scopes).toEqual([{ type: 'scope', scope: 'access', coverage: 'complete', missing: [] }]);
  });

  it('a policy that is held and was not collected leaves the scope partial, by name', async () => {
    const { scopes } = await collected(lines(...mounts, ...appRole({ token_policies: ['gone'] })));
    expect(scopes.find(({ scope }) => scope === 'access')).toMatchObject({
      coverage: 'partial',
      missing: ['policy gone is held, and was not collected: read sys/policies/acl/gone'],
    });
    const listed = await collected(
      lines(...mounts, listing('sys/policies/acl', ['default']), ...appRole({ token_policies: ['gone'] })),
    );
    expect(listed.scopes.find(({ scope }) => scope === 'access')?.coverage).toBe('complete');
  });
});

describe('audit lines', () => {
  it('add up to use from a place, of a secret; a hash stays a hash', async () => {
    const found = await collected({ ...server(), 'secrets2.jsonl': listing('secret/metadata', ['x']) });
    const accessed = found.relationships.find(({ kind }) => kind === 'ACCESSED');
    expect(accessed).toMatchObject({
      source: 'vault:test/auth/approle/role/shop',
      target: 'vault:test/secret/shop/db',
      uses: 2,
      basis: 'observed',
    });
    const uses = found.relationships.find(({ kind }) => kind === 'USES');
    expect(uses).toMatchObject({
      source: 'origin:10.1.2.3/vault',
      target: 'vault:test/auth/token/accessor/hmac-sha256:61cc',
      uses: 2,
    });
    expect(found.said).toContainEqual({ type: 'newest-event', at: '2026-01-15T11:00:00.123Z' });
  });

  it('a login mints a token of the role; a token mints its children; what was refused counts for nothing', async () => {
    const login = auditLine(
      {
        id: 'l',
        operation: 'update',
        mount_point: 'auth/approle/',
        mount_type: 'approle',
        path: 'auth/approle/login',
        client_token_accessor: undefined,
      },
      {
        auth: null,
        response: { auth: { accessor: 'hmac-sha256:aa', entity_id: ENTITY, metadata: { role_name: 'shop' }, token_ttl: 3600 } },
      },
    );
    const child = auditLine(
      { id: 'c', operation: 'update', mount_point: 'auth/token/', mount_type: 'token', path: 'auth/token/create' },
      { response: { auth: { accessor: 'hmac-sha256:bb', policies: ['default'] } } },
    );
    const refused = auditLine({ id: 'x', path: 'secret/data/top' }, { error: 'permission denied' });
    const { edges, entity: found } = await collected({ 'a.log': [login, child, refused].join('\n') });
    expect(edges).toContain('vault:test/auth/approle/role/shop MINTED vault:test/auth/token/accessor/hmac-sha256:aa');
    expect(edges).toContain(
      'vault:test/auth/token/accessor/hmac-sha256:61cc MINTED vault:test/auth/token/accessor/hmac-sha256:bb',
    );
    expect(edges.join()).not.toContain('secret/top');
    expect(found('vault:test/auth/token/accessor/hmac-sha256:aa')?.expiresAt).toBe('2026-01-15T12:00:00.123Z');
  });
});

describe('files', () => {
  it('are recognised by content, and placed by their folders where the content names no mount', async () => {
    const whole = (data: object) => JSON.stringify({ request_id: 'r', lease_id: '', renewable: false, data }, null, 1);
    const found = await collected({
      'a.json': whole({ 'approle/': { type: 'approle', accessor: 'auth_approle_1' } }),
      'b.json': whole({ name: 'shop', policy: 'path "secret/data/a" { capabilities = ["read"] }' }),
      'auth/approle/role/ci.json': whole({ token_policies: ['shop'], bind_secret_id: true }),
      'auth/approle/role/ci/secret-id.json': whole({ keys: ['sa-9'] }),
      'secret/metadata/index.json': whole({ keys: ['a'] }),
      'e.json': whole(JSON.parse(entity()).data as object),
      'policy.json': JSON.stringify({ path: { 'secret/data/b': { capabilities: ['read'] } } }),
      'unknown.json': '{"hello": "world"}',
      'empty.json': '',
    });
    expect(found.entity('vault:test/auth/approle/role/ci/secret-id/sa-9')?.kind).toBe('Credential');
    expect(rightsOf(found, 'auth/approle/role/ci')).toEqual(['CAN_READ secret/a']);
    expect(found.entity('vault:test/policies/policy')).toBeDefined();
    expect(found.entity(`vault:test/identity/entity/${ENTITY}`)).toBeDefined();
    expect([...found.warnings].sort()).toEqual([
      'empty.json: empty',
      'unknown.json: not recognised as anything that this source reads; ignored',
    ]);
    expect(found.errors).toEqual([]);
  });

  it.each([
    ['a cut policy', 'cut.hcl', 'path "secret/*" {\n capabilities = ["read"]', /cut\.hcl: policy cut: line 2/],
    [
      'a role with a wrong field',
      'auth/approle/role/x.json',
      '{"token_policies": 7, "bind_secret_id": true}',
      /x\.json: token_policies/,
    ],
    ['a torn line', 'a.jsonl', `${answer('sys/auth', {})}\n{"path": "sys/mounts", "da`, /a\.jsonl:2: not JSON/],
    ['an audit line without a time', 'a.log', auditLine({}, { time: 'yesterday' }), /a\.log: time: no date/],
  ])('%s is an error that names it, and the rest is read', async (_, name, text, expected) => {
    const found = await collected({ ...server(), [name]: text });
    expect(found.errors.join('\n')).toMatch(expected);
    expect(found.scopes.some(({ coverage }) => coverage === 'partial')).toBe(true);
    expect(found.entity('vault:test/auth/approle/role/shop')).toBeDefined();
  });
});
