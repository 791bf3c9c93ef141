/** One server that speaks JSON over HTTP, asked in time. Messages name the place and the status: never a header, a body or a login. */
import { Agent, type Dispatcher, RetryAgent, request } from 'undici';
import { messageOf, RefusedError, ThrottledError } from '../../model/errors.ts';
import { retryAfterMs } from './retry-after.ts';

export interface HttpTls {
  /** PEM. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

export interface HttpSettings {
  /** `https://host:8200/base`; a login in it is refused: credentials go into headers. */
  readonly url: string;
  /** Sent with every call, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly tls?: HttpTls;
  readonly timeoutMs?: number;
  /** The path, or a query, is a secret, as of many webhooks: messages say scheme, host and port alone. */
  readonly hasSecretPath?: boolean;
}

export interface HttpCall {
  readonly method?: string;
  /** Below the url, beginning with `/`, encoded by the caller. */
  readonly path: string;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as `application/x-www-form-urlencoded`. */
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed, or undefined where there is none, or it is no JSON. */
  readonly body: unknown;
}

const TIMEOUT_MS = 30_000;
const MOST_BYTES = 256 * 1024 * 1024;
/** What a URL takes for a step up or for nothing, encoded or not: no encoding keeps such a name. */
const STEPS = /(?:^|\/)(?:\.|%2e){1,2}(?=\/|$)/i;
/** Only of calls that read; what changes something is never repeated here. */
const READS = {
  maxRetries: 4,
  minTimeout: 250,
  maxTimeout: 30_000,
  statusCodes: [429, 500, 502, 503, 504],
  methods: ['GET', 'HEAD'] as ('GET' | 'HEAD')[],
  throwOnError: false,
};

export class JsonHttp implements AsyncDisposable {
  /** `host:port` and path, for messages; of a secret path `https://host:port`. */
  readonly place: string;
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #agent: Agent;
  readonly #retrying: Dispatcher;

  constructor({ url, headers = {}, tls, timeoutMs = TIMEOUT_MS, hasSecretPath = false }: HttpSettings) {
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (!parsed || !/^https?:$/.test(parsed.protocol)) throw new RefusedError('url: expected http:// or https:// and a host');
    if (parsed.username !== '' || parsed.password !== '')
      throw new RefusedError(`${parsed.host}: the url holds a login: put it into its own setting`);
    this.#base = parsed.href.replace(/\/+$/, '');
    this.place = hasSecretPath ? parsed.origin : `${parsed.host}${parsed.pathname.replace(/\/+$/, '')}`;
    this.#headers = headers;
    this.#agent = new Agent({
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      maxResponseSize: MOST_BYTES,
      connect: { timeout: timeoutMs, ...tls },
    });
    this.#retrying = new RetryAgent(this.#agent, READS);
  }

  /**
   * Any status is an answer, except "wait": a ThrottledError. A server that does not answer is an Error that names it: whether the call
   * had an effect is not known then.
   */
  async ask({ method = 'GET', path, json, form, headers, signal }: HttpCall): Promise<HttpAnswer> {
    signal.throwIfAborted();
    if (STEPS.test(path.split('?', 1)[0] as string))
      throw new RefusedError(`${this.#at(path)}: a name of dots alone would lead to another path: nothing was asked`);
    const sent = bodyOf(json, form);
    try {
      const answer = await request(this.#base + path, {
        method: method as Dispatcher.HttpMethod,
        dispatcher: method === 'GET' ? this.#retrying : this.#agent,
        headers: { accept: 'application/json', 'user-agent': 'interlock', ...this.#headers, ...sent.headers, ...headers },
        ...(sent.body !== undefined && { body: sent.body }),
        signal,
      });
      const text = await answer.body.text();
      const status = answer.statusCode;
      const { 'retry-after': after, date } = answer.headers;
      if (status === 429 || (status === 503 && after !== undefined))
        throw new ThrottledError(
          `${this.#at(path)} answered ${status}: it asks to wait`,
          retryAfterMs({ after, date }, Date.now()),
        );
      return { status, headers: answer.headers, body: jsonOf(text) };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ThrottledError) throw error;
      throw new Error(`${this.#at(path)} does not answer: ${wordOf(error)}`);
    }
  }

  #at(path: string): string {
    return `${this.place}${path.split('?', 1)[0]}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }
}

function bodyOf(json: unknown, form: HttpCall['form']): { readonly body?: string; readonly headers: Record<string, string> } {
  if (json !== undefined) return { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } };
  if (form) {
    const body = new URLSearchParams(form).toString();
    return { body, headers: { 'content-type': 'application/x-www-form-urlencoded' } };
  }
  return { headers: {} };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const wordOf = (error: unknown): string => (error as { code?: string }).code ?? messageOf(error);
