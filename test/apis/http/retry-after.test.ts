import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { JsonHttp } from '../../../src/apis/http/json-http.ts';
import { retryAfterMs } from '../../../src/apis/http/retry-after.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');

it.each([
  ['120', undefined, 120_000],
  ['0', undefined, 1000],
  ['Sun, 01 Mar 2026 12:02:00 GMT', undefined, 120_000],
  ['Sun, 01 Mar 2026 12:02:00 GMT', 'Sun, 01 Mar 2026 12:01:30 GMT', 30_000],
  ['Sun, 01 Mar 2026 11:00:00 GMT', undefined, 1000],
  ['soon', undefined, 1000],
  ['', undefined, 1000],
  [undefined, 'Sun, 01 Mar 2026 12:01:30 GMT', 1000],
  [null, null, 1000],
  [['7', '9'], undefined, 7000],
] as const)('reads Retry-After %j, said at %j, as %j ms', (after, date, wait) => {
  expect(retryAfterMs({ after, date }, NOW)).toBe(wait);
});

it('waits until the date that a server names, by its own clock', async () => {
  const headers = { date: 'Sun, 01 Mar 2026 12:00:00 GMT', 'retry-after': 'Sun, 01 Mar 2026 12:05:00 GMT' };
  const server = createServer((_, response) => response.writeHead(503, headers).end());
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const http = new JsonHttp({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  try {
    const asked = http.ask({ method: 'POST', path: '/', json: {}, signal: new AbortController().signal });
    await expect(asked).rejects.toMatchObject({ name: 'ThrottledError', retryAfterMs: 300_000 });
  } finally {
    await http[Symbol.asyncDispose]();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});
