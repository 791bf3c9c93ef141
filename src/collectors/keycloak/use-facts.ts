import type { EventRepresentation } from '../../apis/keycloak/representations.ts';
import { keycloakProof, origin } from '../../model/keys.ts';
import type { FactSheet } from './fact-sheet.ts';
import { clientKey, isoOf, type Realm } from './realm.ts';

/** How an event says that the client proved itself, and by what. */
const PROOFS: Readonly<Record<string, 'secret' | 'signed-jwt' | 'x509'>> = {
  'client-secret': 'secret',
  'client-secret-jwt': 'secret',
  'client-jwt': 'signed-jwt',
  'client-x509': 'x509',
};

interface Use {
  uses: number;
  first: number;
  last: number;
}

/** Places from which clients proved themselves, by the realm's login events. The time of the newest, if there are any. */
export function useFacts(realm: Realm, sheet: FactSheet): number | undefined {
  const found = new Map<string, Use & { readonly from: string; readonly credential: string }>();
  for (const event of realm.document.events ?? []) {
    const credential = credentialOf(realm, event);
    if (credential === undefined || !event.ipAddress) continue;
    const from = origin(event.ipAddress, 'keycloak-client');
    const known = found.get(`${from} ${credential}`) ?? { from, credential, uses: 0, first: event.time, last: event.time };
    found.set(`${from} ${credential}`, {
      ...known,
      uses: known.uses + 1,
      first: Math.min(known.first, event.time),
      last: Math.max(known.last, event.time),
    });
  }
  for (const { from, credential, uses, first, last } of found.values()) {
    sheet.entity({ key: from, kind: 'Origin', name: from.slice('origin:'.length) });
    sheet.tie(from, 'USES', credential, { basis: 'observed', uses, firstSeen: isoOf(first), lastUsed: isoOf(last) });
  }
  const times = (realm.document.events ?? []).map(({ time }) => time);
  return times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b));
}

function credentialOf(realm: Realm, { clientId, error, details }: EventRepresentation): string | undefined {
  const proof = PROOFS[details?.['client_auth_method'] ?? ''];
  return proof === undefined || error || !clientId ? undefined : keycloakProof(clientKey(realm, clientId), proof);
}
