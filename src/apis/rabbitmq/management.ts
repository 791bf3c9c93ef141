/** The management API: who we are there, its answers with their shape, its refusals in words. Errors say no body and no login. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { messageOf, RefusedError } from '../../model/errors.ts';
import { JsonHttp } from '../http/json-http.ts';
import type { RabbitmqApiSettings } from './settings.ts';

export interface Management extends AsyncDisposable {
  /** `host:port`. */
  readonly place: string;
  readonly user: string;
  /** Undefined for 404. */
  find<T>(path: string, shape: z.ZodType<T>): Promise<T | undefined>;
  read<T>(path: string, shape: z.ZodType<T>): Promise<T>;
  /** Answers whether the thing was there: a deletion of nothing is no error. */
  change(method: 'PUT' | 'DELETE', path: string, json?: unknown): Promise<boolean>;
}

export async function openManagement(settings: RabbitmqApiSettings, signal: AbortSignal): Promise<Management> {
  const { url, user, password, caFile } = settings;
  if (caFile !== undefined && !url.startsWith('https:'))
    throw new RefusedError('rabbitmq: caFile is set, and the url is not https://: nothing would be encrypted');
  const ca = caFile === undefined ? undefined : await readFile(caFile, 'utf8').catch((error) => cannotRead(caFile, error));
  const authorization = `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
  const base = url.replace(/\/+$/, '').replace(/\/api$/, '');
  const http = new JsonHttp({ url: base, headers: { authorization }, ...(ca !== undefined && { tls: { ca } }) });
  const asked = async (method: string, path: string, json?: unknown) => {
    // Some calls that change something say they can answer nothing, JSON included.
    const accept = method === 'GET' ? 'application/json' : '*/*';
    const answer = await http.ask({
      method,
      path: `/api${path}`,
      signal,
      headers: { accept },
      ...(json !== undefined && { json }),
    });
    if (answer.status < 400 || answer.status === 404) return answer;
    throw refusal({ place: http.place, user, method, path, status: answer.status, body: answer.body });
  };
  const shaped = <T>(path: string, shape: z.ZodType<T>, body: unknown): T => {
    const parsed = shape.safeParse(body);
    if (parsed.success) return parsed.data;
    const at = parsed.error.issues[0]?.path.join('.') ?? '';
    throw new RefusedError(
      `rabbitmq ${http.place}/api${path}: an answer of another shape at ${at || 'its top'}: is this RabbitMQ 3.8 or later?`,
    );
  };
  return {
    place: http.place,
    user,
    async find(path, shape) {
      const { status, body } = await asked('GET', path);
      return status === 404 ? undefined : shaped(path, shape, body);
    },
    async read(path, shape) {
      const { status, body } = await asked('GET', path);
      if (status === 404) throw new RefusedError(`rabbitmq ${http.place}/api${path}: is not there: is this the management API?`);
      return shaped(path, shape, body);
    },
    change: async (method, path, json) => (await asked(method, path, json)).status !== 404,
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
}

function cannotRead(file: string, error: unknown): never {
  throw new RefusedError(`caFile: ${file}: ${(error as { code?: string }).code ?? messageOf(error)}`);
}

interface Refused {
  readonly place: string;
  readonly user: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body: unknown;
}

/** The server's words are about names and rights; a body that we sent may come back in those about bad requests. */
function refusal({ place, user, method, path, status, body }: Refused): Error {
  const at = `rabbitmq ${place}: ${method} /api${path} as "${user}": ${status}`;
  if (status === 401) {
    const isOutside = /not (?:a )?(?:administrator|management|monitor|policymaker)/i.test(wordsOf(body));
    return new RefusedError(
      `${at}: ${isOutside ? `needs the tag administrator: rabbitmqctl set_user_tags ${user} administrator` : 'the login is refused: check user and password'}`,
    );
  }
  if (status === 403)
    return new RefusedError(`${at}: needs the tag administrator: rabbitmqctl set_user_tags ${user} administrator`);
  return status < 500 ? new RefusedError(`${at}: refused as a bad request`) : new Error(at);
}

const wordsOf = (body: unknown): string => {
  const reason = (body as { reason?: unknown } | undefined)?.reason;
  return typeof reason === 'string' ? reason : '';
};

/** 3.8 writes tags as one text, later versions as a list. */
const tags = z.union([z.string(), z.array(z.string())]).transform((said) =>
  typeof said === 'string'
    ? said
        .split(',')
        .map((tag) => tag.trim())
        .filter(Boolean)
    : said,
);

export const whoAmI = z.object({ name: z.string(), tags });

export const userDefinition = z.object({
  name: z.string(),
  /** Secret. Empty: no password. */
  password_hash: z.string().default(''),
  hashing_algorithm: z.string().optional(),
  tags: tags.default([]),
  /** `max-connections`, `max-channels`; 3.8 says none. */
  limits: z
    .union([z.record(z.string(), z.number()), z.array(z.unknown()).transform((): Record<string, number> => ({}))])
    .default({}),
});
export type UserDefinition = z.infer<typeof userDefinition>;

export const permission = z.object({
  user: z.string(),
  vhost: z.string(),
  configure: z.string(),
  write: z.string(),
  read: z.string(),
});
export type Permission = z.infer<typeof permission>;

export const topicPermission = z.object({
  user: z.string(),
  vhost: z.string(),
  exchange: z.string(),
  write: z.string(),
  read: z.string(),
});
export type TopicPermission = z.infer<typeof topicPermission>;

export const connection = z.object({
  name: z.string().default(''),
  user: z.string().default(''),
  vhost: z.string().default(''),
  peer_host: z.string().default(''),
  protocol: z.string().default(''),
  auth_mechanism: z.string().optional(),
  /** Milliseconds. */
  connected_at: z.number().optional(),
  user_provided_name: z.string().optional(),
  client_properties: z
    .object({ connection_name: z.string().optional(), product: z.string().optional(), platform: z.string().optional() })
    .catch({})
    .optional(),
});
export type Connection = z.infer<typeof connection>;
