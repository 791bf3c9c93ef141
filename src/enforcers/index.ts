/** Enforcer types, loaded when first used. A new system is a file and a line here. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { awsConnection } from '../apis/aws/settings.ts';
import { githubLogin, hasOneLogin, hasWholeApp, ONE_LOGIN as ONE_GITHUB_LOGIN, WHOLE_APP } from '../apis/github/settings.ts';
import { keycloakConnection, ONE_LOGIN as ONE_KEYCLOAK_LOGIN } from '../apis/keycloak/settings.ts';
import { rabbitmqApi } from '../apis/rabbitmq/settings.ts';
import { NODES_ONCE, nodeUrls, redisNodes, saysNodesOnce, tlsFiles } from '../apis/redis/settings.ts';
import { ONE_LOGIN, saysOneLogin, vaultConnection } from '../apis/vault/settings.ts';
import { UsageError } from '../model/errors.ts';
import type { Fingerprinter } from '../model/fingerprint.ts';
import { isOauthStep } from '../model/oauth-actions.ts';
import type { Action } from '../model/plan.ts';
import type { Enforcer } from '../ports/enforcer.ts';

/** What is no setting. */
export interface EnforcerSurroundings {
  /** The variables that programs which an enforcer starts are given. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Tells which of a thing's secrets a key means, without knowing it. */
  readonly fingerprint: Fingerprinter;
}

/** `settings`: what is configured under `enforcers.<name>`, with the name. Throws a UsageError that names the field. */
export type OpenEnforcer = (
  settings: { readonly name: string; readonly [setting: string]: unknown },
  surroundings: EnforcerSurroundings,
) => Promise<Enforcer>;

const base = { name: z.string(), type: z.string().optional(), source: z.string().optional() };
const postgresSettings = z.strictObject({ ...base, source: z.string(), url: z.string() });
const githubSettings = z
  .strictObject({
    ...base,
    source: z.string(),
    ...githubLogin.shape,
    tokens: z.string().min(1).optional(),
    oauthApp: z.strictObject({ clientId: z.string().min(1), clientSecret: z.string().min(1) }).optional(),
  })
  .refine(hasWholeApp, WHOLE_APP)
  .refine(hasOneLogin, ONE_GITHUB_LOGIN);
const kubernetesSettings = z.strictObject({
  ...base,
  source: z.string(),
  kubeconfig: z.string().min(1).optional(),
  context: z.string().min(1).optional(),
  inCluster: z.literal(true).optional(),
});
const keycloakSettings = z.strictObject({ ...base, source: z.string(), ...keycloakConnection }).refine(...ONE_KEYCLOAK_LOGIN);
const vaultSettings = z.strictObject({ ...base, source: z.string(), ...vaultConnection.shape }).refine(saysOneLogin, ONE_LOGIN);
const rabbitmqSettings = z.strictObject({ ...base, source: z.string(), ...rabbitmqApi.shape });
const redisSettings = z.strictObject({ ...base, source: z.string(), ...redisNodes.shape }).refine(saysNodesOnce, NODES_ONCE);
const awsSettings = z.strictObject({ ...base, source: z.string(), ...awsConnection.shape });
const oauthSettings = z.strictObject({
  ...base,
  source: z.string(),
  issuer: z.url(),
  revocationEndpoint: z.url().optional(),
  introspectionEndpoint: z.url().optional(),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  tokens: z.string().min(1).optional(),
});
const bytesOf = (base64: string): number => Buffer.from(base64.replace(/^whsec_/, ''), 'base64').length;
const webhookSettings = z.strictObject({
  ...base,
  source: z.string(),
  url: z.url(),
  secret: z.string().refine((text) => bytesOf(text) >= 24, 'needs 24 bytes or more in base64: `openssl rand -base64 32`'),
  publicKey: z
    .string()
    .refine((text) => bytesOf(text) === 32, 'is no X25519 key: 32 bytes in base64')
    .optional(),
  timeoutSeconds: z.number().positive().optional(),
  caFile: z.string().min(1).optional(),
});
const plainSettings = z.strictObject(base);

function read<T>(schema: z.ZodType<T>, settings: { readonly name: string }): T {
  const parsed = schema.safeParse(settings);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UsageError(`enforcers.${settings.name}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`);
}

export const enforcers = {
  aws: async (settings) => {
    const { type: _, source: __, ...options } = read(awsSettings, settings);
    return (await import('./aws.ts')).createAwsEnforcer(options);
  },
  'dry-run': async (settings) => (await import('./dry-run.ts')).createDryRunEnforcer(read(plainSettings, settings)),
  github: async (settings) => (await import('./github.ts')).createGithubEnforcer(read(githubSettings, settings)),
  keycloak: async (settings) => {
    const { name, source, type: _, ...connection } = read(keycloakSettings, settings);
    const { createKeycloakEnforcer } = await import('./keycloak.ts');
    return createKeycloakEnforcer({ name, source, connection, random: randomBytes });
  },
  kubernetes: async (settings, surroundings) =>
    (await import('./kubernetes.ts')).createKubernetesEnforcer({ ...read(kubernetesSettings, settings), ...surroundings }),
  manual: async (settings) => (await import('./manual.ts')).createManualEnforcer(read(plainSettings, settings)),
  oauth: async (settings, { fingerprint }) => {
    const { type: _, source: __, ...options } = read(oauthSettings, settings);
    return (await import('./oauth.ts')).createOauthEnforcer({ ...options, fingerprint });
  },
  postgres: async (settings) => {
    const { name, source, url } = read(postgresSettings, settings);
    return (await import('./postgres.ts')).createPostgresEnforcer({ name, source, url, random: randomBytes });
  },
  rabbitmq: async (settings) => {
    const { name, source, type: _, ...api } = read(rabbitmqSettings, settings);
    return (await import('./rabbitmq.ts')).createRabbitmqEnforcer({ name, source, api, random: randomBytes });
  },
  redis: async (settings, { fingerprint }) => {
    const { name, source, ...nodes } = read(redisSettings, settings);
    const { createRedisEnforcer } = await import('./redis.ts');
    return createRedisEnforcer({ name, source, urls: nodeUrls(nodes), tls: tlsFiles(nodes), fingerprint, random: randomBytes });
  },
  vault: async (settings) => {
    const { name, source, type: _, ...connection } = read(vaultSettings, settings);
    return (await import('./vault.ts')).createVaultEnforcer({ name, source, connection });
  },
  webhook: async (settings) => {
    const { type: _, source: __, timeoutSeconds, caFile, ...options } = read(webhookSettings, settings);
    const { createWebhookEnforcer } = await import('./webhook.ts');
    const timeoutMs = timeoutSeconds === undefined ? undefined : timeoutSeconds * 1000;
    return createWebhookEnforcer({
      ...options,
      timeoutMs,
      ca: caFile === undefined ? undefined : await readFile(caFile, 'utf8'),
    });
  },
} as const satisfies Readonly<Record<string, OpenEnforcer>>;

/** What only a person knows is over, and what would be made where no hand-over reaches. */
const NOT_HANDED_ON: readonly Action[] = ['notify', 'issue', 'confirm', 'soak'];

/**
 * Types that act on things of any system, and which steps they take where the thing's own system has no enforcer: they are configured for
 * the source that knows the thing.
 */
export const standIns: Readonly<Record<string, (key: string, action: Action) => boolean>> = {
  oauth: isOauthStep,
  webhook: (_, action) => !NOT_HANDED_ON.includes(action),
};
