/** What GitHub answers to a collection: whole lists, or why there is none. */
import {
  type GithubClient,
  type Granted,
  grantedTo,
  hostOf,
  Malformed,
  openClient,
  PATIENCE,
  type Patience,
  TRIES,
} from '../../../apis/github/client.ts';
import { messageOf } from '../../../model/errors.ts';
import type { LiveSettings } from './settings.ts';

/** 100 items each; GitHub itself ends long before. */
const MOST_PAGES = 5_000;

/** Why a call gave nothing, in words that name what to do. */
export class CallProblem extends Error {
  override readonly name = 'CallProblem';
  readonly status: number | undefined;
  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

/** The server, the network or a limit: the same call may be answered the next time. */
export const mayPass = ({ status }: CallProblem): boolean => status === undefined || status === 429 || status >= 500;

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

export async function openApi(live: LiveSettings, signal: AbortSignal, patience: Patience = PATIENCE): Promise<Api> {
  const octokit = await openClient(live, { signal, patience });
  return {
    host: hostOf(live),
    one: (path, query = {}) => tried(path, async () => (await octokit.request(`GET ${path}`, query)).data as unknown),
    all: (path, list) => tried(path, () => allPages(octokit, path, list)),
    granted: async () => (live.token === undefined ? tried('the installation', () => grantedTo(octokit)) : undefined),
  };
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

async function allPages(octokit: GithubClient, path: string, list: string): Promise<unknown[]> {
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
