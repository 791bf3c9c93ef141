import { z } from 'zod';
import { deedOf, type KeycloakStep, LIFESPAN } from '../../model/keycloak-actions.ts';
import { mapped } from './role-mappings.ts';
import { accountOf, type Server, type Thing } from './thing.ts';

/** A control as it was. Secrets are in it: it is sealed before it is stored. */
const before = z.strictObject({
  /** Keycloak's own id: a client that was made anew under the name is another. */
  id: z.string().optional(),
  enabled: z.boolean().optional(),
  notBefore: z.number().optional(),
  /** Attributes by name; null where there was none. */
  attributes: z.record(z.string(), z.string().nullable()).optional(),
  secret: z.string().optional(),
  roles: z.array(z.string()).optional(),
});
export type Before = z.infer<typeof before>;

export const parseBefore = (text: string): Before => (text === '' ? {} : before.parse(JSON.parse(text)));

const ROTATED = ['client.secret.rotated', 'client.secret.rotated.creation.time', 'client.secret.rotated.expiration.time'];
const OF_SECRET = ['client.secret.creation.time', 'client.secret.expiration.time', ...ROTATED];

/** Only the control that the step works on; empty where there is nothing to bring back and nothing to be told from. */
export async function readBefore(server: Server, step: KeycloakStep, thing: Thing): Promise<Before> {
  const control = await readControl(server, step, thing);
  return Object.keys(control).length === 0 ? {} : { id: thing.now.id, ...control };
}

async function readControl(server: Server, step: KeycloakStep, thing: Thing): Promise<Before> {
  const attributes = (names: readonly string[]): NonNullable<Before['attributes']> =>
    Object.fromEntries(names.map((name) => [name, (thing.kind === 'client' ? thing.now.attributes?.[name] : undefined) ?? null]));
  const deed = deedOf(step);
  switch (deed.does) {
    case 'disable':
      return { enabled: thing.now.enabled };
    case 'end-rotated':
      return { attributes: attributes(ROTATED) };
    case 'cut':
      return thing.kind === 'client' ? { notBefore: thing.now.notBefore ?? 0 } : {};
    case 'shorten':
      return { attributes: attributes([LIFESPAN]) };
    case 'unmap': {
      const account = await accountOf(server, thing);
      return account === undefined ? {} : { roles: await mapped(server, { account, realm: thing.realm, roles: deed.roles }) };
    }
    case 'rotate':
    case 'issue':
      return thing.kind === 'client' && thing.now.secret ? { secret: thing.now.secret, attributes: attributes(OF_SECRET) } : {};
    // For its probe: what it was, and how long its tokens live.
    case 'delete':
      return { attributes: attributes([LIFESPAN]) };
    default:
      return {};
  }
}
