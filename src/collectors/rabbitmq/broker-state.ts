/** What is known of a broker, without a secret: the form in which `--save` keeps it, and to which `/api/definitions` is brought. */
import { z } from 'zod';
import { permission, topicPermission, userDefinition } from '../../apis/rabbitmq/management.ts';
import { isHashOf } from '../../apis/rabbitmq/password-hash.ts';
import type { Fingerprint, Fingerprinter } from '../../model/fingerprint.ts';

const fingerprintText = z.templateLiteral(['fp:', z.string()]);

const savedUser = userDefinition.omit({ password_hash: true }).extend({
  /** Of the salted hash: equal where a definition was copied. Absent: no password. */
  hashFingerprint: fingerprintText.optional(),
  /** The password is `guest`, as every broker is delivered. */
  isDelivered: z.boolean().optional(),
});
export type BrokerUser = z.infer<typeof savedUser>;

/** A login that an address of a shovel or a federation upstream holds. */
const heldLogin = z.object({
  user: z.string(),
  /** `host:port`, as far as the address says. */
  at: z.string(),
  fingerprint: fingerprintText,
  /** It is the password of this user of the broker itself. */
  isOwn: z.boolean().optional(),
});
export type HeldLogin = z.infer<typeof heldLogin>;

const savedParameter = z.object({ vhost: z.string(), component: z.string(), name: z.string(), logins: z.array(heldLogin) });
export type BrokerParameter = z.infer<typeof savedParameter>;

const thing = z.object({ name: z.string(), vhost: z.string() });
const exchange = thing.extend({ type: z.string().default('direct'), internal: z.boolean().optional() });
const binding = z.object({
  source: z.string(),
  vhost: z.string(),
  destination: z.string(),
  destination_type: z.enum(['queue', 'exchange']),
  routing_key: z.string().default(''),
});
export type Binding = z.infer<typeof binding>;

const common = {
  vhosts: z.array(z.object({ name: z.string() })).default([]),
  permissions: z.array(permission).default([]),
  topic_permissions: z.array(topicPermission).default([]),
  queues: z.array(thing).default([]),
  exchanges: z.array(exchange).default([]),
  bindings: z.array(binding).default([]),
};

/** As `GET /api/definitions` answers. Holds secrets. */
export const definitions = z.object({
  ...common,
  users: z.array(userDefinition).default([]),
  parameters: z.array(z.object({ vhost: z.string(), component: z.string(), name: z.string(), value: z.unknown() })).default([]),
});
export type Definitions = z.infer<typeof definitions>;

export const brokerState = z.object({
  /** Of a text that never changes: another one means another fingerprint key. */
  fingerprintCheck: fingerprintText,
  ...common,
  users: z.array(savedUser),
  parameters: z.array(savedParameter),
});
export type BrokerState = z.infer<typeof brokerState>;

export const checkOf = (fingerprint: Fingerprinter): Fingerprint => fingerprint('interlock: check of saved RabbitMQ definitions');

/** Hashes and addresses with logins become fingerprints at once. */
export function withoutSecrets(raw: Definitions, fingerprint: Fingerprinter): BrokerState {
  const { users, parameters, ...rest } = raw;
  return {
    ...rest,
    fingerprintCheck: checkOf(fingerprint),
    users: users.map(({ password_hash, ...user }) => ({
      ...user,
      ...(password_hash !== '' && { hashFingerprint: fingerprint(password_hash) }),
      ...(isHashOf(password_hash, 'guest', user.hashing_algorithm) && { isDelivered: true }),
    })),
    parameters: parameters.map(({ vhost, component, name, value }) => ({
      vhost,
      component,
      name,
      logins: loginsIn(value).map(({ user, at, password }) => ({
        user,
        at,
        fingerprint: fingerprint(password),
        ...(isOwnLogin(users, { user, password }) && { isOwn: true }),
      })),
    })),
  };
}

interface Login {
  readonly user: string;
  readonly password: string;
  readonly at: string;
}

const isOwnLogin = (users: Definitions['users'], { user, password }: Pick<Login, 'user' | 'password'>): boolean =>
  users.some((one) => one.name === user && isHashOf(one.password_hash, password, one.hashing_algorithm));

/** `uri` of an upstream, `src-uri` and `dest-uri` of a shovel: an address or a list of them. */
function loginsIn(value: unknown): Login[] {
  if (typeof value !== 'object' || value === null) return [];
  const addresses = Object.entries(value).flatMap(([name, text]) => (/(?:^|-)uri$/.test(name) ? [text as unknown].flat() : []));
  const found = addresses.flatMap((text) => (typeof text === 'string' ? (loginIn(text) ?? []) : []));
  return found.filter((one, at) => found.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) === at);
}

/** `amqp[s]://user:password@host:port/vhost?…`. Without a host a login has no meaning, and `encrypted:…` is none that can be read. */
function loginIn(address: string): Login | undefined {
  if (!URL.canParse(address)) return undefined;
  const { username, password, host } = new URL(address);
  if (password === '') return undefined;
  return { user: decoded(username), password: decoded(password), at: host };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
