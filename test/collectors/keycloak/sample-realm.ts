/**
 * A realm as `kc.sh export` writes it:
 *
 *     deployer ──service account──► realm-admin          reader ──► view-clients         web: public, any redirect
 *     alice ──► /ops ──► orders#roles/writer             alice ◄── corp: u-9             billing: signed JWT
 */
export interface SampleSecrets {
  readonly deployer: string;
  readonly former: string;
}

const role = (name: string, composites?: object) => ({
  id: `role-${name}`,
  name,
  composite: composites !== undefined,
  ...(composites && { composites }),
});

export const sampleRealm = ({ deployer, former }: SampleSecrets) => ({
  id: 'cc492370-65a4-43ec-8ce9-606422916031',
  realm: 'shop',
  enabled: true,
  accessTokenLifespan: 300,
  ssoSessionIdleTimeout: 1800,
  ssoSessionMaxLifespan: 36_000,
  offlineSessionIdleTimeout: 2_592_000,
  issuer: 'https://sso.example.com/realms/shop',
  smtpServer: { password: 'not-read' },
  clientProfiles: { profiles: [{ name: 'rotating', executors: [{ executor: 'secret-rotation', configuration: {} }] }] },
  clientPolicies: { policies: [{ name: 'all', enabled: true, profiles: ['rotating'] }] },
  clients: [
    {
      id: '1',
      clientId: 'deployer',
      secret: deployer,
      serviceAccountsEnabled: true,
      publicClient: false,
      clientAuthenticatorType: 'client-secret',
      attributes: {
        'client.secret.creation.time': '1767225600',
        'client.secret.rotated': former,
        'client.secret.rotated.expiration.time': '1767312000',
        'saml.signing.private.key': 'not-read',
      },
    },
    { id: '2', clientId: 'reader', secret: '**********', serviceAccountsEnabled: true, fullScopeAllowed: false },
    {
      id: '3',
      clientId: 'web',
      publicClient: true,
      implicitFlowEnabled: true,
      directAccessGrantsEnabled: true,
      redirectUris: ['https://shop.example.com/*', '*'],
    },
    {
      id: '4',
      clientId: 'billing',
      clientAuthenticatorType: 'client-jwt',
      attributes: { 'use.jwks.url': 'true', 'jwks.url': 'https://billing.example.com/keys' },
    },
    {
      id: '5',
      clientId: 'old',
      enabled: false,
      clientAuthenticatorType: 'client-x509',
      attributes: { 'x509.subjectdn': 'CN=old' },
    },
    { id: '6', clientId: 'orders', bearerOnly: true, redirectUris: [] },
    { id: '7', clientId: 'https://app.example.com/#a', protocol: 'saml' },
    { id: '8', clientId: 'realm-management', bearerOnly: true },
  ],
  roles: {
    realm: [role('default-roles-shop', { realm: ['support'] }), role('support')],
    client: {
      orders: [role('writer')],
      'realm-management': [
        role('realm-admin', {
          client: {
            'realm-management': ['manage-realm', 'manage-users', 'manage-clients', 'impersonation', 'manage-identity-providers'],
          },
        }),
        role('manage-realm'),
        role('manage-users'),
        role('manage-clients'),
        role('impersonation'),
        role('manage-identity-providers'),
        role('view-clients', { client: { 'realm-management': ['query-clients'] } }),
        role('query-clients'),
      ],
    },
  },
  groups: [
    { name: 'ops', path: '/ops', clientRoles: { orders: ['writer'] }, subGroups: [{ name: 'night', path: '/ops/night' }] },
  ],
  users: [
    {
      id: 'a1',
      username: 'alice',
      enabled: true,
      realmRoles: ['default-roles-shop'],
      groups: ['/ops/night'],
      federatedIdentities: [{ identityProvider: 'corp', userId: 'u-9' }],
    },
    { id: 'b1', username: 'bob', enabled: false, federatedIdentities: [{ identityProvider: 'hub', userId: '77' }] },
    {
      id: 's1',
      username: 'service-account-deployer',
      serviceAccountClientId: 'deployer',
      clientRoles: { 'realm-management': ['realm-admin'] },
    },
    {
      id: 's2',
      username: 'service-account-reader',
      serviceAccountClientId: 'reader',
      clientRoles: { 'realm-management': ['view-clients'] },
    },
  ],
  identityProviders: [
    {
      alias: 'corp',
      providerId: 'oidc',
      enabled: true,
      trustEmail: true,
      config: { issuer: 'https://login.corp.example', clientSecret: 'not-read' },
    },
    { alias: 'hub', providerId: 'github', enabled: false },
  ],
});

/** What the admin API answers of one session, and of one login of a client. */
export const sampleSessions = [
  {
    id: 'sess-1',
    username: 'alice',
    userId: 'a1',
    ipAddress: '198.51.100.7',
    start: 1_768_470_000_000,
    lastAccess: 1_768_476_000_000,
    rememberMe: false,
    clients: { '3': 'web' },
  },
  {
    id: 'sess-2',
    username: 'alice',
    userId: 'a1',
    ipAddress: '198.51.100.7',
    start: 1_767_000_000_000,
    lastAccess: 1_767_000_000_000,
    rememberMe: false,
    clients: { '3': 'web' },
    offline: true,
  },
];
export const sampleEvents = [1, 2].map((n) => ({
  id: `e${n}`,
  time: 1_768_470_000_000 + n,
  type: 'CLIENT_LOGIN',
  realmId: 'cc492370-65a4-43ec-8ce9-606422916031',
  clientId: 'deployer',
  ipAddress: '203.0.113.9',
  details: { client_auth_method: 'client-secret' },
}));
