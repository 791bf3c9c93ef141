/** A local server that speaks as much of the Kubernetes API as a collection asks: lists in pages, watches, refusals. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answer = (request: IncomingMessage, response: ServerResponse, query: URLSearchParams) => void;

export interface ApiServer extends AsyncDisposable {
  readonly url: string;
  /** Paths with their query, as they were asked. */
  readonly asked: string[];
  readonly headers: IncomingMessage['headers'][];
}

export const json = (response: ServerResponse, value: unknown, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
};
export const list = (items: readonly object[], metadata: object = {}): object => ({
  metadata: { resourceVersion: '7', ...metadata },
  items,
});

/** Answers by path; a list that nobody gave is empty. */
export async function apiServer(answers: Readonly<Record<string, Answer | readonly object[]>>): Promise<ApiServer> {
  const asked: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    asked.push(request.url ?? '');
    headers.push(request.headers);
    const answer = answers[url.pathname];
    if (typeof answer === 'function') answer(request, response, url.searchParams);
    else if (url.searchParams.has('watch')) response.end();
    else if (url.pathname.startsWith('/.well-known') || url.pathname.includes('/namespaces/')) json(response, {}, 404);
    else json(response, list(answer ?? []));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    headers,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
