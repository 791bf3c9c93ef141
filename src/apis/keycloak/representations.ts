/**
 * Keycloak's own words for what it keeps, as far as they are read here: the same in a realm export and in answers of the admin API.
 * https://www.keycloak.org/docs-api/latest/rest-api/index.html
 */
import { z } from 'zod';

/** The answer as the schema has it. Throws an Error that names the place and the field: what else it means cannot be told then. */
export function told<T>(schema: z.ZodType<T>, answer: unknown, place: string): T {
  const found = schema.safeParse(answer);
  if (found.success) return found.data;
  const [issue] = found.error.issues;
  throw new Error(
    `${place}: not an answer of Keycloak: ${issue?.path.map(String).join('.') || 'the whole'}: ${issue?.message ?? ''}`,
  );
}

const names = z.array(z.string()).optional();
const namesByClient = z.record(z.string(), z.array(z.string())).optional();
const attributes = z.record(z.string(), z.string().nullable()).nullish();
const seconds = z.number().optional();

export const clientRepresentation = z.object({
  id: z.string().optional(),
  clientId: z.string().min(1),
  name: z.string().nullish(),
  enabled: z.boolean().default(true),
  bearerOnly: z.boolean().default(false),
  publicClient: z.boolean().default(false),
  serviceAccountsEnabled: z.boolean().default(false),
  standardFlowEnabled: z.boolean().default(true),
  implicitFlowEnabled: z.boolean().default(false),
  directAccessGrantsEnabled: z.boolean().default(false),
  fullScopeAllowed: z.boolean().default(true),
  clientAuthenticatorType: z.string().optional(),
  /** The value, our fingerprint of it (`fp:…`) in saved answers, or `**********` in exports. */
  secret: z.string().nullish(),
  redirectUris: names,
  notBefore: seconds,
  protocol: z.string().nullish(),
  attributes,
});
export type ClientRepresentation = z.infer<typeof clientRepresentation>;

export const roleRepresentation = z.object({
  id: z.string().optional(),
  name: z.string().min(1),
  composite: z.boolean().default(false),
  clientRole: z.boolean().optional(),
  containerId: z.string().optional(),
  composites: z.object({ realm: names, client: namesByClient }).nullish(),
});
export type RoleRepresentation = z.infer<typeof roleRepresentation>;

export interface GroupRepresentation {
  readonly id?: string | undefined;
  readonly name: string;
  readonly path?: string | undefined;
  readonly subGroupCount?: number | undefined;
  readonly realmRoles?: readonly string[] | undefined;
  readonly clientRoles?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly subGroups?: readonly GroupRepresentation[] | undefined;
}
export const groupRepresentation: z.ZodType<GroupRepresentation> = z.object({
  id: z.string().optional(),
  name: z.string().min(1),
  path: z.string().optional(),
  subGroupCount: z.number().optional(),
  realmRoles: names,
  clientRoles: namesByClient,
  get subGroups() {
    return z.array(groupRepresentation).optional();
  },
});

const federatedIdentity = z.object({ identityProvider: z.string(), userId: z.string(), userName: z.string().nullish() });

export const userRepresentation = z.object({
  id: z.string().optional(),
  username: z.string().min(1),
  enabled: z.boolean().default(true),
  /** Milliseconds. */
  createdTimestamp: z.number().nullish(),
  /** The user is the service account of this client. */
  serviceAccountClientId: z.string().nullish(),
  /** The user comes from this federation (LDAP). */
  federationLink: z.string().nullish(),
  notBefore: seconds,
  realmRoles: names,
  clientRoles: namesByClient,
  /** Paths. */
  groups: names,
  federatedIdentities: z.array(federatedIdentity).optional(),
});
export type UserRepresentation = z.infer<typeof userRepresentation>;

export const identityProviderRepresentation = z.object({
  alias: z.string().min(1),
  providerId: z.string(),
  enabled: z.boolean().default(true),
  trustEmail: z.boolean().default(false),
  storeToken: z.boolean().default(false),
  linkOnly: z.boolean().default(false),
  config: z.record(z.string(), z.string().nullable()).nullish(),
});
export type IdentityProviderRepresentation = z.infer<typeof identityProviderRepresentation>;

export const sessionRepresentation = z.object({
  id: z.string().min(1),
  username: z.string().optional(),
  userId: z.string(),
  ipAddress: z.string().nullish(),
  /** Milliseconds. */
  start: z.number(),
  lastAccess: z.number(),
  rememberMe: z.boolean().default(false),
  /** Client ids by what Keycloak calls them inside. */
  clients: z.record(z.string(), z.string()).default({}),
  /** Ours, in saved answers: the session outlives the login. */
  offline: z.boolean().optional(),
});
export type SessionRepresentation = z.infer<typeof sessionRepresentation>;

export const eventRepresentation = z.object({
  /** Milliseconds. */
  time: z.number(),
  type: z.string(),
  clientId: z.string().nullish(),
  userId: z.string().nullish(),
  ipAddress: z.string().nullish(),
  error: z.string().nullish(),
  details: z.record(z.string(), z.string()).nullish(),
});
export type EventRepresentation = z.infer<typeof eventRepresentation>;

const clientPolicies = z.object({
  policies: z.array(z.object({ enabled: z.boolean().optional(), profiles: names })).optional(),
});
const clientProfiles = z.object({
  profiles: z.array(z.object({ name: z.string(), executors: z.array(z.object({ executor: z.string() })).optional() })).optional(),
});

/** A realm by itself; `clients`, `users` and the rest are there in an export. */
export const realmRepresentation = z.object({
  id: z.string().optional(),
  realm: z.string().min(1),
  enabled: z.boolean().optional(),
  notBefore: seconds,
  accessTokenLifespan: seconds,
  accessTokenLifespanForImplicitFlow: seconds,
  ssoSessionIdleTimeout: seconds,
  ssoSessionMaxLifespan: seconds,
  ssoSessionIdleTimeoutRememberMe: seconds,
  ssoSessionMaxLifespanRememberMe: seconds,
  offlineSessionIdleTimeout: seconds,
  offlineSessionMaxLifespanEnabled: z.boolean().optional(),
  offlineSessionMaxLifespan: seconds,
  eventsEnabled: z.boolean().optional(),
  adminPermissionsEnabled: z.boolean().optional(),
  defaultRole: z.object({ name: z.string() }).optional(),
  attributes,
  clientPolicies: clientPolicies.optional(),
  clientProfiles: clientProfiles.optional(),
});
export type RealmRepresentation = z.infer<typeof realmRepresentation>;

/** A realm with what it holds. A part that is absent was not exported, or not answered. */
export const realmExport = realmRepresentation.extend({
  /** Of tokens, when it is known. Ours. */
  issuer: z.string().optional(),
  clients: z.array(clientRepresentation).optional(),
  roles: z
    .object({
      realm: z.array(roleRepresentation).optional(),
      client: z.record(z.string(), z.array(roleRepresentation)).optional(),
    })
    .optional(),
  groups: z.array(groupRepresentation).optional(),
  users: z.array(userRepresentation).optional(),
  identityProviders: z.array(identityProviderRepresentation).optional(),
  /** Ours, in saved answers. */
  sessions: z.array(sessionRepresentation).optional(),
  /** Ours, in saved answers. */
  events: z.array(eventRepresentation).optional(),
});
export type RealmExport = z.infer<typeof realmExport>;

/** Whether a client policy that is switched on keeps the old secret for a while when a client's secret is made anew. */
export function rotatesSecrets({
  clientPolicies: { policies = [] } = {},
  clientProfiles: { profiles = [] } = {},
}: Pick<RealmRepresentation, 'clientPolicies' | 'clientProfiles'>): boolean {
  const rotating = profiles.filter(({ executors = [] }) => executors.some(({ executor }) => executor === 'secret-rotation'));
  const applied = new Set(policies.filter(({ enabled }) => enabled !== false).flatMap(({ profiles: used = [] }) => used));
  return rotating.some(({ name }) => applied.has(name));
}
