/** Routes of the server: /graphql behind a token, /healthz, /readyz and /metrics for machines. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { ComposedApp } from '../compose.ts';
import { messageOf } from '../model/errors.ts';
import { createAuthenticator } from './authenticate.ts';
import { graphiqlPage, wantsGraphiql } from './graphiql.ts';
import { createGraphql } from './graphql.ts';
import { LIMITS } from './limits.ts';
import { createMetrics } from './metrics.ts';

export interface HttpOptions {
  readonly app: ComposedApp;
  readonly development: boolean;
  readonly closing: AbortSignal;
}

export function createHttpServer({ app, development, closing }: HttpOptions): Server {
  const metrics = createMetrics();
  const authenticate = createAuthenticator(app.store, app.wallClock);
  const graphql = createGraphql({ app, metrics, development, closing });

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?', 1)[0];
    if (path === '/healthz') return send(response, 200, { status: 'alive' });
    if (path === '/readyz') return ready(response);
    if (path === '/metrics') return showMetrics(response);
    if (path === '/graphql' && development && wantsGraphiql(request)) return showGraphiql(response);
    if (path === '/graphql') return askGraphql(request, response);
    send(response, 404, { error: 'no such page; the API is at /graphql' });
  }

  async function askGraphql(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (Number(request.headers['content-length'] ?? 0) > LIMITS.bodyBytes) return tooLarge(response);
    // Before the first wait: what arrives meanwhile counts too.
    limitBody(request, response);
    const viewer = await authenticate(request.headers.authorization, request.socket.remoteAddress ?? 'unknown');
    if (response.headersSent) return;
    if (!viewer.ok) {
      if (viewer.status === 401) response.setHeader('www-authenticate', 'Bearer');
      if (viewer.retryAfterSeconds !== undefined) response.setHeader('retry-after', viewer.retryAfterSeconds);
      return send(response, viewer.status, { errors: [{ message: viewer.message }] });
    }
    const stop = limitTime(request, response);
    try {
      await graphql(request, response, { viewer });
    } finally {
      stop();
    }
  }

  async function ready(response: ServerResponse): Promise<void> {
    const problems: string[] = [];
    for (const part of [app.store, app.queue]) await part.ping().catch((error: unknown) => problems.push(messageOf(error)));
    send(response, problems.length === 0 ? 200 : 503, { status: problems.length === 0 ? 'ready' : 'not ready', problems });
  }

  async function showMetrics(response: ServerResponse): Promise<void> {
    const [generation, counts] = await Promise.all([app.store.generation(), app.store.counts()]);
    const sum = (by: Readonly<Record<string, number>>): number => Object.values(by).reduce((a, b) => a + b, 0);
    metrics.graph(generation, sum(counts.entities), sum(counts.relationships));
    response.writeHead(200, { 'content-type': metrics.contentType }).end(await metrics.text());
  }

  return createServer({ requestTimeout: LIMITS.requestMs }, (request, response) => {
    const began = performance.now();
    response.once('close', () => {
      const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
      const known = ['/graphql', '/healthz', '/readyz', '/metrics'].includes(path) ? path : 'other';
      metrics.request(known, response.statusCode, (performance.now() - began) / 1000);
    });
    route(request, response).catch((error: unknown) => {
      app.log.error('a request failed', { error: messageOf(error) });
      if (!response.headersSent) send(response, 500, { error: 'internal error' });
      else response.destroy();
    });
  });
}

function showGraphiql(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).end(graphiqlPage());
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(JSON.stringify(body));
}

const tooLarge = (response: ServerResponse): void =>
  send(response, 413, { errors: [{ message: `the request is larger than ${LIMITS.bodyBytes} bytes` }] });

/** A body without a declared length is cut where it becomes too large. */
function limitBody(request: IncomingMessage, response: ServerResponse): void {
  let bytes = 0;
  const push = request.push.bind(request);
  request.push = (chunk, encoding) => {
    bytes += chunk instanceof Uint8Array ? chunk.length : 0;
    if (bytes > LIMITS.bodyBytes && !response.headersSent) {
      tooLarge(response);
      request.destroy();
      return false;
    }
    return push(chunk, encoding);
  };
}

/** Answers 503 when a request takes too long; an event stream may last. */
function limitTime(request: IncomingMessage, response: ServerResponse): () => void {
  if (request.headers.accept?.includes('text/event-stream')) return () => undefined;
  const timer = setTimeout(() => {
    if (response.headersSent) response.destroy();
    else send(response, 503, { errors: [{ message: `no answer within ${LIMITS.requestMs / 1000} s; ask for less` }] });
  }, LIMITS.requestMs);
  return () => clearTimeout(timer);
}
