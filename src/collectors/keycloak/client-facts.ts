import type { ClientRepresentation } from '../../apis/keycloak/representations.ts';
import { rotatesSecrets } from '../../apis/keycloak/representations.ts';
import type { EntityFact, Properties } from '../../model/entity.ts';
import { keycloakAll, keycloakApplication, keycloakProof } from '../../model/keys.ts';
import type { FactSheet } from './fact-sheet.ts';
import { clientKey, isBuiltIn, isConfidential, isoOf, type Realm, realmKey } from './realm.ts';

/** What an export puts in place of a secret. */
const MASKED = /^\*+$/;

/** Clients, what they prove themselves by, and the applications that their roles are rights to. */
export function clientFacts(realm: Realm, sheet: FactSheet): void {
  const all = keycloakAll(realmKey(realm), 'clients');
  const secrets = keycloakAll(realmKey(realm), 'client-secrets');
  sheet.entity({ key: all, kind: 'Scope', name: `clients of ${realm.document.realm}` });
  sheet.entity({ key: secrets, kind: 'Scope', name: `client secrets of ${realm.document.realm}` });
  sheet.tie(realmKey(realm), 'CONTAINS', all);
  for (const client of realm.document.clients ?? []) {
    const key = clientKey(realm, client.clientId);
    sheet.entity(clientEntity(realm, client));
    sheet.tie(all, 'CONTAINS', key);
    for (const proof of proofsOf(realm, client)) {
      sheet.entity(proof);
      sheet.tie(proof.key, 'AUTHENTICATES_AS', key);
      if (isShown(proof)) sheet.tie(secrets, 'CONTAINS', proof.key, { levels: ['control'] });
    }
    applicationFacts(realm, sheet, client);
  }
}

/** Only secrets can be read back; of a key pair the server has the public half. */
const isShown = ({ key }: EntityFact): boolean => /#(rotated-)?secret$/.test(key);

function clientEntity({ source, document, ...realm }: Realm, client: ClientRepresentation): EntityFact {
  const isOn = client.enabled && document.enabled !== false;
  return {
    key: clientKey({ source, document }, client.clientId),
    kind: 'ServiceAccount',
    name: client.name && !client.name.startsWith('${') ? client.name : client.clientId,
    provider: 'keycloak',
    state: isOn ? 'active' : 'inactive',
    properties: clientProperties({ source, document, ...realm }, client),
  };
}

function clientProperties({ document }: Realm, client: ClientRepresentation): Properties {
  const { attributes } = client;
  const lifespan = Number(attributes?.['access.token.lifespan'] ?? '');
  const redirects = client.redirectUris ?? [];
  return {
    realm: document.realm,
    clientId: client.clientId,
    serviceAccount: client.serviceAccountsEnabled,
    public: client.publicClient,
    bearerOnly: client.bearerOnly,
    builtIn: isBuiltIn(document.realm, client.clientId),
    codeFlow: client.standardFlowEnabled,
    implicitFlow: client.implicitFlowEnabled,
    directGrant: client.directAccessGrantsEnabled,
    fullScope: client.fullScopeAllowed,
    tokenExchange: attributes?.['standard.token.exchange.enabled'] === 'true',
    ...(attributes?.['pkce.code.challenge.method'] && { pkce: attributes['pkce.code.challenge.method'] }),
    ...(redirects.length > 0 && { redirects, wildcardRedirect: redirects.some(isWildcard) }),
    ...(lifespan > 0 || document.accessTokenLifespan !== undefined
      ? { accessTokenSeconds: lifespan > 0 ? lifespan : (document.accessTokenLifespan as number) }
      : {}),
  };
}

/** `*`, or a `*` before the path's own part: any page of the host, or any host. */
const isWildcard = (redirect: string): boolean => /^(?:[a-z][a-z0-9+.-]*:\/\/[^/]*)?\/?\*$|^[^/]*:\/\/[^/]*\*/i.test(redirect);

function proofsOf(realm: Realm, client: ClientRepresentation): EntityFact[] {
  if (!isConfidential(client)) return [];
  switch (client.clientAuthenticatorType ?? 'client-secret') {
    case 'client-secret':
    case 'client-secret-jwt':
      return secretsOf(realm, client);
    case 'client-jwt':
      return [
        proof(realm, client, {
          type: 'signed-jwt',
          name: `signing key of ${client.clientId}`,
          properties: jwtProperties(client),
        }),
      ];
    case 'client-x509': {
      const subject = client.attributes?.['x509.subjectdn'];
      return [
        proof(realm, client, { type: 'x509', name: `certificate of ${client.clientId}`, properties: subject ? { subject } : {} }),
      ];
    }
    default:
      return [];
  }
}

function secretsOf(realm: Realm, client: ClientRepresentation): EntityFact[] {
  const time = (name: string): string | undefined => timeIn(client, name);
  const current = proof(realm, client, {
    type: 'secret',
    name: `secret of ${client.clientId}`,
    value: client.secret,
    expiresAt: time('client.secret.expiration.time'),
    properties: {
      ...(time('client.secret.creation.time') && { createdAt: time('client.secret.creation.time') as string }),
      // Whether the old secret goes on working for a while when a new one is made.
      rotates: rotatesSecrets(realm.document),
    },
  });
  const rotated = client.attributes?.['client.secret.rotated'];
  if (!rotated) return [current];
  return [
    current,
    proof(realm, client, {
      type: 'rotated-secret',
      name: `former secret of ${client.clientId}`,
      value: rotated,
      expiresAt: time('client.secret.rotated.expiration.time'),
      properties: {},
    }),
  ];
}

/** Attributes keep times as seconds in text; 0 is none. */
function timeIn({ attributes }: ClientRepresentation, name: string): string | undefined {
  const seconds = Number(attributes?.[name] ?? '');
  return seconds > 0 ? isoOf(seconds * 1000) : undefined;
}

interface Proof {
  readonly type: 'secret' | 'rotated-secret' | 'signed-jwt' | 'x509';
  readonly name: string;
  readonly value?: string | null | undefined;
  readonly expiresAt?: string | undefined;
  readonly properties: Properties;
}

function proof(realm: Realm, client: ClientRepresentation, { type, name, value, expiresAt, properties }: Proof): EntityFact {
  const isOn = client.enabled && realm.document.enabled !== false;
  const isOver = expiresAt !== undefined && expiresAt <= realm.now.toISOString();
  const fingerprint = fingerprintOf(realm, value);
  return {
    key: keycloakProof(clientKey(realm, client.clientId), type),
    kind: 'Credential',
    name,
    provider: 'keycloak',
    state: !isOn ? 'inactive' : isOver ? 'expired' : 'active',
    ...(expiresAt !== undefined && { expiresAt }),
    properties: { ...properties, ...(fingerprint !== undefined && { fingerprint }) },
  };
}

function fingerprintOf({ fingerprint }: Realm, value: string | null | undefined): string | undefined {
  if (!value || MASKED.test(value)) return undefined;
  return value.startsWith('fp:') ? value : fingerprint(value);
}

function jwtProperties({ attributes }: ClientRepresentation): Properties {
  const url = attributes?.['use.jwks.url'] === 'true' ? attributes['jwks.url'] : undefined;
  return url ? { keysAt: url } : {};
}

/** What a role lets its holder do is decided in the application, so every way in is only possible. */
function applicationFacts(realm: Realm, sheet: FactSheet, { clientId, name }: ClientRepresentation): void {
  const roles = realm.document.roles?.client?.[clientId] ?? [];
  if (roles.length === 0 || isBuiltIn(realm.document.realm, clientId)) return;
  const key = keycloakApplication(clientKey(realm, clientId));
  sheet.entity({ key, kind: 'Resource', name: name && !name.startsWith('${') ? name : clientId });
  sheet.tie(keycloakAll(realmKey(realm), 'clients'), 'CONTAINS', key, {
    certainty: 'possible',
    reason: 'whoever manages the client decides whose tokens the application gets',
  });
}
