/** A realm as facts, scope by scope: what is absent from the document is not said, so that nothing of it is swept. */
import { keycloakServer } from '../../model/keys.ts';
import type { Collected } from '../../ports/collector.ts';
import { clientFacts } from './client-facts.ts';
import { FactSheet } from './fact-sheet.ts';
import { powerFacts } from './power-facts.ts';
import { providerFacts } from './provider-facts.ts';
import { isoOf, type Realm, realmKey } from './realm.ts';
import { roleFacts } from './role-facts.ts';
import { sessionFacts } from './session-facts.ts';
import { useFacts } from './use-facts.ts';
import { userFacts } from './user-facts.ts';

/** What of a realm is collected, and swept, as a whole. `admin-permissions` holds no facts: it says that some could not be read. */
export const PARTS = [
  'realm',
  'clients',
  'roles',
  'users',
  'identity-providers',
  'sessions',
  'events',
  'admin-permissions',
] as const;
export type Part = (typeof PARTS)[number];

export const scopeOf = (realm: string, part: Part): string => `${realm}/${part}`;

/** Parts that the document holds. */
export function partsOf({ clients, roles, groups, users, identityProviders, sessions, events }: Realm['document']): Part[] {
  return [
    'realm',
    ...(clients ? (['clients'] as const) : []),
    ...(roles || groups ? (['roles'] as const) : []),
    ...(users ? (['users'] as const) : []),
    ...(identityProviders ? (['identity-providers'] as const) : []),
    ...(sessions ? (['sessions'] as const) : []),
    ...(events ? (['events'] as const) : []),
  ];
}

export function* realmFacts(realm: Realm): Generator<Collected> {
  for (const part of partsOf(realm.document)) {
    const sheet = new FactSheet();
    const newest = write(part, realm, sheet);
    yield { type: 'facts', scope: scopeOf(realm.document.realm, part), ...sheet.facts() };
    if (newest !== undefined) yield { type: 'newest-event', at: isoOf(newest) };
  }
}

function write(part: Part, realm: Realm, sheet: FactSheet): number | undefined {
  switch (part) {
    case 'realm':
      ownFacts(realm, sheet);
      return undefined;
    case 'clients':
      clientFacts(realm, sheet);
      return undefined;
    case 'roles':
      roleFacts(realm, sheet);
      powerFacts(realm, sheet);
      return undefined;
    case 'users':
      userFacts(realm, sheet);
      return undefined;
    case 'identity-providers':
      providerFacts(realm, sheet);
      return undefined;
    case 'sessions':
      sessionFacts(realm, sheet);
      return undefined;
    case 'events':
      return useFacts(realm, sheet);
    case 'admin-permissions':
      return undefined;
  }
}

function ownFacts(realm: Realm, sheet: FactSheet): void {
  const { document, source } = realm;
  sheet.entity({ key: keycloakServer(source), kind: 'Scope', name: source, state: 'active' });
  sheet.entity({
    key: realmKey(realm),
    kind: 'Scope',
    name: document.realm,
    state: document.enabled === false ? 'inactive' : 'active',
    properties: {
      ...(document.issuer !== undefined && { issuer: document.issuer }),
      ...(document.accessTokenLifespan !== undefined && { accessTokenSeconds: document.accessTokenLifespan }),
      ...(document.ssoSessionMaxLifespan !== undefined && { sessionSeconds: document.ssoSessionMaxLifespan }),
      ...(document.eventsEnabled !== undefined && { keepsEvents: document.eventsEnabled }),
    },
  });
  sheet.tie(keycloakServer(source), 'CONTAINS', realmKey(realm));
}
