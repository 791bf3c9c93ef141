/** GraphiQL in development: a browser opens the page without a token, and what the page asks needs one. */
import { join } from 'node:path';
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createToken } from '../../src/app/tokens.ts';
import { type ComposedApp, compose } from '../../src/compose.ts';
import { loadConfig } from '../../src/config.ts';
import { type RunningServer, startServer } from '../../src/server.ts';
import { FINGERPRINT_KEY, workspace } from '../e2e/cli.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
/** What browsers send when somebody types an address. */
const AS_A_BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

let app: ComposedApp;
let inDevelopment: RunningServer;
let inProduction: RunningServer;
let viewer: string;

beforeAll(async () => {
  const folder = workspace({ 'interlock.yaml': 'http: { port: 0 }\n' });
  const environment = { INTERLOCK_FINGERPRINT_KEY: FINGERPRINT_KEY, INTERLOCK_DEVELOPMENT: '1' };
  const config = loadConfig({ file: join(folder, 'interlock.yaml'), environment });
  app = await compose(config, { log: quiet });
  viewer = (await createToken(app, { name: 'a viewer', role: 'viewer' })).secret;
  inDevelopment = await startServer(app, config);
  inProduction = await startServer(app, { ...config, development: false });
});

afterAll(async () => {
  await inDevelopment?.[Symbol.asyncDispose]();
  await inProduction?.[Symbol.asyncDispose]();
  await app?.[Symbol.asyncDispose]();
});

it('opens in a browser, which sends no token, and says where the token goes', async () => {
  for (const place of ['/graphql', '/graphql?query=%7B%20isPaused%20%7D']) {
    const response = await fetch(`${inDevelopment.url}${place}`, { headers: AS_A_BROWSER });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/html');
    const page = await response.text();
    expect(page).toContain('GraphiQL');
    expect(page).toContain('Bearer ');
    expect(page).not.toContain('"data"');
  }
});

it('answers nothing without a token, however it is asked', async () => {
  const query = JSON.stringify({ query: '{ isPaused }' });
  const json = { 'content-type': 'application/json' };
  for (const [place, asked] of [
    ['/graphql', { method: 'POST', headers: { ...AS_A_BROWSER, ...json }, body: query }],
    ['/graphql', { method: 'PUT', headers: { ...AS_A_BROWSER, ...json }, body: query }],
    ['/graphql?query=%7B%20isPaused%20%7D', { headers: { accept: 'application/json', 'x-graphql-yoga-csrf': '1' } }],
  ] as const)
    expect((await fetch(`${inDevelopment.url}${place}`, asked)).status).toBe(401);
});

it('shows the page the schema, with a token', async () => {
  const response = await fetch(`${inDevelopment.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${viewer}` },
    body: JSON.stringify({ query: getIntrospectionQuery(), operationName: 'IntrospectionQuery' }),
  });
  expect(await response.json()).toMatchObject({ data: { __schema: { queryType: { name: 'Query' } } } });
});

it('is nowhere but in development', async () => {
  expect((await fetch(`${inProduction.url}/graphql`, { headers: AS_A_BROWSER })).status).toBe(401);
  const headers = { ...AS_A_BROWSER, authorization: `Bearer ${viewer}` };
  expect(await (await fetch(`${inProduction.url}/graphql`, { headers })).text()).not.toContain('GraphiQL');
});
