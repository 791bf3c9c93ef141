/** Keycloak's admin REST API: logged in when first asked, and again before the login runs out. Messages hold no token and no body. */
import { readFile } from 'node:fs/promises';
import { messageOf, RefusedError } from '../../model/errors.ts';
import { type HttpAnswer, JsonHttp } from '../http/json-http.ts';
import type { KeycloakConnection } from './settings.ts';

/** Items of one answer. */
const PAGE = 500;
/** A login that ends sooner is taken anew. */
const SPARE_MS = 10_000;

/** The server's no: `status` says which. */
export class KeycloakAnswerError extends RefusedError {
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

export interface AdminCall {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/admin/realms`, encoded: see `path`. */
  readonly path: string;
  readonly json?: unknown;
  readonly signal: AbortSignal;
}

/** A path of names that may hold anything. */
export const path = (parts: TemplateStringsArray, ...names: readonly string[]): string =>
  parts.map((part, i) => part + (i < names.length ? encodeURIComponent(names[i] as string) : '')).join('');

export class KeycloakAdmin implements AsyncDisposable {
  /** `host:port/path`, for messages. */
  readonly place: string;
  /** Who we are, for messages: `client "reader"`. */
  readonly who: string;
  readonly #http: JsonHttp;
  readonly #connection: KeycloakConnection;
  readonly #clock: () => number;
  #login: { readonly token: string; readonly until: number } | undefined;

  /** `clock`: milliseconds of a clock that only goes forward. */
  static async open(connection: KeycloakConnection, clock: () => number = () => performance.now()): Promise<KeycloakAdmin> {
    const { caFile } = connection;
    const ca =
      caFile === undefined ? undefined : await readFile(caFile, 'utf8').catch((error: unknown) => unreadable(caFile, error));
    const http = new JsonHttp({ url: connection.url, ...(ca !== undefined && { tls: { ca } }) });
    return new KeycloakAdmin(http, connection, clock);
  }

  private constructor(http: JsonHttp, connection: KeycloakConnection, clock: () => number) {
    this.#http = http;
    this.#connection = connection;
    this.#clock = clock;
    this.place = http.place;
    this.who = connection.user === undefined ? `client "${connection.clientId}"` : `user "${connection.user}"`;
  }

  /** Throws when the login is refused. Every call logs in by itself: this tells before there is one. */
  async logIn(signal: AbortSignal): Promise<void> {
    await this.#token(signal);
  }

  /** The server's own clock, in whole seconds, as it writes it into the token of a new login: its answers carry no date. */
  async serverSeconds(signal: AbortSignal): Promise<number> {
    this.#login = undefined;
    const [, payload = ''] = (await this.#token(signal)).split('.');
    const { iat } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8') || '{}') as { readonly iat?: unknown };
    if (typeof iat !== 'number') throw new RefusedError(`keycloak ${this.place} does not tell its time`);
    return iat;
  }

  /** Any status but 5xx is an answer. A 401 logs in again, once. */
  async call({ method = 'GET', path: below, json, signal }: AdminCall): Promise<HttpAnswer> {
    const send = async (): Promise<HttpAnswer> =>
      this.#http.ask({
        method,
        path: `/admin/realms${below}`,
        ...(json !== undefined && { json }),
        headers: { authorization: `Bearer ${await this.#token(signal)}` },
        signal,
      });
    let answer = await send();
    if (answer.status === 401) {
      this.#login = undefined;
      answer = await send();
    }
    if (answer.status >= 500) throw new Error(`${this.#at(below)} answered ${answer.status}`);
    return answer;
  }

  /** The answer's body. Throws a KeycloakAnswerError for every status from 300 on. */
  async get(below: string, signal: AbortSignal): Promise<unknown> {
    return this.#ok(await this.call({ path: below, signal }), below);
  }

  /** As `get`, or undefined where there is no such thing. */
  async find(below: string, signal: AbortSignal): Promise<unknown> {
    const answer = await this.call({ path: below, signal });
    return answer.status === 404 ? undefined : this.#ok(answer, below);
  }

  /** Changes something. Throws a KeycloakAnswerError for every status from 300 on. */
  async change(call: AdminCall): Promise<HttpAnswer> {
    const answer = await this.call(call);
    this.#ok(answer, call.path);
    return answer;
  }

  /** All items of a list, page by page. */
  async *pages(below: string, signal: AbortSignal): AsyncGenerator<unknown[]> {
    const joint = below.includes('?') ? '&' : '?';
    for (let first = 0; ; first += PAGE) {
      const page = await this.get(`${below}${joint}first=${first}&max=${PAGE}`, signal);
      if (!Array.isArray(page)) throw new RefusedError(`${this.#at(below)}: expected a list`);
      if (page.length > 0) yield page as unknown[];
      if (page.length < PAGE) return;
    }
  }

  /**
   * What another endpoint of the server answers a client, such as a token request; no login of ours is sent. `form` may hold secrets:
   * they are sent, and in no message.
   */
  async ask(below: string, form: Readonly<Record<string, string>>, signal: AbortSignal): Promise<HttpAnswer> {
    return this.#http.ask({ method: 'POST', path: below, form, signal });
  }

  /** A document that anybody may read, such as `/realms/<realm>/.well-known/openid-configuration`. */
  async publicDocument(below: string, signal: AbortSignal): Promise<HttpAnswer> {
    return this.#http.ask({ path: below, signal });
  }

  #ok({ status, body }: HttpAnswer, below: string): unknown {
    if (status < 300) return body;
    const said = (body as { error?: unknown; errorMessage?: unknown } | undefined) ?? {};
    const words = [said.errorMessage, said.error].find((word) => typeof word === 'string');
    throw new KeycloakAnswerError(`${this.#at(below)} answered ${status}${words === undefined ? '' : `: ${words}`}`, status);
  }

  #at(below: string): string {
    return `keycloak ${this.place}: ${decodeURIComponent(below.split('?', 1)[0] as string)}`;
  }

  async #token(signal: AbortSignal): Promise<string> {
    if (this.#login && this.#login.until > this.#clock() + SPARE_MS) return this.#login.token;
    const { loginRealm, clientId, clientSecret, user, password } = this.#connection;
    const asked = this.#clock();
    const { status, body } = await this.ask(
      path`/realms/${loginRealm}/protocol/openid-connect/token`,
      {
        client_id: clientId,
        ...(clientSecret !== undefined && { client_secret: clientSecret }),
        ...(user === undefined ? { grant_type: 'client_credentials' } : { grant_type: 'password', username: user }),
        ...(password !== undefined && { password }),
      },
      signal,
    );
    const { access_token: token, expires_in: seconds, error } = (body ?? {}) as Readonly<Record<string, unknown>>;
    if (status !== 200 || typeof token !== 'string') {
      const word = typeof error === 'string' ? error : `status ${status}`;
      throw new KeycloakAnswerError(
        `keycloak ${this.place}: ${this.who} cannot log in at realm "${loginRealm}" (${word}): check url, loginRealm and the login`,
        status,
      );
    }
    this.#login = { token, until: asked + Number(seconds) * 1000 };
    return token;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#http[Symbol.asyncDispose]();
  }
}

function unreadable(file: string, error: unknown): never {
  throw new RefusedError(
    `${file}: the authority's certificate cannot be read (${(error as { code?: string }).code ?? messageOf(error)})`,
  );
}
