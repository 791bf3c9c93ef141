/** One cluster's API server, asked with retries and in time. Answers are JSON; messages never quote them. */
import { readFile } from 'node:fs/promises';
import { Agent, type Dispatcher, RetryAgent, request } from 'undici';
import { InputError, messageOf } from '../../../model/errors.ts';
import { pluginCredential } from './exec-plugin.ts';
import type { ClusterAccess, Material } from './kubeconfig.ts';

export interface ConnectionOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
}

/** Why the API server did not give what was asked for. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** The server's word for it, such as `Expired`. */
  readonly reason: string | undefined;
  /** Where to go on, of a list whose continuation has expired. */
  readonly continue: string | undefined;

  constructor(path: string, status: number, said: { reason?: unknown; metadata?: { continue?: unknown } } | undefined) {
    super(`${path.split('?', 1)[0]}: the API server answered ${status}`);
    this.status = status;
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

export class Connection implements AsyncDisposable {
  readonly #server: string;
  readonly #agent: Agent;
  readonly #retrying: Dispatcher;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #signal: AbortSignal;

  private constructor(server: string, agent: Agent, headers: Readonly<Record<string, string>>, signal: AbortSignal) {
    this.#server = server;
    this.#agent = agent;
    this.#retrying = new RetryAgent(agent, RETRIES);
    this.#headers = headers;
    this.#signal = signal;
    signal.addEventListener('abort', this.#end, { once: true });
  }

  /** One listener for all calls: each is broken off when the agent is. */
  readonly #end = (): void => void this.#agent.destroy();

  /** Throws an InputError that names a file that cannot be read, or a plugin that does not work. */
  static async open(
    access: ClusterAccess,
    { environment, signal, timeoutMs = TIMEOUT_MS }: ConnectionOptions,
  ): Promise<Connection> {
    const plugin = access.exec ? await pluginCredential(access.exec, { environment, signal }) : {};
    const [ca, certificate, key] = await Promise.all([access.authority, access.certificate, access.key].map(contentOf));
    const token = plugin.token ?? access.token ?? (access.tokenFile && (await contentOf({ file: access.tokenFile }))?.trim());
    const agent = new Agent({
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      connect: {
        timeout: timeoutMs,
        rejectUnauthorized: !access.isUnverified,
        ...(ca && { ca }),
        ...((plugin.certificate ?? certificate) && { cert: plugin.certificate ?? certificate }),
        ...((plugin.key ?? key) && { key: plugin.key ?? key }),
        ...(access.serverName && { servername: access.serverName }),
      },
    });
    const proof = token ? `Bearer ${token}` : access.basic && `Basic ${basicOf(access.basic)}`;
    return new Connection(access.server, agent, proof ? { authorization: proof } : {}, signal);
  }

  /** Throws an ApiError, or an InputError where there is no whole answer. */
  async get(path: string, accept = 'application/json'): Promise<unknown> {
    const { statusCode, body } = await this.#ask(path, accept, this.#retrying);
    const text = await this.#told(path, () => body.text());
    const value = jsonOf(text);
    if (statusCode !== 200) throw new ApiError(path, statusCode, value as object | undefined);
    if (value === undefined) throw new InputError(`${this.#place(path)}: the answer is not JSON, or was cut off`);
    return value;
  }

  /** Lines of JSON as they come, until the server ends the answer. A broken line ends it too: what came before counts. */
  async *lines(path: string): AsyncGenerator<unknown> {
    const { statusCode, body } = await this.#ask(path, 'application/json', this.#agent);
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
    await this.#agent.destroy();
  }

  #ask(path: string, accept: string, dispatcher: Dispatcher) {
    const headers = { ...this.#headers, accept, 'user-agent': 'interlock' };
    return this.#told(path, () => request(this.#server + path, { dispatcher, headers }));
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
