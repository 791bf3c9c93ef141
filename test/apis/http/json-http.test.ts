import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { JsonHttp } from '../../../src/apis/http/json-http.ts';

async function serving(listener: RequestListener, timeoutMs = 30_000) {
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const http = new JsonHttp({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/base/`, timeoutMs });
  return {
    http,
    async [Symbol.asyncDispose]() {
      await http[Symbol.asyncDispose]();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

const { signal } = new AbortController();

it('gives every status as an answer, with its parsed body', async () => {
  await using at = await serving((_, response) => response.writeHead(404, { 'x-request-id': 'r1' }).end('{"error":"no"}'));
  const answer = await at.http.ask({ path: '/thing', signal });
  expect(answer).toMatchObject({ status: 404, body: { error: 'no' }, headers: { 'x-request-id': 'r1' } });
});

it('sends JSON and forms below the base path', async () => {
  const seen: string[] = [];
  await using at = await serving((incoming, response) => {
    let text = '';
    incoming.on('data', (part) => {
      text += part;
    });
    incoming.on('end', () => {
      seen.push(`${incoming.method} ${incoming.url} ${incoming.headers['content-type']} ${text}`);
      response.writeHead(204).end();
    });
  });
  await at.http.ask({ method: 'PUT', path: '/a', json: { b: 1 }, signal });
  await at.http.ask({ method: 'POST', path: '/f', form: { token: 'x y' }, signal });
  expect(seen).toEqual(['PUT /base/a application/json {"b":1}', 'POST /base/f application/x-www-form-urlencoded token=x+y']);
});

it('reads again what was answered with 502, and never repeats what changes something', async () => {
  let calls = 0;
  await using at = await serving((_, response) => {
    calls += 1;
    response.writeHead(calls % 2 === 1 ? 502 : 200).end('{}');
  });
  expect((await at.http.ask({ path: '/r', signal })).status).toBe(200);
  expect((await at.http.ask({ method: 'POST', path: '/w', json: {}, signal })).status).toBe(502);
  expect(calls).toBe(3);
});

it('says how long a server asks to wait', async () => {
  await using at = await serving((_, response) => response.writeHead(429, { 'retry-after': '7' }).end());
  await expect(at.http.ask({ method: 'DELETE', path: '/x', signal })).rejects.toMatchObject({
    name: 'ThrottledError',
    retryAfterMs: 7000,
  });
});

it('names a server that does not answer in time, and nothing that was sent', async () => {
  await using at = await serving(() => undefined, 300);
  const said = at.http.ask({ method: 'POST', path: '/slow?token=hidden', json: { secret: 'hidden' }, signal });
  await expect(said).rejects.toThrow(/127\.0\.0\.1:\d+\/base\/slow does not answer: UND_ERR_HEADERS_TIMEOUT$/);
});

it('stops when it is told to, and refuses a url that holds a login', async () => {
  await using at = await serving(() => undefined);
  await expect(at.http.ask({ path: '/x', signal: AbortSignal.abort() })).rejects.toThrow('abort');
  expect(() => new JsonHttp({ url: 'https://me:word@host/' })).toThrow(/host: the url holds a login/);
});

it.each(['/users/..', '/users/../admin', '/permissions/./app', '/users/%2E%2e/permissions?a=1'])(
  'refuses %s, which leads elsewhere, and asks nobody',
  async (path) => {
    let calls = 0;
    await using at = await serving((_, response) => {
      calls += 1;
      response.end('{}');
    });
    await expect(at.http.ask({ method: 'DELETE', path, signal })).rejects.toThrow('would lead to another path');
    expect((await at.http.ask({ path: '/users/..app/a.b?at=../x', signal })).status).toBe(200);
    expect(calls).toBe(1);
  },
);
