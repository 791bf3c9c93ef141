import { keycloakProvider } from '../../model/keys.ts';
import type { FactSheet } from './fact-sheet.ts';
import { type Realm, realmKey } from './realm.ts';

/** Identity providers: whom the realm believes who somebody is. */
export function providerFacts(realm: Realm, sheet: FactSheet): void {
  for (const { alias, providerId, enabled, trustEmail, storeToken, linkOnly, config } of realm.document.identityProviders ?? []) {
    const key = keycloakProvider(realm.source, realm.document.realm, alias);
    sheet.entity({
      key,
      kind: 'External',
      name: alias,
      state: enabled ? 'active' : 'inactive',
      properties: { type: providerId, trustEmail, storeToken, linkOnly, ...(config?.['issuer'] && { issuer: config['issuer'] }) },
    });
    sheet.tie(realmKey(realm), 'CONTAINS', key);
  }
}
