/** One cluster's API server, asked with retries and in time. Answers are JSON; messages never quote them. */
import { readFile } from 'node:fs/promises';
import { Agent, type Dispatcher, RetryAgent, request } from 'undici';
import { InputError, messageOf } from '../../model/errors.ts';
import { type HttpTls, JsonHttp } from '../http/json-http.ts';
import { pluginCredential } from './exec-plugin.ts';
import type { ClusterAccess, Material } from './kubeconfig.ts';

export interface ConnectionOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
}

/** Forbidden, or changed by somebody else. Other answers may quote what was sent. */
const SAID: readonly number[] = [403, 409];
const MOST_SAID = 400;

/** Why the API server did not give what was asked for. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** The server's word for it, such as `Expired`. */
  readonly reason: string | undefined;
  /** Where to go on, of a list whose continuation has expired. */
  readonly continue: string | undefined;
  /** Of a refusal or a conflict, what the server says of it: names of users, rights and objects, never a value. */
  readonly said: string | undefined;

  constructor(path: string, status: number, body: unknown) {
    super(`${path.split('?', 1)[0]}: the API server answered ${status}`);
    const said = body as { reason?: unknown; message?: unknown; metadata?: { continue?: unknown } } | undefined;
    this.status = status;
    this.said = SAID.includes(status) && typeof said?.message === 'string' ? said.message.slice(0, MOST_SAID) : undefined;
    this.reason = typeof said?.reason === 'string' ? said.reason : undefined;
    this.continue = typeof said?.metadata?.continue === 'string' ? said.metadata.continue : undefined;
  }
}

const TIMEOUT_MS = 60_000;
/** Of one call; 429 and 503 say with Retry-After how long to wait. */
const RETRIES = {
  maxRetries: 4,
  minTimeout: 250,
  maxTimeout: 30_000,
  statusCodes: [429, 500, 502, 503, 504],
  methods: ['GET'] as 'GET'[],
};

export interface Call {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query, encoded. */
  readonly path: string;
  readonly body?: object;
  /** Of a PATCH: which form of patch the body is. */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

export class Connection implements AsyncDisposable {
  readonly #server: string;
  readonly #agent: Agent;
  readonly #retrying: Dispatcher;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #signal: AbortSignal;
  readonly #http: JsonHttp;

  private constructor({ server, tls, headers, signal, timeoutMs }: Opened) {
    this.#server = server;
    this.#agent = new Agent({ headersTimeout: timeoutMs, bodyTimeout: timeoutMs, connect: { timeout: timeoutMs, ...tls } });
    this.#retrying = new RetryAgent(this.#agent, RETRIES);
    this.#headers = headers;
    this.#signal = signal;
    this.#http = new JsonHttp({ url: server, headers, tls, timeoutMs });
    signal.addEventListener('abort', this.#end, { once: true });
  }

  /** One listener for all calls: each is broken off when the agent is. */
  readonly #end = (): void => {
    void this.#agent.destroy();
    void this.#http[Symbol.asyncDispose]();
  };

  /** Throws an InputError that names a file that cannot be read, or a plugin that does not work. */
  static async open(
    access: ClusterAccess,
    { environment, signal, timeoutMs = TIMEOUT_MS }: ConnectionOptions,
  ): Promise<Connection> {
    const plugin = access.exec ? await pluginCredential(access.exec, { environment, signal }) : {};
    const [ca, certificate, key] = await Promise.all([access.authority, access.certificate, access.key].map(contentOf));
    const token = plugin.token ?? access.token ?? (access.tokenFile && (await contentOf({ file: access.tokenFile }))?.trim());
    const tls: HttpTls = {
      rejectUnauthorized: !access.isUnverified,
      ...(ca && { ca }),
      ...((plugin.certificate ?? certificate) && { cert: plugin.certificate ?? certificate }),
      ...((plugin.key ?? key) && { key: plugin.key ?? key }),
      ...(access.serverName && { servername: access.serverName }),
    } as HttpTls;
    const proof = token ? `Bearer ${token}` : access.basic && `Basic ${basicOf(access.basic)}`;
    const headers: Record<string, string> = proof ? { authorization: proof } : {};
    return new Connection({ server: access.server, tls, headers, signal, timeoutMs });
  }

  /** Throws an ApiError, or an InputError where there is no whole answer. */
  async get(path: string, accept = 'application/json', signal?: AbortSignal): Promise<unknown> {
    const { statusCode, body } = await this.#ask(path, { accept, dispatcher: this.#retrying, signal });
    const text = await this.#told(path, () => body.text());
    const value = jsonOf(text);
    if (statusCode !== 200) throw new ApiError(path, statusCode, value);
    if (value === undefined) throw new InputError(`${this.#place(path)}: the answer is not JSON, or was cut off`);
    return value;
  }

  /**
   * Changes something, or asks something that is asked by POST. It is never repeated here. Throws an ApiError where the server says no,
   * a ThrottledError where it asks to wait, and an Error where it is not known what became of the call.
   */
  async send({ method, path, body, contentType, signal = this.#signal }: Call): Promise<unknown> {
    this.#signal.throwIfAborted();
    const headers = contentType === undefined ? {} : { 'content-type': contentType };
    const answer = await this.#http.ask({ method, path, signal, headers, ...(body && { json: body }) });
    if (answer.status >= 300) throw new ApiError(path, answer.status, answer.body);
    return answer.body;
  }

  /** Lines of JSON as they come, until the server ends the answer. A broken line ends it too: what came before counts. */
  async *lines(path: string): AsyncGenerator<unknown> {
    const { statusCode, body } = await this.#ask(path, { accept: 'application/json', dispatcher: this.#agent });
    if (statusCode !== 200) {
      await body.dump();
      throw new ApiError(path, statusCode, undefined);
    }
    let rest = '';
    for await (const chunk of body.setEncoding('utf8')) {
      rest += chunk as string;
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines.filter((one) => one.trim() !== '')) {
        const value = jsonOf(line);
        if (value === undefined) return;
        yield value;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener('abort', this.#end);
    await Promise.all([this.#agent.destroy(), this.#http[Symbol.asyncDispose]()]);
  }

  #ask(path: string, { accept, dispatcher, signal }: Asked) {
    const headers = { ...this.#headers, accept, 'user-agent': 'interlock' };
    signal?.throwIfAborted();
    return this.#told(path, () => request(this.#server + path, { dispatcher, headers, ...(signal && { signal }) }));
  }

  async #told<T>(path: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#signal.throwIfAborted();
      const { statusCode } = error as { statusCode?: unknown };
      // What is left of the retries of an answer that says no.
      if (typeof statusCode === 'number') throw new ApiError(path, statusCode, undefined);
      throw new InputError(`${this.#place(path)}: ${messageOf(error)}`);
    }
  }

  #place(path: string): string {
    return `${this.#server}${path.split('?', 1)[0]}`;
  }
}

interface Opened {
  readonly server: string;
  readonly tls: HttpTls;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

interface Asked {
  readonly accept: string;
  readonly dispatcher: Dispatcher;
  readonly signal?: AbortSignal | undefined;
}

async function contentOf(material: Material | undefined): Promise<string | undefined> {
  if (!material) return undefined;
  if ('data' in material) return Buffer.from(material.data, 'base64').toString('utf8');
  try {
    return await readFile(material.file, 'utf8');
  } catch (error) {
    throw new InputError(`${material.file}: cannot be read (${messageOf(error)})`);
  }
}

const basicOf = ({ username, password }: { username: string; password: string }): string =>
  Buffer.from(`${username}:${password}`).toString('base64');

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
