/**
 * GitHub's REST API: signed in as an app or with a token, within its limits, tried again where that helps, and bounded in every way.
 * https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api
 */
import { readFile } from 'node:fs/promises';
import type { Octokit } from '@octokit/core';
import { messageOf, RefusedError } from '../../model/errors.ts';
import { appJwt } from './app-jwt.ts';

/** As an app that is installed in the organisation, or with a token. */
export interface GithubLogin {
  readonly org: string;
  readonly appId?: string | number | undefined;
  /** PEM, as GitHub hands it out. */
  readonly privateKeyFile?: string | undefined;
  /** Found by the organisation's name when it is left out. */
  readonly installationId?: number | undefined;
  readonly token?: string | undefined;
  /** Of GitHub Enterprise Server: `https://ghe.example/api/v3`. */
  readonly baseUrl?: string | undefined;
}

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
  /** Whether calls keep the distance that GitHub asks for: one change a second. */
  readonly isPaced: boolean;
}

export const PATIENCE: Patience = { retryMs: 1000, secondMs: 1000, timeoutMs: 60_000, longestWaitSeconds: 3_700, isPaced: true };

export const TRIES = 3;
/** Asked again, they would be the same. */
const REFUSALS = [400, 401, 403, 404, 409, 410, 422, 451];
const DEFAULT_URL = 'https://api.github.com';

export const baseUrlOf = ({ baseUrl }: Pick<GithubLogin, 'baseUrl'>): string => (baseUrl ?? DEFAULT_URL).replace(/\/+$/, '');

/** The host of another installation than github.com. */
export function hostOf(login: Pick<GithubLogin, 'baseUrl'>): string | undefined {
  const { host } = new URL(baseUrlOf(login));
  return host === new URL(DEFAULT_URL).host ? undefined : host;
}

export type GithubClient = Octokit & Paginating;

/** What a login is opened with. */
export interface Connecting {
  readonly signal: AbortSignal;
  readonly patience: Patience;
}

/** Throws a RefusedError where the key cannot be read, or the app is not installed. */
export async function openClient(login: GithubLogin, connecting: Connecting): Promise<GithubClient> {
  const [{ Octokit: Core }, { paginateRest }, { retry }, { throttling }] = await Promise.all([
    import('@octokit/core'),
    import('@octokit/plugin-paginate-rest'),
    import('@octokit/plugin-retry'),
    import('@octokit/plugin-throttling'),
  ]);
  const { patience } = connecting;
  const baseUrl = baseUrlOf(login);
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
      enabled: patience.isPaced,
      onRateLimit: mayWait,
      onSecondaryRateLimit: mayWait,
      retryAfterBaseValue: patience.secondMs,
      id: `${baseUrl} ${login.org}`,
    },
  };
  if (login.token !== undefined) return new Client({ ...options, auth: login.token }) as GithubClient;
  const { createAppAuth } = await import('@octokit/auth-app');
  const createJwt = await jwtMaker(login, connecting);
  const auth = { appId: String(login.appId), createJwt };
  const asApp = new Client({ ...options, authStrategy: createAppAuth, auth });
  const installationId = login.installationId ?? (await installationOf(asApp, login));
  return new Client({ ...options, authStrategy: createAppAuth, auth: { ...auth, installationId } });
}

/** An answer that is no whole JSON. */
export class Malformed extends Error {}

/** Done, or to be done; there is nothing to say. */
const SAY_NOTHING: readonly number[] = [202, 204, 205];

/** A body that is no JSON comes as text: it is not looked into, and no message may quote it. */
function refuseText(octokit: Octokit): Record<string, never> {
  octokit.hook.after('request', ({ data, status }) => {
    if (typeof data === 'string' && !(data === '' && SAY_NOTHING.includes(status)))
      throw new Malformed('an answer that is no whole JSON');
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

/** A call ends when its work does, and after its time. */
export function boundedFetch({ signal, patience }: Pick<Connecting, 'signal' | 'patience'>): typeof fetch {
  return (url, init) => {
    const limits = [signal, AbortSignal.timeout(patience.timeoutMs), ...(init?.signal ? [init.signal] : [])];
    return fetch(url, { ...init, signal: AbortSignal.any(limits) });
  };
}

/** GitHub refuses tokens by its own clock, so its clock is asked first. */
async function jwtMaker({ appId, privateKeyFile, baseUrl }: GithubLogin, connecting: Connecting) {
  const file = privateKeyFile ?? '';
  const privateKey = await readFile(file, 'utf8').catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new RefusedError(
      `${file}: the app's private key cannot be read (${code}); set \`privateKeyFile\` to the PEM file that GitHub gave you`,
    );
  });
  const ahead = await clockDifference(baseUrlOf({ baseUrl }), connecting);
  return async () => {
    try {
      return await appJwt({ appId: String(appId), privateKey, now: Math.floor((Date.now() + ahead) / 1000) });
    } catch {
      throw new RefusedError(`${file}: no private key that can sign (RSA in PEM form is needed)`);
    }
  };
}

/** Milliseconds that GitHub's clock is ahead of this one; answers of any status have a date. */
async function clockDifference(baseUrl: string, connecting: Connecting): Promise<number> {
  const began = Date.now();
  const answer = await boundedFetch(connecting)(`${baseUrl}/meta`).catch(() => undefined);
  const date = Date.parse(answer?.headers.get('date') ?? '');
  await answer?.body?.cancel();
  return Number.isNaN(date) ? 0 : date - began;
}

async function installationOf(octokit: Octokit, { org, appId }: GithubLogin): Promise<number> {
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

/** What an app's installation may. */
export interface Granted {
  /** `members` → `read`, `write` or `admin`. */
  readonly permissions: Readonly<Record<string, string>>;
  readonly repositories: 'all' | 'selected';
}

/** GitHub says it with the installation's token. */
export async function grantedTo(octokit: GithubClient): Promise<Granted> {
  const { permissions, repositorySelection } = (await octokit.auth({ type: 'installation' })) as {
    readonly permissions: Granted['permissions'];
    readonly repositorySelection?: string;
  };
  return { permissions, repositories: repositorySelection === 'selected' ? 'selected' : 'all' };
}
