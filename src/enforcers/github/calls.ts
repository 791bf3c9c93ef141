/** Calls of one step to GitHub: what is refused is a RefusedError that names the permission, what is to wait a ThrottledError. */
import {
  baseUrlOf,
  boundedFetch,
  type GithubClient,
  type GithubLogin,
  type Granted,
  grantedTo,
  openClient,
  type Patience,
} from '../../apis/github/client.ts';
import { messageOf, RefusedError, ThrottledError } from '../../model/errors.ts';

export interface GithubCall {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Encoded, with its query. */
  readonly path: string;
  readonly body?: object;
  /** What an app needs for it, as GitHub writes it: `administration=write`. */
  readonly permission: string;
}

export interface GithubAnswer<T> {
  readonly data: T;
  /** GitHub's own id of the call. */
  readonly requestId: string;
}

const PAGE = 100;
const MOST_PAGES = 100;
/** GitHub's secondary limits say how long; without that, it asks for a minute. */
const DEFAULT_WAIT_SECONDS = 60;

interface Failure {
  readonly status?: number;
  readonly response?: { readonly headers?: Readonly<Record<string, string | undefined>> };
}

/** Opened once, and kept: what it signs in with is renewed by itself. */
export class GithubLogins implements AsyncDisposable {
  readonly login: GithubLogin;
  readonly #patience: Patience;
  readonly #ends = new AbortController();
  #client: Promise<GithubClient> | undefined;

  constructor(login: GithubLogin, patience: Patience) {
    this.login = login;
    // What changes something is waited for by whoever carries out the plan.
    this.#patience = { ...patience, longestWaitSeconds: 0 };
  }

  client(): Promise<GithubClient> {
    const client = this.#client ?? openClient(this.login, { signal: this.#ends.signal, patience: this.#patience });
    this.#client = client;
    client.catch(() => {
      this.#client = undefined;
    });
    return client;
  }

  /** Without any login: some calls are made for whoever holds a token. */
  async withoutLogin(path: string, init: RequestInit & { readonly signal: AbortSignal }): Promise<Response> {
    const url = baseUrlOf(this.login) + path;
    const headers = { accept: 'application/vnd.github+json', 'user-agent': 'interlock', ...(init.headers as object) };
    const answer = await boundedFetch({ signal: init.signal, patience: this.#patience })(url, { ...init, headers });
    const wait = waitOf(answer.status, Object.fromEntries(answer.headers), '');
    if (wait === undefined) return answer;
    await answer.body?.cancel();
    throw new ThrottledError(`${path}: GitHub asks to wait ${wait} s`, wait * 1000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ends.abort();
  }
}

export class GithubCalls {
  readonly #logins: GithubLogins;
  readonly #signal: AbortSignal;

  constructor(logins: GithubLogins, signal: AbortSignal) {
    this.#logins = logins;
    this.#signal = signal;
  }

  get login(): GithubLogin {
    return this.#logins.login;
  }

  get isApp(): boolean {
    return this.login.appId !== undefined;
  }

  /** What the app's installation may; undefined with a token, which does not say. */
  async granted(): Promise<Granted | undefined> {
    this.#signal.throwIfAborted();
    if (!this.isApp) return undefined;
    const client = await this.#logins.client();
    return grantedTo(client).catch((error: unknown) => {
      throw refusal({ path: 'the installation', permission: 'an installed app' }, error);
    });
  }

  /** Undefined where GitHub says that there is none, or that we may not know. */
  async find<T extends object>(call: GithubCall): Promise<GithubAnswer<T> | undefined> {
    try {
      return await this.send<T>(call);
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  }

  /** A call that changes something is made once. Throws a NotFoundError for what is not there. */
  async send<T>(call: GithubCall): Promise<GithubAnswer<T>> {
    this.#signal.throwIfAborted();
    const { method = 'GET', path, body } = call;
    const client = await this.#logins.client();
    const once = method === 'GET' ? {} : { retries: 0 };
    try {
      const answer = await client.request(`${method} ${path}`, {
        ...(body && { data: body }),
        headers: { 'x-github-api-version': '2022-11-28' },
        request: { signal: this.#signal, ...once },
      });
      return { data: answer.data as T, requestId: answer.headers['x-github-request-id'] ?? '-' };
    } catch (error) {
      this.#signal.throwIfAborted();
      throw refusal(call, error);
    }
  }

  /** The item of a list that is meant, wherever it stands. */
  async findIn<T extends object>(call: GithubCall, isMeant: (item: T) => boolean): Promise<T | undefined> {
    for (let page = 1; page <= MOST_PAGES; page++) {
      const { data } = await this.send<readonly T[]>({ ...call, path: `${call.path}?per_page=${PAGE}&page=${page}` });
      const found = data.find(isMeant);
      if (found !== undefined || data.length < PAGE) return found;
    }
    throw new RefusedError(`${call.path}: more than ${MOST_PAGES} pages, and it was on none of them`);
  }

  withoutLogin(path: string, init: RequestInit): Promise<Response> {
    this.#signal.throwIfAborted();
    return this.#logins.withoutLogin(path, { ...init, signal: this.#signal });
  }
}

/** There is none, or GitHub does not tell us. */
export class NotFoundError extends RefusedError {}

function refusal({ path, permission }: Pick<GithubCall, 'path' | 'permission'>, error: unknown): unknown {
  const { status, response } = error as Failure;
  if (error instanceof RefusedError || status === undefined || response === undefined) return error;
  const headers = response.headers ?? {};
  const said = messageOf(error).split('\n', 1)[0]?.slice(0, 200) ?? '';
  const wait = waitOf(status, headers, said);
  const place = path.split('?', 1)[0];
  if (wait !== undefined) return new ThrottledError(`${place}: GitHub asks to wait ${wait} s`, wait * 1000);
  if (status >= 500) return new Error(`${place}: GitHub answered ${status}`);
  const needs = `needs ${headers['x-accepted-github-permissions'] ?? permission}`;
  if (status === 404) return new NotFoundError(`${place}: not there, or not for us to know (${needs})`);
  if (status === 401) return new RefusedError(`${place}: 401: GitHub does not take the login of the enforcer`);
  if (status === 403) return new RefusedError(`${place}: 403 ${said}; ${needs}`);
  // What is not valid is sometimes quoted.
  return new RefusedError(`${place}: GitHub refused it (${status})`);
}

/** Seconds; undefined where nothing asks to wait. https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api */
function waitOf(status: number, headers: Readonly<Record<string, string | undefined>>, said: string): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const after = Number(headers['retry-after']);
  if (headers['retry-after'] !== undefined && Number.isFinite(after)) return after;
  if (headers['x-ratelimit-remaining'] === '0') {
    const [reset, date] = [Number(headers['x-ratelimit-reset']), Date.parse(headers['date'] ?? '')];
    if (Number.isFinite(reset) && Number.isFinite(date)) return Math.max(1, Math.ceil(reset - date / 1000) + 1);
    return DEFAULT_WAIT_SECONDS;
  }
  return status === 429 || /rate limit/i.test(said) ? DEFAULT_WAIT_SECONDS : undefined;
}
