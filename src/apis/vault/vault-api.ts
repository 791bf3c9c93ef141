/**
 * One server that speaks the API of Vault and OpenBao, over one login. https://openbao.org/api-docs/
 *
 * Whoever calls encodes nothing: paths are given as they are written in policies. Answers of 404 to a read or a list are undefined; what
 * the server refuses is a VaultRefusal; what it could not say is an Error.
 */
import { readFile } from 'node:fs/promises';
import { messageOf, RefusedError } from '../../model/errors.ts';
import { type HttpAnswer, JsonHttp } from '../http/json-http.ts';
import { isNoRoute, neededRule, VaultRefusal, wordsOf } from './refusal.ts';
import type { VaultConnection } from './settings.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** What a call was answered. */
export interface VaultAnswer {
  readonly status: number;
  readonly requestId: string;
  readonly data: Fields;
  readonly auth: Fields | undefined;
  readonly leaseId: string;
  readonly warnings: readonly string[];
}

export interface OpenOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
}

type Query = Readonly<Record<string, string>>;

interface Rest {
  readonly query?: Query;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Keys of one page. Servers that know no pages answer all at once. */
const PAGE = 1000;

export class VaultApi implements AsyncDisposable {
  readonly place: string;
  readonly #http: JsonHttp;
  readonly #namespace: string | undefined;
  readonly #signal: AbortSignal;
  #token = '';
  #isOwnToken = false;

  private constructor(http: JsonHttp, { namespace }: VaultConnection, signal: AbortSignal) {
    this.#http = http;
    this.#namespace = namespace;
    this.#signal = signal;
    this.place = `vault ${http.place}${namespace === undefined ? '' : ` (namespace ${namespace})`}`;
  }

  /** Connects and logs in. Throws a RefusedError that says which of both failed. */
  static async open(connection: VaultConnection, { signal, timeoutMs }: OpenOptions): Promise<VaultApi> {
    const ca = connection.caFile === undefined ? undefined : await authority(connection.caFile);
    const http = new JsonHttp({
      url: connection.url,
      ...(ca !== undefined && { tls: { ca } }),
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
    const api = new VaultApi(http, connection, signal);
    try {
      await api.#logIn(connection);
      return api;
    } catch (error) {
      await http[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #logIn({ token, approle }: VaultConnection): Promise<void> {
    if (token !== undefined) this.#token = token;
    if (!approle) return;
    const path = `auth/${approle.mount}/login`;
    const { body, status } = await this.#ask('POST', path, { json: { role_id: approle.roleId, secret_id: approle.secretId } });
    const given = (body as { auth?: { client_token?: unknown } } | undefined)?.auth?.client_token;
    if (status !== 200 || typeof given !== 'string')
      throw new VaultRefusal(
        `${this.place}: ${path}: ${wordsOf(body) || status}; check approle.roleId and approle.secretId`,
        status,
        path,
      );
    this.#token = given;
    this.#isOwnToken = true;
  }

  read(path: string, query: Query = {}): Promise<VaultAnswer | undefined> {
    return this.#get(path, 'read', query);
  }

  /** All keys below a path, in the server's order, or undefined where there is nothing. */
  async list(path: string): Promise<string[] | undefined> {
    const keys: string[] = [];
    const seen = new Set<string>();
    for (let after: string | undefined; ; ) {
      const query = { list: 'true', limit: String(PAGE), ...(after !== undefined && { after }) };
      const page = textsOf((await this.#get(path, 'list', query))?.data['keys']);
      if (page === undefined) return keys.length > 0 ? keys : undefined;
      const fresh = page.filter((key) => !seen.has(key));
      for (const key of fresh) seen.add(key);
      keys.push(...fresh);
      after = page.at(-1);
      if (page.length !== PAGE || fresh.length === 0) return keys;
    }
  }

  /** Throws a VaultRefusal where the server refused it. */
  write(path: string, json: unknown): Promise<VaultAnswer> {
    return this.#change('POST', path, json);
  }

  /** Changes only the fields that are given (RFC 7396). */
  patch(path: string, json: unknown): Promise<VaultAnswer> {
    return this.#change('PATCH', path, json);
  }

  /** What the own token may do at each of the paths. */
  async capabilities(paths: readonly string[]): Promise<Map<string, readonly string[]>> {
    const { data } = await this.write('sys/capabilities-self', { paths });
    return new Map(paths.map((path) => [path, textsOf(data[path]) ?? []]));
  }

  async #get(path: string, capability: string, query: Query): Promise<VaultAnswer | undefined> {
    const answer = await this.#ask('GET', path, { query });
    if (answer.status === 404 && !isNoRoute(wordsOf(answer.body))) return undefined;
    if (answer.status !== 200) throw this.#refusal(answer, path, capability);
    return answerOf(answer);
  }

  async #change(method: 'POST' | 'PATCH', path: string, json: unknown): Promise<VaultAnswer> {
    const headers = method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {};
    const answer = await this.#ask(method, path, { json, headers });
    if (answer.status !== 200 && answer.status !== 204)
      throw this.#refusal(answer, path, method === 'PATCH' ? 'patch' : 'update');
    return answerOf(answer);
  }

  #ask(method: string, path: string, rest: Rest = {}): Promise<HttpAnswer> {
    const query = new URLSearchParams(rest.query).toString();
    return this.#http.ask({
      method,
      path: `/v1/${path.split('/').map(encodeURIComponent).join('/')}${query === '' ? '' : `?${query}`}`,
      signal: this.#signal,
      ...(rest.json !== undefined && { json: rest.json }),
      headers: {
        ...(this.#token !== '' && { 'x-vault-token': this.#token }),
        ...(this.#namespace !== undefined && { 'x-vault-namespace': this.#namespace }),
        ...rest.headers,
      },
    });
  }

  #refusal({ status, body }: HttpAnswer, path: string, capability: string): Error {
    const said = wordsOf(body);
    const text = `${this.place}: ${path}: ${said || `answered ${status}`}`;
    if (status === 403) return new VaultRefusal(`${text}; it needs ${neededRule(path, capability)}`, status, path);
    if (status === 503) return new Error(`${this.place} is sealed or on standby (503)`);
    return status >= 500 ? new Error(text) : new VaultRefusal(text, status, path);
  }

  /** A token that was taken for this connection goes with it. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOwnToken && !this.#signal.aborted) await this.write('auth/token/revoke-self', {}).catch(() => undefined);
    await this.#http[Symbol.asyncDispose]();
  }
}

async function authority(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new RefusedError(
      `${file}: the certificate authority cannot be read (${messageOf(error)}); set \`caFile\` to a PEM file`,
    );
  }
}

export const textsOf = (value: unknown): string[] | undefined =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : undefined;

export const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;

function answerOf({ status, body }: HttpAnswer): VaultAnswer {
  const fields = fieldsOf(body) ?? {};
  return {
    status,
    requestId: typeof fields['request_id'] === 'string' ? fields['request_id'] : '',
    data: fieldsOf(fields['data']) ?? {},
    auth: fieldsOf(fields['auth']),
    leaseId: typeof fields['lease_id'] === 'string' ? fields['lease_id'] : '',
    warnings: textsOf(fields['warnings']) ?? [],
  };
}
