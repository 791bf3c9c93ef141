/** A server on loopback, with a token for each role, and what one asks it. */
import { join } from 'node:path';
import { createToken } from '../../src/app/tokens.ts';
import { type ComposedApp, compose } from '../../src/compose.ts';
import { loadConfig } from '../../src/config.ts';
import type { Log } from '../../src/ports/log.ts';
import { ROLES, type RoleName } from '../../src/ports/store.ts';
import { startServer } from '../../src/server.ts';
import { SEAL_KEY } from '../app/execute/bench.ts';
import { FINGERPRINT_KEY } from '../e2e/cli.ts';

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are as different as the questions
  readonly body: any;
}

export interface Asking {
  readonly role?: RoleName;
  readonly variables?: object;
  readonly headers?: object;
}

export interface Api extends AsyncDisposable {
  readonly app: ComposedApp;
  readonly url: string;
  readonly tokens: Readonly<Record<RoleName, string>>;
  /** Warnings and errors of its log. */
  readonly said: readonly string[];
  ask(query: string, asking?: Asking): Promise<Answer>;
}

/** Of the configuration in a folder. */
export async function openApi(folder: string): Promise<Api> {
  const said: string[] = [];
  const keep: Log['warn'] = (message, fields) => void said.push(JSON.stringify([message, fields]));
  const environment = { INTERLOCK_FINGERPRINT_KEY: FINGERPRINT_KEY, INTERLOCK_SEAL_KEY: SEAL_KEY };
  const loaded = loadConfig({ file: join(folder, 'interlock.yaml'), environment });
  const config = { ...loaded, http: { host: '127.0.0.1', port: 0 } };
  const app = await compose(config, { log: { info: () => undefined, warn: keep, error: keep } });
  const tokens = {} as Record<RoleName, string>;
  for (const role of ROLES) tokens[role] = (await createToken(app, { name: `a ${role}`, role })).secret;
  const server = await startServer(app, config);
  return {
    app,
    url: server.url,
    tokens,
    said,
    async ask(query, { role = 'viewer', variables = {}, headers = {} } = {}) {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens[role]}`, ...headers },
        body: JSON.stringify({ query, variables }),
      });
      return { status: response.status, body: await response.json() };
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await app[Symbol.asyncDispose]();
    },
  };
}
