/**
 * A local HTTP server that speaks GitHub's protocol for the calls of this source: app tokens checked by its own clock, pages by `link`,
 * refusals that name the permission, and whatever a test makes go wrong.
 */
import { createPublicKey, createVerify, generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const PRIVATE_KEY = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();

/** Undefined: the call is answered as ever. */
export type Fault = (path: string, response: ServerResponse, calls: number) => boolean | undefined;

export interface GithubServer extends AsyncDisposable {
  readonly url: string;
  /** Paths with their query, in the order in which they were asked. */
  readonly calls: readonly string[];
}

/** A call as it came, and as whom: by the app's own token, as its installation, or however else. */
export interface Asking {
  readonly method: string;
  /** Without its query, decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  readonly as: 'app' | 'installation' | 'other';
  readonly authorization: string | undefined;
}

export interface Answered {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export interface ServerOptions {
  /** What is there and can be changed: answers before all else. Undefined: the call is answered as ever. */
  readonly acts?: (asking: Asking) => Answered | undefined;
  /** Path with query → answer. */
  readonly answers: Readonly<Record<string, unknown>>;
  /** `owner/name/path` → text. */
  readonly tree: Readonly<Record<string, string>>;
  readonly fault?: Fault;
  /** Seconds that the server's clock is ahead of this machine's. */
  readonly ahead?: number;
  readonly pageSize?: number;
  /** Of the app's installation. */
  readonly permissions?: Readonly<Record<string, string>>;
}

export const TOKEN = 'an-installation-token';

export async function githubServer(options: ServerOptions): Promise<GithubServer> {
  const calls: string[] = [];
  const tried = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    calls.push(path);
    tried.set(path, (tried.get(path) ?? 0) + 1);
    response.setHeader('date', new Date(nowOf(options)).toUTCString());
    if (options.fault?.(path, response, tried.get(path) ?? 1)) return;
    if (options.acts) void act(request, response, { ...options, path });
    else answer(request, response, { ...options, path });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const nowOf = ({ ahead = 0 }: ServerOptions): number => Date.now() + ahead * 1000;

interface Asked extends ServerOptions {
  readonly path: string;
}

export function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): true {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
  return true;
}

export const refuse = (response: ServerResponse, status: number, message: string, headers: Record<string, string> = {}): true =>
  send(response, status, { message, documentation_url: 'https://docs.github.com/rest', status: String(status) }, headers);

function answer(request: IncomingMessage, response: ServerResponse, asked: Asked): void {
  const { path } = asked;
  if (path === '/meta') send(response, 200, {});
  else if (/^\/(app|orgs\/[^/]+\/installation$)/.test(path)) answerApp(request, response, asked);
  else if (!isSignedIn(request)) refuse(response, 401, 'Bad credentials');
  else if (path.includes('/git/')) answerGit(response, asked);
  else answerRest(response, asked);
}

async function act(request: IncomingMessage, response: ServerResponse, asked: Asked): Promise<void> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const url = new URL(asked.path, 'http://server');
  const { authorization } = request.headers;
  const answered = asked.acts?.({
    method: request.method ?? 'GET',
    path: decodeURIComponent(url.pathname),
    query: url.searchParams,
    body: text === '' ? {} : (JSON.parse(text) as Readonly<Record<string, unknown>>),
    as: isSignedIn(request) ? 'installation' : appRefusal(request, asked) === undefined ? 'app' : 'other',
    authorization,
  });
  if (!answered) return answer(request, response, asked);
  const { status, body, headers = {} } = answered;
  if (body !== undefined) return void send(response, status, body, { 'x-github-request-id': 'A:1', ...headers });
  response.writeHead(status, { 'x-github-request-id': 'A:1', ...headers }).end();
}

/** As an installation, or with the same token as a person's. */
const isSignedIn = ({ headers }: IncomingMessage): boolean => headers.authorization === `token ${TOKEN}`;

/** Only for who holds the app's key, and only in the minutes for which its token is made. */
function appRefusal(request: IncomingMessage, asked: Asked): string | undefined {
  const [head = '', body = '', signature = ''] = (request.headers.authorization ?? '').replace(/^bearer /i, '').split('.');
  const isSigned = createVerify('RSA-SHA256')
    .update(`${head}.${body}`)
    .verify(createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })), signature, 'base64url');
  if (!isSigned) return 'A JSON web token could not be decoded';
  const { iat, exp } = JSON.parse(Buffer.from(body, 'base64url').toString()) as { iat: number; exp: number };
  const now = nowOf(asked) / 1000;
  if (iat > now) return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
  if (exp > now + 600) return "'Expiration time' claim ('exp') is too far in the future";
  if (exp < now)
    return "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires";
  return undefined;
}

function answerApp(request: IncomingMessage, response: ServerResponse, asked: Asked): void {
  const refusal = appRefusal(request, asked);
  if (refusal !== undefined) return void refuse(response, 401, refusal);
  if (asked.path.endsWith('/access_tokens'))
    send(response, 201, {
      token: TOKEN,
      expires_at: new Date(Date.now() + 3_600_000).toISOString(),
      permissions: asked.permissions ?? {},
      repository_selection: 'all',
    });
  else send(response, 200, { id: 4711 });
}

function answerRest(response: ServerResponse, { path, answers, pageSize = 2 }: Asked): void {
  const url = new URL(path, 'http://server');
  const page = Number(url.searchParams.get('page') ?? 1);
  for (const name of ['per_page', 'page']) url.searchParams.delete(name);
  const known = decodeURIComponent(`${url.pathname}${url.search}`);
  const found = Object.entries(answers).find(([own]) => own === known || own === known.replace('?type=all', ''))?.[1];
  if (found === undefined) return void refuse(response, 404, 'Not Found');
  const list = listOf(found);
  if (!list) return void send(response, 200, found);
  const { key, items } = list;
  const part = items.slice((page - 1) * pageSize, page * pageSize);
  const next = new URL(path, `http://${response.req.headers.host}`);
  next.searchParams.set('page', String(page + 1));
  const headers: Record<string, string> = page * pageSize < items.length ? { link: `<${next.href}>; rel="next"` } : {};
  send(response, 200, key === '' ? part : { total_count: items.length, [key]: part }, headers);
}

function listOf(answer: unknown): { key: string; items: readonly unknown[] } | undefined {
  if (Array.isArray(answer)) return { key: '', items: answer };
  const counted = answer as Readonly<Record<string, unknown>>;
  const [key, items] = Object.entries(counted).find(([, value]) => Array.isArray(value)) ?? [];
  return key !== undefined && 'total_count' in counted ? { key, items: items as readonly unknown[] } : undefined;
}

function answerGit(response: ServerResponse, { path, tree }: Asked): void {
  const [, repository = '', what = '', id = ''] = /^\/repos\/([^/]+\/[^/]+)\/git\/(trees|blobs)\/([^?]+)/.exec(path) ?? [];
  const files = Object.keys(tree).filter((file) => file.startsWith(`${repository}/`));
  if (what === 'blobs') {
    const text = tree[Buffer.from(id, 'hex').toString()] ?? '';
    return void send(response, 200, { content: Buffer.from(text).toString('base64'), encoding: 'base64' });
  }
  if (files.length === 0) return void refuse(response, 409, 'Git Repository is empty.');
  const entry = (file: string) => ({
    path: file.slice(repository.length + 1),
    type: 'blob',
    mode: '100644',
    sha: Buffer.from(file).toString('hex'),
  });
  send(response, 200, { sha: id, truncated: false, tree: files.map(entry) });
}
