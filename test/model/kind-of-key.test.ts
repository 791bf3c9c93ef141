import { expect, it } from 'vitest';
import { hasGrammar, kindOfKey } from '../../src/model/kind-of-key.ts';

it.each([
  ['aws:account/111122223333', 'Scope'],
  ['aws:AKIA0EXAMPLE10000001', 'Credential'],
  ['aws:ASIA0EXAMPLE10000001', 'Session'],
  ['aws:arn:aws:iam::111122223333:user/ci/deploy', 'User'],
  ['aws:arn:aws:iam::111122223333:root', 'User'],
  ['aws:arn:aws:iam::111122223333:user/ann/login-profile', 'Credential'],
  ['aws:arn:aws-cn:iam::111122223333:role/admin', 'Role'],
  ['aws:arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-x1Y2z3', 'Secret'],
  ['aws:arn:aws:lambda:eu-west-1:111122223333:function:api', 'Workload'],
  ['aws:arn:aws:s3:::customer-data', 'Resource'],
  ['external:oidc/token.actions.githubusercontent.com/repo:acme/shop:ref:refs/heads/main', 'External'],
  ['github:org/acme', 'Scope'],
  ['github:org/acme/actions/secrets/KEY', 'Secret'],
  ['github:acme/shop/environments/prod/secrets/KEY', 'Secret'],
  ['github:acme/shop/.github/workflows/ci.yml#build', 'Pipeline'],
  ['github@ghe.example:acme/shop', 'Repository'],
  ['github:org/acme/teams/web', 'Group'],
  ['k8s:prod', 'Scope'],
  ['k8s:prod/_/namespaces/shop', 'Scope'],
  ['k8s:prod/shop/serviceaccounts/api', 'ServiceAccount'],
  ['k8s:prod/shop/deployments/api', 'Workload'],
  ['k8s:prod/_/nodes', 'Scope'],
  ['k8s:prod/_/nodes/worker-1', 'Workload'],
  ['k8s:prod/_/users/oidc:ann', 'User'],
  ['k8s:prod/_/permissions/abc', 'Permission'],
  ['k8s:prod/_/tokens/abc', 'Session'],
  ['k8s:prod/_/certificates/abc', 'Credential'],
  ['k8s:prod/shop/secrets/db', 'Secret'],
  ['k8s:prod/shop/secrets/db#password', 'Credential'],
  ['k8s:prod/shop/configmaps/web', 'Resource'],
  ['postgres:main/roles/app', 'ServiceAccount'],
  ['postgres:main/roles/app/password', 'Credential'],
  ['postgres:main/sessions/app/web@10.0.0.1', 'Workload'],
  ['postgres:main', 'Scope'],
  ['vault:main', 'Scope'],
  ['vault:main/secret/app/db', 'Secret'],
  ['vault:main/policies/ci', 'Permission'],
  ['vault:main/identity/entity/e-1', 'ServiceAccount'],
  ['vault:main/identity/group/g-1', 'Group'],
  ['vault:main/auth/team/approle/role/ci', 'Role'],
  ['vault:main/auth/approle/role/ci/secret-id/a-1', 'Credential'],
  ['vault:main/auth/token/accessor/t-1', 'Session'],
  ['vault:main/leases/database/creds/app/x1', 'Session'],
  ['vault:main/database/creds/app', 'Secret'],
  ['vault:main/database/creds/app/issued', 'Credential'],
  ['keycloak:sso', 'Scope'],
  ['keycloak:sso/realms/shop', 'Scope'],
  ['keycloak:sso/realms/shop/client-secrets', 'Scope'],
  ['keycloak:sso/realms/shop/clients/bot', 'ServiceAccount'],
  ['keycloak:sso/realms/shop/clients/https://app.example.com/#secret', 'Credential'],
  ['keycloak:sso/realms/shop/clients/orders#application', 'Resource'],
  ['keycloak:sso/realms/shop/clients/orders#roles/writer', 'Role'],
  ['keycloak:sso/realms/shop/roles/support', 'Role'],
  ['keycloak:sso/realms/shop/users/ann', 'User'],
  ['keycloak:sso/realms/shop/groups/ops/night', 'Group'],
  ['keycloak:sso/realms/shop/sessions/abc', 'Session'],
  ['keycloak:sso/realms/shop/identity-providers/corp', 'External'],
  ['keycloak:sso/permissions/abc', 'Permission'],
  ['postgres:main/databases/shop/schemas/public', 'Resource'],
  ['file:leaks/a.env#L3', 'Secret'],
  ['leak:fp:abc', 'Credential'],
  ['owner:team/web', 'Owner'],
  ['app:shop', undefined],
  ['aws:nonsense', undefined],
])('tells what %s names', (key, kind) => {
  expect(kindOfKey(key)).toBe(kind);
});

it('knows whose keys have a grammar', () => {
  expect(hasGrammar('github@ghe.example:acme/shop')).toBe(true);
  expect(hasGrammar('app:shop')).toBe(false);
  expect(hasGrammar('constructor:x')).toBe(false);
});

it.each(['constructor:x', '__proto__:x', 'toString:a/b'])('knows no kind of %s, whose provider is none', (key) => {
  expect(kindOfKey(key)).toBeUndefined();
});
