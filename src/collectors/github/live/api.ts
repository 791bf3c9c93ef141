/**
 * Calls to GitHub: signed in as an app or with a token, within its limits, tried again where that helps, and bounded in every way.
 * https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api
 */
import { readFile } from 'node:fs/promises';
import type { Octokit } from '@octokit/core';
import { messageOf, RefusedError } from '../../../model/errors.ts';
import { appJwt } from './app-jwt.ts';
import type { LiveSettings } from './settings.ts';

/** How long is waited for what; tests wait less. */
export interface Patience {
  /** Between tries after an error of the server: once, four times, nine times as long. */
  readonly retryMs: number;
  /** Of one second of GitHub's `retry-after`. */
  readonly secondMs: number;
  /** A whole call. */
  readonly timeoutMs: number;
  /** The longest wait for a limit to end; GitHub's run for an hour. */
  readonly longestWaitSeconds: number;
}

export const PATIENCE: Patience = { retryMs: 1000, secondMs: 1000, timeoutMs: 60_000, longestWaitSeconds: 3_700 };

const TRIES = 3;
/** Asked again, they would be the same. */
const REFUSALS = [400, 401, 403, 404, 409, 410, 422, 451];
/** 100 items each; GitHub itself ends long before. */
const MOST_PAGES = 5_000;
const DEFAULT_URL = 'https://api.github.com';

/** Why a call gave nothing, in words that name what to do. */
export class CallProblem extends Error {
  override readonly name = 'CallProblem';
  readonly status: number | undefined;
  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

export interface Api {
  /** The host of another installation than github.com. */
  readonly host: string | undefined;
  /** The answer; throws CallProblems. */
  one(path: string, query?: Readonly<Record<string, number>>): Promise<unknown>;
  /** The items of all pages; `list` is the key that a counted answer has them under. Throws CallProblems. */
  all(path: string, list: string): Promise<unknown[]>;
  /** What the app may; undefined with a token, which does not say. Throws CallProblems. */
  granted(): Promise<Granted | undefined>;
}

export interface Granted {
  /** `members` → `read`, `write` or `admin`. */
  readonly permissions: Readonly<Record<string, string>>;
  readonly repositories: 'all' | 'selected';
}

export async function openApi(live: LiveSettings, signal: AbortSignal, patience: Patience = PATIENCE): Promise<Api> {
  const baseUrl = (live.baseUrl ?? DEFAULT_URL).replace(/\/+$/, '');
  const octokit = await client(live, { baseUrl, signal, patience });
  const host = new URL(baseUrl).host;
  return {
    host: host === new URL(DEFAULT_URL).host ? undefined : host,
    one: (path, query = {}) => tried(path, async () => (await octokit.request(`GET ${path}`, query)).data as unknown),
    all: (path, list) => tried(path, () => allPages(octokit, path, list)),
    granted: async () => (live.token === undefined ? tried('the installation', () => grantedTo(octokit)) : undefined),
  };
}

/** GitHub says it with the installation's token. */
async function grantedTo(octokit: Octokit): Promise<Granted> {
  const { permissions, repositorySelection } = (await octokit.auth({ type: 'installation' })) as {
    readonly permissions: Granted['permissions'];
    readonly repositorySelection?: string;
  };
  return { permissions, repositories: repositorySelection === 'selected' ? 'selected' : 'all' };
}

interface Connecting {
  readonly baseUrl: string;
  readonly signal: AbortSignal;
  readonly patience: Patience;
}

async function client(live: LiveSettings, connecting: Connecting): Promise<Octokit & Paginating> {
  const [{ Octokit: Core }, { paginateRest }, { retry }, { throttling }] = await Promise.all([
    import('@octokit/core'),
    import('@octokit/plugin-paginate-rest'),
    import('@octokit/plugin-retry'),
    import('@octokit/plugin-throttling'),
  ]);
  const { baseUrl, patience } = connecting;
  const Client = Core.plugin(refuseText, paginateRest, retry, throttling);
  const mayWait = (seconds: number, _options: object, _octokit: unknown, tries: number): boolean =>
    tries < TRIES && seconds <= patience.longestWaitSeconds;
  const options = {
    baseUrl,
    userAgent: 'interlock',
    log: { debug() {}, info() {}, warn() {}, error() {} },
    request: { fetch: boundedFetch(connecting) },
    retry: { retries: TRIES, retryAfterBaseValue: patience.retryMs, doNotRetry: REFUSALS },
    throttle: {
      onRateLimit: mayWait,
      onSecondaryRateLimit: mayWait,
      retryAfterBaseValue: patience.secondMs,
      id: `${baseUrl} ${live.org}`,
    },
  };
  if (live.token !== undefined) return new Client({ ...options, auth: live.token });
  const { createAppAuth } = await import('@octokit/auth-app');
  const createJwt = await jwtMaker(live, connecting);
  const auth = { appId: String(live.appId), createJwt };
  const asApp = new Client({ ...options, authStrategy: createAppAuth, auth });
  const installationId = live.installationId ?? (await installationOf(asApp, live));
  return new Client({ ...options, authStrategy: createAppAuth, auth: { ...auth, installationId } });
}

/** A body that is no JSON comes as text: it is not looked into, and no message may quote it. */
function refuseText(octokit: Octokit): Record<string, never> {
  octokit.hook.after('request', ({ data }) => {
    if (typeof data === 'string') throw new Malformed('an answer that is no whole JSON');
  });
  return {};
}

interface Paginating {
  readonly paginate: {
    iterator(
      route: string,
      parameters: object,
    ): AsyncIterable<{ readonly data: unknown; readonly headers: { readonly link?: string | undefined } }>;
  };
}

/** A call ends when the collection does, and after its time. */
function boundedFetch({ signal, patience }: Connecting): typeof fetch {
  return (url, init) => {
    const limits = [signal, AbortSignal.timeout(patience.timeoutMs), ...(init?.signal ? [init.signal] : [])];
    return fetch(url, { ...init, signal: AbortSignal.any(limits) });
  };
}

/** GitHub refuses tokens by its own clock, so its clock is asked first. */
async function jwtMaker({ appId, privateKeyFile }: LiveSettings, connecting: Connecting) {
  const file = privateKeyFile ?? '';
  const privateKey = await readFile(file, 'utf8').catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new RefusedError(
      `${file}: the app's private key cannot be read (${code}); set \`privateKeyFile\` to the PEM file that GitHub gave you`,
    );
  });
  const ahead = await clockDifference(connecting);
  return async () => {
    try {
      return appJwt({ appId: String(appId), privateKey, now: Math.floor((Date.now() + ahead) / 1000) });
    } catch {
      throw new RefusedError(`${file}: no private key that can sign (RSA in PEM form is needed)`);
    }
  };
}

/** Milliseconds that GitHub's clock is ahead of this one; answers of any status have a date. */
async function clockDifference(connecting: Connecting): Promise<number> {
  const began = Date.now();
  const answer = await boundedFetch(connecting)(`${connecting.baseUrl}/meta`).catch(() => undefined);
  const date = Date.parse(answer?.headers.get('date') ?? '');
  await answer?.body?.cancel();
  return Number.isNaN(date) ? 0 : date - began;
}

async function installationOf(octokit: Octokit, { org, appId }: LiveSettings): Promise<number> {
  try {
    const { data } = await octokit.request('GET /orgs/{org}/installation', { org });
    return Number((data as { readonly id: number }).id);
  } catch (error) {
    const { status } = error as { readonly status?: number };
    throw new RefusedError(
      `${org}: the app ${appId} cannot be used there (${status ?? messageOf(error)}); install it in the organisation, and check \`appId\` and its key`,
    );
  }
}

/** A cut-off body comes as text: it is asked for again, some times. */
async function tried<T>(path: string, call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (error instanceof Malformed && tries < TRIES) continue;
      throw error instanceof CallProblem ? error : problemOf(path, error);
    }
  }
}

class Malformed extends Error {}

async function allPages(octokit: Paginating, path: string, list: string): Promise<unknown[]> {
  const found: unknown[] = [];
  const seen = new Set<string>();
  for await (const { data, headers } of octokit.paginate.iterator(`GET ${path}`, { per_page: 100 })) {
    const items: unknown = Array.isArray(data) ? data : (data as Readonly<Record<string, unknown>>)[list];
    if (!Array.isArray(items)) throw new Malformed(`an answer without a list${list ? ` \`${list}\`` : ''}`);
    for (const item of items) found.push(item);
    const next = /<([^<>]+)>;\s*rel="next"/.exec(headers.link ?? '')?.[1];
    if (next === undefined) break;
    if (items.length === 0 || seen.has(next) || seen.size >= MOST_PAGES) throw new CallProblem(`${path}: its pages do not end`);
    seen.add(next);
  }
  return found;
}

interface Failure {
  readonly status?: number;
  readonly response?: { readonly headers?: Readonly<Record<string, string | undefined>>; readonly data?: unknown };
}

/** GitHub names the permission that a call needs in a header. */
function problemOf(path: string, error: unknown): CallProblem {
  const { status, response } = error as Failure;
  const needed = response?.headers?.['x-accepted-github-permissions'];
  const said = messageOf(error).split('\n', 1)[0]?.slice(0, 200) ?? '';
  const permission = needed && (status === 403 || status === 404) ? `; needs ${needed}` : '';
  return new CallProblem(
    `${path}: ${status === undefined || response === undefined ? '' : `${status} `}${said}${permission}`,
    status,
  );
}
