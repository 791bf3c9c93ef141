import { type KeycloakAdmin, path } from '../../apis/keycloak/admin.ts';
import type { Checked } from '../../ports/checked.ts';

const MOST_REALMS = 20;

interface Seen {
  readonly access?: Readonly<Record<string, boolean>>;
}

/** What steps on clients and users would be refused for, told by what Keycloak says of the first of each realm; only reads. */
export async function* checkServer(admin: KeycloakAdmin, signal: AbortSignal): AsyncGenerator<Checked> {
  await admin.logIn(signal);
  const realms = ((await admin.get('?briefRepresentation=true', signal)) as { readonly realm: string }[]).map(
    ({ realm }) => realm,
  );
  for (const realm of realms.slice(0, MOST_REALMS)) {
    for (const [plural, role] of [
      ['clients', 'manage-clients'],
      ['users', 'manage-users'],
    ] as const) {
      const { status, body } = await admin.call({ path: `${path`/${realm}`}/${plural}?first=0&max=1`, signal });
      const first = status === 200 ? (body as Seen[])[0] : undefined;
      if (status !== 200 || first?.access?.['manage'] === false || (plural === 'clients' && first === undefined))
        yield {
          type: 'missing',
          text: `${admin.who} may not change the ${plural} of realm ${realm}: give it the role ${role} of realm-management (in the master realm: of ${realm}-realm)`,
        };
    }
  }
  yield { type: 'works', text: `keycloak ${admin.place} as ${admin.who}` };
}
