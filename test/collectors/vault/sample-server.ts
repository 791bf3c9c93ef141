/** Answers of a small server as they are saved: one AppRole with its entity, roles of other methods, engines, tokens, leases, audit lines. */

/** One answer as `collect --save` writes it. */
export const answer = (path: string, data: object): string => JSON.stringify({ path, data });
export const listing = (path: string, keys: readonly string[]): string =>
  JSON.stringify({ path, operation: 'list', data: { keys } });

export const policy = (name: string, text: string): string => answer(`sys/policies/acl/${name}`, { name, policy: text });

export const mounts = [
  answer('sys/auth', {
    'token/': { type: 'token', accessor: 'auth_token_1' },
    'approle/': { type: 'approle', accessor: 'auth_approle_1' },
    'k8s/': { type: 'kubernetes', accessor: 'auth_kubernetes_1' },
    'ci/': { type: 'jwt', accessor: 'auth_jwt_1' },
    'aws/': { type: 'aws', accessor: 'auth_aws_1' },
  }),
  answer('sys/mounts', {
    'secret/': { type: 'kv', accessor: 'kv_1', options: { version: '2' } },
    'database/': { type: 'database', accessor: 'database_1', options: null },
    'sys/': { type: 'system', accessor: 'system_1' },
  }),
];

export const ENTITY = 'd5ac58ee-8f58-41ca-e323-c3b1a450fd61';

export const appRole = (change: object = {}): string[] => [
  answer('auth/approle/role/shop', { token_policies: ['shop'], bind_secret_id: true, token_ttl: 3600, ...change }),
  answer('auth/approle/role/shop/role-id', { role_id: '862744c4-8b87-ab0d-8f95-cc498c8ce58f' }),
  listing('auth/approle/role/shop/secret-id', ['sa-1']),
  answer('auth/approle/role/shop/secret-id-accessor/lookup', {
    secret_id_accessor: 'sa-1',
    creation_time: '2026-01-01T00:00:00Z',
    expiration_time: '0001-01-01T00:00:00Z',
    secret_id_num_uses: 0,
  }),
];

export const entity = (change: object = {}): string =>
  answer(`identity/entity/id/${ENTITY}`, {
    id: ENTITY,
    name: 'shop',
    disabled: false,
    policies: [],
    group_ids: ['g-1'],
    metadata: null,
    aliases: [
      {
        id: 'a-1',
        name: '862744c4-8b87-ab0d-8f95-cc498c8ce58f',
        mount_accessor: 'auth_approle_1',
        mount_path: 'auth/approle/',
        mount_type: 'approle',
        metadata: { role_name: 'shop' },
      },
    ],
    ...change,
  });

export const token = (accessor: string, change: object = {}): string =>
  answer('auth/token/lookup-accessor', {
    accessor,
    id: '',
    creation_time: 1767225600,
    issue_time: '2026-01-15T10:00:00Z',
    expire_time: '2026-01-15T14:00:00Z',
    display_name: 'approle',
    entity_id: ENTITY,
    path: 'auth/approle/login',
    meta: { role_name: 'shop' },
    policies: ['default', 'shop'],
    orphan: true,
    type: 'service',
    ...change,
  });

/** A line that an audit device writes of an answer. */
export const auditLine = (request: object, rest: object = {}): string =>
  JSON.stringify({
    time: '2026-01-15T11:00:00.123456789Z',
    type: 'response',
    auth: { accessor: 'hmac-sha256:61cc', entity_id: ENTITY, metadata: { role_name: 'shop' } },
    request: {
      id: 'r-1',
      operation: 'read',
      mount_point: 'secret/',
      mount_type: 'kv',
      path: 'secret/data/shop/db',
      client_token_accessor: 'hmac-sha256:61cc',
      remote_address: '10.1.2.3',
      ...request,
    },
    response: {},
    ...rest,
  });

/** Everything that the source knows. */
export const server = (): Record<string, string> => ({
  'sys.jsonl': [
    ...mounts,
    listing('sys/policies/acl', ['default', 'root', 'shop', 'reader', 'operator', 'team']),
    policy(
      'shop',
      'path "secret/data/shop/db" { capabilities = ["read", "update"] }\npath "database/creds/app" { capabilities = ["read"] }',
    ),
    policy('reader', 'path "secret/data/*" { capabilities = ["read"] }'),
    policy('operator', 'path "sys/policies/acl/*" { capabilities = ["create", "update"] }'),
    policy('team', 'path "secret/data/logs" { capabilities = ["update"] }'),
    policy('default', 'path "auth/token/lookup-self" { capabilities = ["read"] }'),
  ].join('\n'),
  'auth.jsonl': [
    ...appRole(),
    answer('auth/k8s/role/api', {
      bound_service_account_names: ['api'],
      bound_service_account_namespaces: ['payments'],
      token_policies: ['reader'],
    }),
    answer('auth/k8s/config', { kubernetes_host: 'https://10.0.0.1:6443' }),
    answer('auth/ci/config', { bound_issuer: 'https://token.actions.githubusercontent.com' }),
    answer('auth/ci/role/deploy', {
      role_type: 'jwt',
      user_claim: 'sub',
      bound_claims_type: 'glob',
      bound_claims: { sub: 'repo:acme/shop:ref:refs/heads/*' },
      token_policies: ['operator'],
    }),
    answer('auth/aws/role/batch', {
      bound_iam_principal_arn: ['arn:aws:iam::111122223333:role/batch'],
      token_policies: ['reader'],
    }),
  ].join('\n'),
  'identity.jsonl': [
    entity(),
    answer('identity/group/id/g-1', { id: 'g-1', name: 'team', policies: ['team'], member_entity_ids: [ENTITY] }),
  ].join('\n'),
  'secrets.jsonl': [
    listing('secret/metadata', ['shop/', 'logs']),
    listing('secret/metadata/shop', ['db', 'mail']),
    answer('database/roles/app', { db_name: 'main' }),
    answer('database/static-roles/report', { db_name: 'main', username: 'report' }),
  ].join('\n'),
  'proofs.jsonl': [
    token('5RPlTVwRtUo7AFoBCf3gBSby'),
    answer('sys/leases/lookup', {
      id: 'database/creds/app/x1',
      issue_time: '2026-01-15T10:00:00Z',
      expire_time: '2026-01-15T14:00:00Z',
    }),
  ].join('\n'),
  'audit.log': `${auditLine({})}\n${auditLine({ id: 'r-2', path: 'secret/data/shop/db' })}\n`,
});
